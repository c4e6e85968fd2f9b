package panel_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
)

func TestRetention_PreviewAndSave(t *testing.T) {
	s := newFixture(t, true)
	session := hookstest.StartSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Old session"})
	old := time.Now().AddDate(0, 0, -100)
	hookstest.Recording(t, s.App, session, map[string]any{"title": "Old recording", "started": old, "ended": old.Add(time.Hour), "bytes": 3_000_000})
	hookstest.Recording(t, s.App, session, map[string]any{"title": "New recording"})
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/settings")), http.StatusOK, "Kept until someone deletes them.", "/settings/recordings")
	assertPage(t, b.Get(s.path("/settings/recordings")), http.StatusOK, "No recording is deleted automatically.")
	r := s.fragment(b, s.path("/settings/recordings?days=30"), "#retention-preview")
	assertPage(t, r, http.StatusOK, "1 recording would move to the trash in 7 days.", "Old recording", "3 MB")
	assertNotContains(t, r, "New recording", "<html")
	assertPage(t, s.fragment(b, s.path("/settings/recordings?days=365"), "#retention-preview"), http.StatusOK, "No recording is old enough")
	for _, typed := range []string{"0", "-1", "x", "4000", "1.5", "99999999999999999999"} {
		assertPage(t, s.fragment(b, s.path("/settings/recordings?days="+typed), "#retention-preview"), http.StatusOK, "Enter a number of days")
		assertPage(t, b.Post(s.path("/settings/recordings"), url.Values{"days": {typed}}), http.StatusUnprocessableEntity, "Enter from 1 to 3,650 days", typed)
	}
	for _, c := range []struct{ typed, want string }{{"30", "Moved to the trash after 30 days."}, {"", "Kept until someone deletes them."}} {
		if r := b.Post(s.path("/settings/recordings"), url.Values{"days": {c.typed}}); r.Status != http.StatusSeeOther {
			t.Errorf("%q: status %d, want %d", c.typed, r.Status, http.StatusSeeOther)
		}
		assertPage(t, b.Get(s.path("/settings")), http.StatusOK, c.want)
	}
	for _, account := range []string{"member", "guest"} {
		who := map[string]func() int{"member": func() int {
			return s.As(s.member).Post(s.path("/settings/recordings"), url.Values{"days": {"1"}}).Status
		},
			"guest": func() int {
				return s.As(s.guest).Post(s.path("/settings/recordings"), url.Values{"days": {"1"}}).Status
			}}
		if status := who[account](); status != http.StatusForbidden {
			t.Errorf("%s: status %d, want %d", account, status, http.StatusForbidden)
		}
	}
	if team := hookstest.FindRecord(t, s.App, "teams", s.team.Id); recordings.RetentionDays(team) != 0 {
		t.Errorf("recordings are kept for %d days, want no limit", recordings.RetentionDays(team))
	}
}

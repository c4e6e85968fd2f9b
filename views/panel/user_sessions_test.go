package panel_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestUserDetails_ShowSessions(t *testing.T) {
	s := newFixture(t, true)
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 2)
	for n := range 5 {
		hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Grade review " + string(rune('A'+n)), Starts: day.AddDate(0, 0, n),
			Guests: []string{"clara@kestrel.example", "Zed <zed@out.example>"}})
	}
	invited := hookstest.Invite(t, s.App, s.owner, s.team, "zed@out.example", "organizer")

	details := func(id string) string {
		t.Helper()
		r := s.As(s.admin).Get(s.path("/users/" + id))
		assertPage(t, r, http.StatusOK)
		_, body, _ := strings.Cut(r.Body, `id="details"`)
		return pageText(body)
	}
	for _, test := range []struct{ name, id, want, not string }{
		{"host", s.organizer.Id, "5 upcoming sessions, hosting 5; 0 past sessions. Grade review A", "No sessions yet."},
		{"guest", s.guest.Id, "5 upcoming sessions; 0 past sessions. Grade review A", "Host "},
		{"invitee without an account", invited.ID, "5 upcoming sessions; 0 past sessions.", "Host "},
		{"no session", s.member.Id, "No sessions yet.", "Grade review"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := details(test.id)
			if !strings.Contains(got, test.want) || strings.Contains(got, test.not) {
				t.Errorf("got %q, want %q and not %q", got, test.want, test.not)
			}
		})
	}
	r := s.As(s.admin).Get(s.userPath(s.organizer, ""))
	assertPage(t, r, http.StatusOK, "and 2 more", ">Host<")
}

func TestUserDetails_LinkToASessionOpensForAdmins(t *testing.T) {
	s := newFixture(t, true)
	session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Conform check"})
	path := "/app/" + s.team.Slug() + "/sessions/" + session.Id
	assertPage(t, s.As(s.admin).Get(s.userPath(s.organizer, "")), http.StatusOK, `href="`+path+`"`)
	assertPage(t, s.As(s.admin).Get(path), http.StatusOK, "Conform check")
}

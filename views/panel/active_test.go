package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

func (s *fixture) newRunning(form sessions.Form) *sessions.Session {
	s.t.Helper()
	return hookstest.StartSession(s.t, s.App, s.organizer, s.team, form)
}

func TestActive_AccessByRole(t *testing.T) {
	s := newFixture(t, true)
	session := s.newRunning(sessions.Form{Title: "Kestrel"})
	paths := []string{"", "/" + session.Id, "/" + session.Id + "/end"}
	for who, account := range map[string]*core.Record{"nobody": nil, "stranger": s.stranger, "guest": s.guest, "member": s.member,
		"organizer": s.organizer, "another team's owner": s.other, "admin": s.admin, "owner": s.owner} {
		b := s.Anonymous()
		if account != nil {
			b = s.As(account)
		}
		for _, path := range paths {
			assertAccess(t, who, "GET /active"+path, b.Get(s.path("/active"+path)))
		}
		if who == "admin" || who == "owner" {
			continue
		}
		for _, path := range []string{"/end", "/message"} {
			assertAccess(t, who, "POST /active"+path, b.Post(s.path("/active/"+session.Id+path), url.Values{"text": {"Hello"}}))
		}
	}
	if n := hookstest.Count(t, s.App, "sessions", dbx.HashExp{"id": session.Id, "status": "running"}); n != 1 {
		t.Error("a user without permission ended the session")
	}
}

func TestActive_ListDetailsAndEnd(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/active")), http.StatusOK, "No sessions are running", "Sessions appear here as soon as their host starts them.")
	session := s.newRunning(sessions.Form{Title: "Kestrel"})
	at := s.path("/active/" + session.Id)
	assertPage(t, b.Get(s.path("/active")), http.StatusOK, "Kestrel", session.HostName(), "0:00:0", at)
	assertPage(t, b.Get(at), http.StatusOK, "No one is in the session.", "Send message", "End session…", "History", s.path("/audit?person="+session.Id))
	assertPage(t, b.Post(at+"/message", url.Values{"text": {strings.Repeat("x", 501)}}), http.StatusUnprocessableEntity, "The message can have at most 500 characters.")
	assertPage(t, b.Get(at+"/end"), http.StatusOK, "End session", "No one is in the session now.", "can't be started again")
	assertRedirect(t, b, b.Post(at+"/end", nil), s.path("/active"), "")
	assertPage(t, b.Get(s.path("/active")), http.StatusOK, "has ended.", "View usage", s.path("/usage/"+session.Id))
	if n := hookstest.Count(t, s.App, "audit", dbx.HashExp{"action": "session.end", "actor": s.admin.Id, "result": "ok"}); n != 1 {
		t.Errorf("got %d entries, want 1", n)
	}
	if r := b.Get(at); r.Status != http.StatusSeeOther || r.Location != s.path("/active") {
		t.Errorf("details after the end: got %d %s, want a redirect to the list", r.Status, r.Location)
	}
	if r := b.Get(s.path("/active/abcdefghijklmno")); r.Status != http.StatusNotFound {
		t.Errorf("an unknown session: got %d, want %d", r.Status, http.StatusNotFound)
	}
}

func TestActive_ExternalSession_SaysWhatUsherCannotDo(t *testing.T) {
	s := newFixture(t, true)
	session := s.newRunning(sessions.Form{Title: "Kestrel", ExternalLink: "https://meet.example.com/x"})
	r := s.As(s.admin).Get(s.path("/active/" + session.Id))
	assertPage(t, r, http.StatusOK, "External", "can't send messages there")
	assertNotContains(t, r, "Send message")
	assertPage(t, s.As(s.admin).Get(s.path("/active/"+session.Id+"/end")), http.StatusOK, "but no one is disconnected.")
}

func TestActive_RunningForDays_ShowsDaysAndDate(t *testing.T) {
	s := newFixture(t, true)
	session := s.newRunning(sessions.Form{Title: "Kestrel"})
	hookstest.Exec(t, s.App, "UPDATE sessions SET started = {:at} WHERE id = {:id}", dbx.Params{"at": record.FormatTime(time.Now().Add(-49*time.Hour - time.Minute)), "id": session.Id})
	date := time.Now().UTC().Add(-49*time.Hour - time.Minute).Format("since 2 Jan")
	for _, path := range []string{"/active", "/active/" + session.Id} {
		text := visibleText(s.As(s.admin).Get(s.path(path)).Body)
		if !strings.Contains(text, "2 days, 1:01:") || !strings.Contains(text, date) {
			t.Errorf("%s doesn't say how many days it runs, or since %s:\n%s", path, date, text)
		}
	}
}

func TestActive_Details_ListRecordings(t *testing.T) {
	s := newFixture(t, true)
	session := s.newRunning(sessions.Form{Title: "Kestrel"})
	recording := hookstest.Recording(t, s.App, session, nil)
	assertPage(t, s.As(s.admin).Get(s.path("/active/"+session.Id)), http.StatusOK, "Recordings", s.path("/recordings/"+recording.Id))
}

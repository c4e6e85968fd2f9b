package api_test

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

func (w *world) personalCode(session *sessions.Session, address string) string {
	w.t.Helper()
	p, err := sessions.ParticipantBy(w.App, session.Id, address)
	if err != nil {
		w.t.Fatal(err)
	}
	code, err := sessions.PersonalCode(w.App, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func TestWhoJoinsByTheSessionsOwnLink(t *testing.T) {
	w := newWorld(t)
	livetest.Start(t, w.App)
	//                  nobody bad stranger guest member organizer admin owner other super
	for form, want := range map[*sessions.Form]string{
		{}: "401 401 400 400 400 200 400 400 400 401",
		{Guests: []string{w.people["guest"].Email()}}: "401 401 400 200 400 200 400 400 400 401",
		{Lobby: true}: "401 401 202 202 202 200 202 202 202 401",
	} {
		session := w.run(*form, true)
		for n, role := range roles {
			status, body := w.as(role, "POST", "/api/s/"+session.Code()+"/join", nil)
			if fmt.Sprint(status) != strings.Fields(want)[n] {
				t.Errorf("%+v, %s: %d %s", *form, role, status, text(body))
			}
			switch status {
			case 200:
				if url, _ := body["url"].(string); !strings.HasPrefix(url, "ws") || body["token"] == "" {
					t.Errorf("%s: %s", role, text(body))
				}
			case 202:
				same(t, body, `{"waiting":true}`)
			case 400:
				refused(t, status, body, 400, "base", entry.CodeBlocked)
			}
		}
	}
}

func TestWhatAProgramIsToldAtTheDoor(t *testing.T) {
	w := newWorld(t)
	livetest.Start(t, w.App)
	w.person("outside@x.example")
	form := sessions.Form{Guests: []string{"outside@x.example", "new@x.example"}, Passwordless: true}
	session := w.run(form, false)
	path := "/api/s/" + session.Code() + "/join"
	own := "/api/s/" + w.personalCode(session, "new@x.example") + "/join"

	status, body := w.as("outside@x.example", "POST", path, nil)
	refused(t, status, body, 400, "base", sessions.CodeNotStarted)
	status, body = w.as("nobody", "POST", own, nil)
	refused(t, status, body, 400, "name", "required")
	status, body = w.as("nobody", "POST", own, object{"name": "Nora Lind"})
	refused(t, status, body, 400, "base", sessions.CodeNotStarted)
	status, body = w.as("member", "POST", own, object{"name": "Nora Lind"})
	refused(t, status, body, 403, "base", "wrong_account")
	status, body = w.as("nobody", "POST", own, []string{"no object"})
	refused(t, status, body, 400, "base", "bad_json")
	for _, code := range []string{"nowhere", "usp_nowhere"} {
		if status, _ := w.as("owner", "POST", "/api/s/"+code+"/join", nil); status != 404 {
			t.Errorf("%s: %d", code, status)
		}
	}

	if _, err := sessions.Start(w.App, hookstest.Actor(t, w.App, w.people["organizer"], w.team), session.Id); err != nil {
		t.Fatal(err)
	}
	for _, by := range []struct{ role, path string }{{"outside@x.example", path}, {"nobody", own}} {
		if status, body := w.as(by.role, "POST", by.path, nil); status != 200 || body["token"] == nil {
			t.Errorf("%s: %d %s", by.role, status, text(body))
		}
	}
	if err := sessions.End(w.App, hookstest.Actor(t, w.App, w.people["organizer"], w.team), session.Id); err != nil {
		t.Fatal(err)
	}
	status, body = w.as("nobody", "POST", own, nil)
	refused(t, status, body, 400, "base", sessions.CodeEnded)

	away := w.run(sessions.Form{Guests: []string{"outside@x.example"}, Elsewhere: "https://meet.example.com/x"}, false)
	status, body = w.as("outside@x.example", "POST", "/api/s/"+away.Code()+"/join", nil)
	if status != 200 {
		t.Errorf("%d %s", status, text(body))
	}
	same(t, body, `{"url":"https://meet.example.com/x"}`)
}

func TestAProgramDeclinesAGuestPrompt(t *testing.T) {
	w := newWorld(t)
	w.person("outside@x.example")
	session := w.run(sessions.Form{Guests: []string{"outside@x.example", "new@x.example"}}, false)
	for _, s := range []struct {
		role, code string
		status     int
	}{{"nobody", session.Code(), 401}, {"stranger", session.Code(), 400}, {"organizer", session.Code(), 400}, {"outside@x.example", session.Code(), 200},
		{"nobody", w.personalCode(session, "new@x.example"), 200}, {"owner", "nowhere", 404}} {
		if status, body := w.as(s.role, "POST", "/api/s/"+s.code+"/decline", nil); status != s.status {
			t.Errorf("%s: %d %s", s.role, status, text(body))
		}
	}
}

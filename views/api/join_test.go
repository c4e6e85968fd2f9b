package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/members"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func (w *fixture) personalCode(session *sessions.Session, address string) string {
	w.t.Helper()
	p, err := sessions.FindParticipantByEmail(w.App, session.Id, address)
	if err != nil {
		w.t.Fatal(err)
	}
	code, err := sessions.PersonalCode(w.App, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func TestJoinSession_SessionLink_Permissions(t *testing.T) {
	w := newFixture(t)
	livetest.Start(t, w.App)
	//                  nobody bad stranger guest member organizer admin owner other super
	for form, want := range map[*sessions.Form]string{
		{}: "401 401 400 400 400 200 400 400 400 401",
		{Guests: []string{w.accounts["guest"].Email()}}: "401 401 400 200 400 200 400 400 400 401",
		{Lobby: true}: "401 401 202 202 202 200 202 202 202 401",
	} {
		session := w.newStartableSession(*form, true)
		for n, role := range roles {
			status, body := w.callAs(role, "POST", "/api/s/"+session.Code()+"/join", nil)
			if fmt.Sprint(status) != strings.Fields(want)[n] {
				t.Errorf("%+v, %s: %d %s", *form, role, status, toJSON(body))
			}
			switch status {
			case 200:
				if url, _ := body["url"].(string); !strings.HasPrefix(url, "ws") || body["token"] == "" {
					t.Errorf("%s: %s, want it to contain %q with a value", role, toJSON(body), "ws")
				}
			case 202:
				assertJSON(t, body, `{"waiting":true}`)
			case 400:
				assertRefused(t, status, body, 400, "base", join.CodeBlocked)
			}
		}
	}
}

func TestJoinSession_EachStatus(t *testing.T) {
	w := newFixture(t)
	livetest.Start(t, w.App)
	w.newAccount("outside@x.example")
	form := sessions.Form{Guests: []string{"outside@x.example", "new@x.example"}, Passwordless: true}
	session := w.newStartableSession(form, false)
	path := "/api/s/" + session.Code() + "/join"
	own := "/api/s/" + w.personalCode(session, "new@x.example") + "/join"

	status, body := w.callAs("outside@x.example", "POST", path, nil)
	assertRefused(t, status, body, 400, "base", sessions.CodeNotStarted)
	status, body = w.callAs("nobody", "POST", own, nil)
	assertRefused(t, status, body, 400, "name", "required")
	status, body = w.callAs("nobody", "POST", own, object{"name": "Nora Lind"})
	assertRefused(t, status, body, 400, "base", sessions.CodeNotStarted)
	status, body = w.callAs("member", "POST", own, object{"name": "Nora Lind"})
	assertRefused(t, status, body, 403, "base", "wrong_account")
	status, body = w.callAs("nobody", "POST", own, []string{"no object"})
	assertRefused(t, status, body, 400, "base", "bad_json")
	for _, code := range []string{"nowhere", "usp_nowhere"} {
		if status, _ := w.callAs("owner", "POST", "/api/s/"+code+"/join", nil); status != 404 {
			t.Errorf("%s: %d, want 404", code, status)
		}
	}

	if _, err := runs.Start(w.App, hookstest.Actor(t, w.App, w.accounts["organizer"], w.team), session.Id); err != nil {
		t.Fatal(err)
	}
	for _, by := range []struct{ role, path string }{{"outside@x.example", path}, {"nobody", own}} {
		if status, body := w.callAs(by.role, "POST", by.path, nil); status != 200 || body["token"] == nil {
			t.Errorf("%s: %d %s, want 200", by.role, status, toJSON(body))
		}
	}
	if err := runs.End(w.App, hookstest.Actor(t, w.App, w.accounts["organizer"], w.team), session.Id); err != nil {
		t.Fatal(err)
	}
	status, body = w.callAs("nobody", "POST", own, nil)
	assertRefused(t, status, body, 400, "base", sessions.CodeEnded)

	away := w.newStartableSession(sessions.Form{Guests: []string{"outside@x.example"}, ExternalLink: "https://meet.example.com/x"}, false)
	status, body = w.callAs("outside@x.example", "POST", "/api/s/"+away.Code()+"/join", nil)
	if status != 200 {
		t.Errorf("%d %s, want 200", status, toJSON(body))
	}
	assertJSON(t, body, `{"url":"https://meet.example.com/x"}`)
}

func TestDeclineSession_GuestConsent(t *testing.T) {
	w := newFixture(t)
	w.newAccount("outside@x.example")
	session := w.newStartableSession(sessions.Form{Guests: []string{"outside@x.example", "new@x.example"}}, false)
	for _, s := range []struct {
		role, code string
		status     int
	}{{"nobody", session.Code(), 401}, {"stranger", session.Code(), 400}, {"organizer", session.Code(), 400}, {"outside@x.example", session.Code(), 200},
		{"nobody", w.personalCode(session, "new@x.example"), 200}, {"owner", "nowhere", 404}} {
		if status, body := w.callAs(s.role, "POST", "/api/s/"+s.code+"/decline", nil); status != s.status {
			t.Errorf("%s: %d %s, want %v", s.role, status, toJSON(body), s.status)
		}
	}
}

func TestJoinSession_KickedOrRemoved_LeavesLiveRoom(t *testing.T) {
	w := newFixture(t)
	livetest.Start(t, w.App)
	guests := []string{w.accounts["guest"].Email(), w.accounts["member"].Email()}
	session := w.newStartableSession(sessions.Form{Guests: guests}, true)
	host, err := sessions.FindParticipantByEmail(w.App, session.Id, w.accounts["organizer"].Email())
	if err != nil {
		t.Fatal(err)
	}
	for role, out := range map[string]func(id string) error{
		"guest": func(id string) error { return join.Kick(w.App, host, id, "192.0.2.1") },
		"member": func(string) error {
			_, err := members.Remove(w.App, hookstest.Actor(t, w.App, w.accounts["owner"], w.team), w.accounts["member"].Id, members.Handover{})
			return err
		},
	} {
		status, body := w.callAs(role, "POST", "/api/s/"+session.Code()+"/join", nil)
		if status != 200 {
			t.Fatalf("%s: %d %s, want 200", role, status, toJSON(body))
		}
		visitor := livetest.MustConnect(t, live.Credentials{URL: body["url"].(string), Token: body["token"].(string)})
		p, err := sessions.FindParticipantByEmail(w.App, session.Id, w.accounts[role].Email())
		if err != nil {
			t.Fatal(err)
		}
		if err := out(p.Id); err != nil {
			t.Fatal(err)
		}
		if reason, gone := visitor.WaitForLeave(2 * time.Second); !gone || reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
			t.Errorf("%s: gone %v, %s", role, gone, reason)
		}
		if _, status, err := livetest.Connect(live.Credentials{URL: body["url"].(string), Token: body["token"].(string)}); status != 403 {
			t.Errorf("%s comes back with the old token: %d %v, want 403", role, status, err)
		}
	}
}

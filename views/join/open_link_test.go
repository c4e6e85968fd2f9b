package join_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// openLink opens the session to everyone who has its link, with an access code or without.
func (l *fixture) openLink(code string) *fixture {
	l.Helper()
	l.allowLinks(true)
	hookstest.Exec(l.T, l.server.App, "UPDATE sessions SET link_entry = {:entry}, access_code = {:code} WHERE id = {:id}",
		dbx.Params{"entry": sessions.LinkWait, "code": code, "id": l.session.Id})
	return l
}

func (l *fixture) allowLinks(on bool) {
	l.Helper()
	if _, err := teams.Update(l.server.App, hookstest.Actor(l.T, l.server.App, l.owner, l.team), teams.Profile{OpenLinks: &on}); err != nil {
		l.Fatal(err)
	}
}

// byLink counts the participants who came by the session link.
func (l *fixture) byLink() int {
	l.Helper()
	return hookstest.Count(l.T, l.server.App, "participants", dbx.HashExp{"by_link": true})
}

func TestJoinSession_OpenLink_NameLeadsToTheWaitingRoom(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5).start().openLink("")
	b := l.server.Anonymous()
	r := b.Get(l.sessionLink())
	assertReply(t, "the form", r, 200, "Weekly review", "Your first and last name", "you become a guest of Halation Post", "keeps a cookie", "Sign in instead")
	for _, absent := range []string{"Access code", "Decline", "joined-by-link.invalid"} {
		if strings.Contains(r.Body, absent) {
			t.Errorf("the form has %q", absent)
		}
	}
	assertReply(t, "no name", b.Post(l.sessionLink()+"/join", url.Values{"name": {" "}}), 422, "Your name is required")
	r = b.Post(l.sessionLink()+"/join", url.Values{"name": {"Nora Lind"}})
	cookie := r.Header.Get("Set-Cookie")
	if r.Status != http.StatusSeeOther || r.Location != l.sessionLink() || !strings.Contains(cookie, "usher_guest=") || !strings.Contains(cookie, "HttpOnly; SameSite=Lax") {
		t.Fatalf("%d %s %q", r.Status, r.Location, cookie)
	}
	r = b.Get(l.sessionLink())
	assertReply(t, "waiting", r, 200, "The host knows you're here.")
	if strings.Contains(r.Body, "joined-by-link.invalid") || l.byLink() != 1 {
		t.Errorf("%d by the link, want 1, and no address on the page", l.byLink())
	}
	for _, path := range []string{"/teams", "/app/halation-post", "/account"} {
		if r := b.Get(path); !strings.HasPrefix(r.Location, "/signin") {
			t.Errorf("%s: %d %s, want the sign-in page", path, r.Status, r.Location)
		}
	}
	assertReply(t, "another browser", l.server.Anonymous().Get(l.sessionLink()), 200, "Your first and last name")
}

func TestJoinSession_OpenLink_AccessCode(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5).start().openLink("tulip-42")
	b := l.server.Anonymous()
	r := b.Get(l.sessionLink())
	assertReply(t, "the form", r, 200, "Access code", "The host has it.")
	if strings.Contains(r.Body, "tulip-42") {
		t.Error("the page has the access code")
	}
	for code, text := range map[string]string{"rose-42": "This isn't the access code of the session.", "": "Enter the access code of the session."} {
		assertReply(t, code, b.Post(l.sessionLink()+"/join", url.Values{"name": {"Nora Lind"}, "access_code": {code}}), 422,
			text, `id="access_code-e"`, `href="#access_code"`, `value="Nora Lind"`)
	}
	if l.byLink() != 0 {
		t.Fatal("joined with a wrong access code")
	}
	if r := b.Post(l.sessionLink()+"/join", url.Values{"name": {"Nora Lind"}, "access_code": {" Tulip-42 "}}); r.Status != http.StatusSeeOther || l.byLink() != 1 {
		t.Fatalf("%d, %d by the link, want %d and 1", r.Status, l.byLink(), http.StatusSeeOther)
	}
	assertReply(t, "waiting", b.Get(l.sessionLink()), 200, "The host knows you're here.")
}

func TestJoinPage_OpenLink_TurnedOff(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5).start().openLink("")
	b := l.server.Anonymous()
	assertReply(t, "open", b.Get(l.sessionLink()), 200, "Your first and last name")
	l.allowLinks(false)
	assertReply(t, "closed", b.Get(l.sessionLink()), 200, "Sign in with the invited address")
	b.Post(l.sessionLink()+"/join", url.Values{"name": {"Nora Lind"}})
	if l.byLink() != 0 {
		t.Error("joined by a closed link")
	}
}

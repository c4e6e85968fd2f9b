package browsertest

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// In a session with two participants, an Admin sees who is in it and how they are connected, sends a message and ends it.
func TestActive_AdminSendsMessageAndEndsSession(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	hookstest.Member(t, m.App, m.team, "ines@halation.example", "admin")
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.expectDisconnects()
	guest.expectDisconnects()

	admin := openTab(t, m.URL)
	admin.signIn("ines@halation.example", hookstest.Password)
	list := "/admin/" + m.team.Slug() + "/active"
	admin.visit(list)
	admin.waitUntil("both participants and their connections", `document.querySelector("td.col-people")?.innerText.startsWith("2") && !document.querySelector("td.col-quality").innerText.includes("Unknown")`)
	admin.press("Reel 4 grade review")
	admin.waitForURL(list + "/" + m.session.Id)
	admin.waitForText("camera on")
	admin.assertAccessible("details of a running session")
	admin.fill("Message to everyone in the session", "Please finish in ten minutes.")
	admin.press("Send message")
	admin.waitForText("Message sent.")
	for _, b := range []*tab{host, guest} {
		b.waitForText("Please finish in ten minutes.")
	}
	guest.press("Dismiss message")
	guest.waitUntil("no message", `document.getElementById("admin-messages").childElementCount === 0`)

	for _, b := range []*tab{host, guest} {
		eval[bool](b, `(new MutationObserver(() => { window.over ??= document.querySelector("[data-over]") && Date.now() }).observe(document.body, {subtree: true, attributes: true, childList: true}), true)`)
	}
	admin.press("End session…")
	admin.waitForText("2 participants are disconnected immediately.")
	before := eval[float64](admin, `Date.now()`)
	admin.press("End session")
	admin.waitForText("No sessions are running")
	for who, b := range map[string]*tab{"host": host, "guest": guest} {
		b.waitUntil("the end screen", `Boolean(window.over)`)
		took := time.Duration(eval[float64](b, `window.over`)-before) * time.Millisecond
		if took > 10*time.Second {
			t.Errorf("the %s left after %v", who, took)
		}
		t.Logf("the %s was out after %v", who, took)
	}
	if n := hookstest.Count(t, m.App, "audit", dbx.HashExp{"action": "session.end", "result": "ok", "target": m.session.Id}); n != 1 {
		t.Errorf("got %d entries of the end, want 1", n)
	}
	guest.expectStatus(410)
	guest.visit(m.path())
	guest.waitForURL("/s/" + m.session.Code())
}

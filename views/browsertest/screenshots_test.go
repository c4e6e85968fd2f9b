package browsertest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// TestScreenshots takes the README's screenshots into the folder that USHER_SCREENSHOTS names.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("USHER_SCREENSHOTS")
	if dir == "" {
		t.Skip("USHER_SCREENSHOTS names no folder")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defaultBrowser.flags["font-render-hinting"] = "none" // letters are spaced as on a screen of high resolution
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	keep := func(name string) {
		t.Helper()
		b.settle()
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b.screenshot(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.visit("/admin/halation-post/users")
	eval[any](b, `document.querySelector("details.notice > summary").click()`) // folds it, here and on the next pages
	b.waitUntil("a folded notice", `!document.querySelector("details.notice").open`)
	keep("users")
	b.visit("/admin/halation-post/users/add")
	b.fill("Email addresses", "Nadia Holt <nadia@halation.example>\nleo.fox@halation.example\nmei.tan.lantern-vfx.example\n"+
		"nadia@halation.example\nsamuel@halation.example\nirene@lantern-vfx.example\n")
	b.waitForText("No Organizer seats left")
	keep("add-users")
	b.visit("/admin/halation-post/billing")
	keep("billing")
	b.visit("/admin/halation-post/usage?month=" + time.Now().AddDate(0, 0, -time.Now().Day()).Format("2006-01")) // a whole month
	keep("usage")

	// Places the session that a demo can start now in the working day, whenever the screenshots are taken.
	hookstest.Exec(t, f.App, "UPDATE sessions SET starts = strftime('%Y-%m-%d 16:00:00.000Z', 'now'), ends = strftime('%Y-%m-%d 17:30:00.000Z', 'now') "+
		"WHERE title = 'Kestrel, reel 4 grade review'", nil)
	b.visit("/app/halation-post/calendar?view=week")
	keep("calendar")

	hookstest.Account(t, f.App, "nadia@halation.example")
	link := f.invite(t, "nadia@halation.example", "organizer", "admin")
	b = f.signInWith(t, "nadia@halation.example", hookstest.Password)
	b.visit(link)
	keep("invitation")

	m := newLiveFixture(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}, Lobby: true, Resolution: "720p", FPS: 30, Codec: "vp8", Audio: "speech"})
	b = m.openLivePage(m.host.Email())
	hookstest.Member(t, m.App, m.team, noor)
	m.join(hookstest.Member(t, m.App, m.team, "rafael@lantern.example"))
	guest := signIn(t, m.Server, noor)
	guest.visit("/s/" + m.session.Code())
	guest.press("Join")
	b.waitForText("Waiting room")
	b.press("Admit Noor")
	guest.waitForURL(m.path())
	b.waitForVideo(m.participantID(noor))
	keep("live")
}

// fixture is a served sample team.
type fixture struct {
	*viewstest.Server
	*commands.SampleTeam
	resend *resendtest.Server
}

// newFixture serves the demo's sample data, with emails going to the fake Resend server.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	defaultBrowser.start(t)
	server := viewstest.Serve(t, hookstest.Config())
	sample, err := commands.Seed(server.App)
	if err != nil {
		t.Fatal(err)
	}
	post := resendtest.New(t) // emails are sent from here on; earlier ones stay queued
	settings.Of(server.App).ResendKey, settings.Of(server.App).ResendURL = post.Key, post.URL
	return &fixture{server, sample, post}
}

// signIn returns a tab in which that user of the sample is signed in.
func (h *fixture) signIn(t *testing.T, email string) *tab {
	t.Helper()
	return h.signInWith(t, email, h.Password)
}

func (h *fixture) signInWith(t *testing.T, email, password string) *tab {
	t.Helper()
	b := openTab(t, h.URL)
	b.signIn(email, password)
	return b
}

// invite returns the link of an invitation sent by the sample's Owner.
func (h *fixture) invite(t *testing.T, email string, roles ...string) string {
	t.Helper()
	if result := hookstest.Invite(t, h.App, h.Owner, h.Team, email, roles...); result.ID == "" {
		t.Fatalf("invite %s: %s", email, result.Message)
	}
	return h.resend.FindLink(h.resend.WaitFor(t, email), "/invite/")
}

// settle waits until fonts and images have loaded and animations have ended.
func (b *tab) settle() {
	b.t.Helper()
	b.waitUntil("fonts", `document.fonts.status === "loaded" && [...document.images].every(i => i.complete)`)
	eval[bool](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
	b.waitUntil("no running animations", `document.getAnimations().every(a => a.playState !== "running")`)
}

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/teams"
)

func TestAnOpenPageFollowsWhatOthersDo(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	lucia := hookstest.Person(t, server.App, "lucia@halation.example")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.see("2 of 3 Organizer seats used, 0 reserved, 1 free")
	b.connected()
	invited := hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.see("2 of 3 Organizer seats used, 1 reserved, 0 free")
	b.see("lucia@halation.example")
	if _, err := invitations.Accept(server.App, invitations.Answer{Account: lucia, ID: invited.ID}); err != nil {
		t.Fatal(err)
	}
	b.see("3 of 3 Organizer seats used, 0 reserved, 0 free")
	if _, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), lucia.Id); err != nil {
		t.Fatal(err)
	}
	b.see("2 of 3 Organizer seats used, 0 reserved, 1 free")
	b.seeNo("lucia@halation.example")
}

func TestThePageOfAnOwnerAloneFollowsTheFirstAndTheLast(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.see("Ask the first people in")
	b.connected()
	hookstest.Member(t, server.App, team, "lucia@halation.example")
	b.see("lucia@halation.example")
	b.seeNo("Ask the first people in")
	b.press("Add users") // what came can be used
	b.see("Paste from a spreadsheet or an email")
	b.modal() // until then no key closes it
	b.keys(kb.Escape)
	b.seeNo("Paste from a spreadsheet or an email")
	b.connected() // where the dialog closed with its page, the stream is another one
	lucia, err := server.App.FindAuthRecordByEmail("users", "lucia@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), lucia.Id); err != nil {
		t.Fatal(err)
	}
	b.see("Ask the first people in")
	b.seeNo("lucia@halation.example")
}

func TestWhoLosesTheRightIsShownOutOfAnOpenPage(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for _, c := range []struct {
		email, sees string
		lose        func(actor *actors.Actor, id string) error
	}{
		{"demoted@halation.example", "You're no longer an Admin of Halation Post", func(actor *actors.Actor, id string) error {
			return members.RevokeRoles(server.App, actor, id, actors.Roles{Admin: true})
		}},
		{"removed@halation.example", "You're no longer a member of Halation Post", func(actor *actors.Actor, id string) error {
			_, err := members.Remove(server.App, actor, id)
			return err
		}},
		{"teamless@halation.example", "Halation Post was deleted", func(actor *actors.Actor, _ string) error {
			return teams.Delete(server.App, actor, "Halation Post")
		}},
	} {
		account := hookstest.Member(t, server.App, team, c.email, "admin")
		b := signIn(t, server, c.email)
		b.expect(403)
		b.expect(410)
		b.visit("/admin/halation-post/users")
		b.see("Add users")
		b.connected()
		if err := c.lose(hookstest.Actor(t, server.App, owner, team), account.Id); err != nil {
			t.Fatal(err)
		}
		b.see(c.sees)
	}
}

func TestAPageThatWasCutOffComesBackAndHasMissedNothing(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.connected()
	ask[bool](b, `delete document.getElementById("live").dataset.connected`)
	b.expectCut()
	server.Cut()
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.see("lucia@halation.example")
	b.connected()
}

func TestAPageIsToldThoughTheScriptOfTheStreamComesLate(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.before(`const later = window.setTimeout; window.setTimeout = (f, after, ...rest) => after === undefined && !window.began ? (window.began = true, queueMicrotask(f)) : later(f, after, ...rest)`)
	b.visit("/admin/halation-post/users")
	b.connected()
	if !eval[bool](b, `window.began`) {
		t.Error("htmx did not begin before the next script")
	}
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.see("lucia@halation.example")
}

// modal waits until a dialog that can be read hears the keyboard, too.
func (b *tab) modal() {
	b.t.Helper()
	b.until("the modal dialog", `!!document.querySelector("dialog:modal")`)
}

// connected waits until the page is told of changes.
func (b *tab) connected() {
	b.t.Helper()
	b.until("the stream", `!!document.querySelector("#live[data-connected]")`)
}

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

func TestUsers_OpenPage_FollowsChanges(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	lucia := hookstest.Account(t, server.App, "lucia@halation.example")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForText("2 of 3 Organizer seats used, 0 reserved, 1 free")
	b.waitForStream()
	invited := hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.waitForText("2 of 3 Organizer seats used, 1 reserved, 0 free")
	b.waitForText("lucia@halation.example")
	if _, err := invitations.Accept(server.App, invitations.Response{Account: lucia, ID: invited.ID}); err != nil {
		t.Fatal(err)
	}
	b.waitForText("3 of 3 Organizer seats used, 0 reserved, 0 free")
	if _, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), lucia.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	b.waitForText("2 of 3 Organizer seats used, 0 reserved, 1 free")
	b.waitForNoText("lucia@halation.example")
}

func TestUsers_OnlyOwner_FollowsFirstAndLastMember(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForText("Invite your team")
	b.waitForStream()
	hookstest.Member(t, server.App, team, "lucia@halation.example")
	b.waitForText("lucia@halation.example")
	b.waitForNoText("Invite your team")
	b.press("Add users") // the updated content works
	b.waitForText("Paste from a spreadsheet or an email")
	b.modal() // until then no key closes it
	b.sendKeys(kb.Escape)
	b.waitForNoText("Paste from a spreadsheet or an email")
	b.waitForStream() // if the dialog closed with its page, the stream is a new one
	lucia, err := server.App.FindAuthRecordByEmail("users", "lucia@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), lucia.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	b.waitForText("Invite your team")
	b.waitForNoText("lucia@halation.example")
}

func TestOpenPage_AccessLost_SaysWhy(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for _, c := range []struct {
		email, sees string
		lose        func(actor *actors.Actor, id string) error
	}{
		{"demoted@halation.example", "You're no longer an Admin of Halation Post", func(actor *actors.Actor, id string) error {
			_, err := members.RevokeRoles(server.App, actor, id, actors.Roles{Admin: true}, members.Handover{})
			return err
		}},
		{"removed@halation.example", "You're no longer a member of Halation Post", func(actor *actors.Actor, id string) error {
			_, err := members.Remove(server.App, actor, id, members.Handover{})
			return err
		}},
		{"teamless@halation.example", "Halation Post was deleted", func(actor *actors.Actor, _ string) error {
			return teams.Delete(server.App, actor, "Halation Post")
		}},
	} {
		account := hookstest.Member(t, server.App, team, c.email, "admin")
		b := signIn(t, server, c.email)
		b.expectStatus(403)
		b.expectStatus(410)
		b.visit("/admin/halation-post/users")
		b.waitForText("Add users")
		b.waitForStream()
		if err := c.lose(hookstest.Actor(t, server.App, owner, team), account.Id); err != nil {
			t.Fatal(err)
		}
		b.waitForText(c.sees)
	}
}

func TestEventStream_ConnectionLost_ReconnectsAndCatchesUp(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	evalOnce[bool](b, `delete document.getElementById("live").dataset.connected`)
	b.expectDisconnects()
	server.CloseConnections()
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.waitForText("lucia@halation.example")
	b.waitForStream()
}

func TestEventStream_ScriptLoadsLate_IsConnected(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.addInitScript(`const later = window.setTimeout; window.setTimeout = (f, after, ...rest) => after === undefined && !window.began ? (window.began = true, queueMicrotask(f)) : later(f, after, ...rest)`)
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	if !eval[bool](b, `window.began`) {
		t.Error("htmx did not start before the next script")
	}
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	b.waitForText("lucia@halation.example")
}

// modal waits until a visible dialog also listens to the keyboard.
func (b *tab) modal() {
	b.t.Helper()
	b.waitUntil("the modal dialog", `!!document.querySelector("dialog:modal")`)
}

// waitForStream waits until the page receives events.
func (b *tab) waitForStream() {
	b.t.Helper()
	b.waitUntil("the stream", `!!document.querySelector("#live[data-connected]")`)
}

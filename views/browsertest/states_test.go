package browsertest

import (
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/tools/settings"
)

// Every state of an invitation's page, and pages that few people see.
func TestAccessibility_PageStates(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	fresh := openTab(t, server.URL)
	fresh.visit("/signup")
	fresh.waitForText("Create the first account")
	fresh.assertAccessible("the first account")
	fresh.expectStatus(422)
	fresh.fill("Setup code", "guessed")
	fresh.fill("Your name", "Eve")
	fresh.fill("Email address", "eve@elsewhere.example")
	fresh.fill("Password", "too short")
	fresh.press("Create account")
	fresh.waitForText("the setup code")
	fresh.assertAccessible("the first account, refused")

	app := server.App
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users")
	admin.assertAccessible("a team with one user")

	links := map[string]string{}
	ids := map[string]string{}
	for _, state := range []string{"accepted", "declined", "revoked", "expired", "replaced", "bounced", "open"} {
		email := state + "@halation.example"
		ids[state] = hookstest.Invite(t, app, owner, team, email, "organizer").ID
		message := post.WaitFor(t, email)
		links[state] = linkPath(t, post.FindLink(message, "/invite/"))
		if state == "bounced" {
			message.Bounced("550 5.1.1 no such user").Post(t, server.URL+"/hooks/resend")
		}
	}
	joined := hookstest.Account(t, app, "accepted@halation.example")
	_, err := invitations.Accept(app, invitations.Response{Account: joined, ID: ids["accepted"]})
	must(t, err)
	_, err = invitations.Decline(app, invitations.Response{Account: hookstest.Account(t, app, "declined@halation.example"), ID: ids["declined"]})
	must(t, err)
	_, err = invitations.Revoke(app, hookstest.Actor(t, app, owner, team), ids["revoked"])
	must(t, err)
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE email = 'expired@halation.example'", nil)
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	_, _, err = invitations.Resend(app, hookstest.Actor(t, app, owner, team), ids["replaced"])
	must(t, err)

	visitor := openTab(t, server.URL)
	visitor.expectStatus(410)
	for state, link := range links {
		visitor.visit(link)
		visitor.assertAccessible("an invitation that is " + state)
	}
	for state, id := range ids {
		admin.visit("/admin/halation-post/users/" + id)
		admin.assertAccessible("details of a user " + state)
	}
	admin.visit("/admin/halation-post/users/" + ids["bounced"])
	admin.press("Correct address…")
	admin.fill("Email address", "marta@halation.example")
	admin.assertAccessible("a wrong address")
	admin.expectStatus(422)
	admin.press("Send invitation")
	admin.waitForText("This is your own address")
	admin.assertAccessible("a refused correct address")
	for _, path := range []string{"/admin/halation-post/users/" + ids["open"] + "/revoke", "/app/halation-post?leave=1", "/teams?new=1"} {
		admin.visit(path)
		admin.assertAccessible(path)
	}

	right := signIn(t, server, hookstest.Account(t, app, "open@halation.example").Email())
	right.visit("/teams")
	right.assertAccessible("invitations after sign-in")
	right.visit(links["open"])
	right.waitForText("the account you're signed in with")
	right.assertAccessible("an invitation, signed in")
	right.expectStatus(403)
	member := signIn(t, server, joined.Email())
	member.expectStatus(403)
	member.visit("/admin/halation-post/users")
	member.waitForText("Marta")
	member.assertAccessible("the panel without the role")

	reset, err := accounts.ResetLink(app, owner)
	must(t, err)
	visitor.visit(linkPath(t, reset))
	visitor.assertAccessible("a new password")
	confirm, err := owner.NewVerificationToken()
	must(t, err)
	visitor.visit("/verify/" + confirm)
	visitor.assertAccessible("an address to confirm")
	settings.Of(app).SignUp = "open"
	visitor.visit("/signup")
	visitor.assertAccessible("an open sign-up")
	visitor.visit("/reset?sent=1")
	visitor.assertAccessible("an email was sent")
}

func TestAccessibility_InviteListWithErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users/add")
	b.fill("Email addresses", "nadia@halation.example\nno address\nsamuel@halation.example\n")
	b.waitForText("Already a member")
	b.assertAccessible("a list with errors")
	b.expectStatus(422)
	b.press("Send 1 invitation")
	b.waitForText("still in the list")
	b.assertAccessible("the rest of a list")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNotice_Folded_StaysFoldedUntilOpened(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	settings.Of(f.App).ResendKey = ""
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForText("Copy each invitation link and share it yourself.")
	b.assertAccessible("an open notice")
	b.press("Email isn't set up.")
	for _, page := range []string{"/admin/halation-post/rooms", "/admin/halation-post/users"} {
		b.visit(page)
		b.waitForText("Email isn't set up.")
		if open := eval[bool](b, `document.querySelector("[data-fold=email]").open`); open {
			t.Errorf("%s: the notice is open, want it folded", page)
		}
	}
	b.press("Email isn't set up.")
	b.visit("/admin/halation-post/rooms")
	b.waitForText("Copy each invitation link and share it yourself.")
}

package browsertest

import (
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/settings"
)

// Every state of an invitation's page, and every page that only some people meet.
func TestEveryStateOfAPageIsForEverybody(t *testing.T) {
	server, post := withMail(t)
	fresh := open(t, server.URL)
	fresh.visit("/signup")
	fresh.see("Create the first account")
	fresh.accessible("the first account")
	fresh.expect(422)
	fresh.fill("Code", "guessed")
	fresh.fill("Your name", "Eve")
	fresh.fill("Email address", "eve@elsewhere.example")
	fresh.fill("Password", "too short")
	fresh.press("Create account")
	fresh.see("not the code")
	fresh.accessible("the first account, refused")

	app := server.App
	owner := hookstest.Person(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users")
	admin.accessible("a team of one")

	links := map[string]string{}
	ids := map[string]string{}
	for _, state := range []string{"accepted", "declined", "revoked", "expired", "replaced", "bounced", "open"} {
		email := state + "@halation.example"
		ids[state] = hookstest.Invite(t, app, owner, team, email, "organizer").ID
		letter := post.WaitFor(t, email)
		links[state] = local(t, post.Link(letter, "/invite/"))
		if state == "bounced" {
			letter.Bounced("550 5.1.1 no such user").Post(t, server.URL+"/hooks/resend")
		}
	}
	joined := hookstest.Person(t, app, "accepted@halation.example")
	_, err := invitations.Accept(app, invitations.Answer{Account: joined, ID: ids["accepted"]})
	must(t, err)
	_, err = invitations.Decline(app, invitations.Answer{Account: hookstest.Person(t, app, "declined@halation.example"), ID: ids["declined"]})
	must(t, err)
	_, err = invitations.Revoke(app, hookstest.Actor(t, app, owner, team), ids["revoked"])
	must(t, err)
	hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE email = 'expired@halation.example'", nil)
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	_, _, err = invitations.Resend(app, hookstest.Actor(t, app, owner, team), ids["replaced"])
	must(t, err)

	visitor := open(t, server.URL)
	visitor.expect(410)
	for state, link := range links {
		visitor.visit(link)
		visitor.accessible("an invitation that is " + state)
	}
	for state, id := range ids {
		admin.visit("/admin/halation-post/users/" + id)
		admin.accessible("details of somebody " + state)
	}
	admin.visit("/admin/halation-post/users/" + ids["bounced"])
	admin.press("Correct the address…")
	admin.fill("The right address", "marta@halation.example")
	admin.accessible("a wrong address")
	admin.expect(422)
	admin.press("Send the invitation")
	admin.see("This is your own address")
	admin.accessible("a right address that is refused")
	for _, path := range []string{"/admin/halation-post/users/" + ids["open"] + "/revoke", "/app/halation-post?leave=1", "/teams?new=1"} {
		admin.visit(path)
		admin.accessible(path)
	}

	right := signIn(t, server, hookstest.Person(t, app, "open@halation.example").Email())
	right.accessible("the prompt after signing in")
	right.visit(links["open"])
	right.see("the account you are signed in with")
	right.accessible("an invitation for who is signed in")
	right.expect(403)
	member := signIn(t, server, joined.Email())
	member.expect(403)
	member.visit("/admin/halation-post/users")
	member.see("Marta")
	member.accessible("the panel without the role")

	reset, err := accounts.ResetLink(app, owner)
	must(t, err)
	visitor.visit(local(t, reset))
	visitor.accessible("a new password")
	confirm, err := owner.NewVerificationToken()
	must(t, err)
	visitor.visit("/verify/" + confirm)
	visitor.accessible("an address to confirm")
	settings.Of(app).SignUp = "open"
	visitor.visit("/signup")
	visitor.accessible("an open sign-up")
	visitor.visit("/reset?sent=1")
	visitor.accessible("a letter is on its way")
}

func TestAListWithFaultsIsForEverybody(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users/add")
	b.fill("Addresses", "nadia@halation.example\nno address\nsamuel@halation.example\n")
	b.see("Already a member")
	b.accessible("a list with faults")
	b.expect(422)
	b.press("Send 1 invitation")
	b.see("still in the list")
	b.accessible("what was left of a list")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

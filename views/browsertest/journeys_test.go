package browsertest

import (
	"net/url"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/seats"
	"usher/views/viewstest"
)

// newServerWithEmail serves an empty installation whose emails go to a fake Resend server.
func newServerWithEmail(t *testing.T) (*viewstest.Server, *resendtest.Server) {
	t.Helper()
	defaultBrowser.start(t)
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = post.Key, post.URL, resendtest.WebhookSecret
	return viewstest.Serve(t, config), post
}

// linkPath returns the path of a link in an email.
func linkPath(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		t.Fatalf("got no link in %q", link)
	}
	return u.RequestURI()
}

func signIn(t *testing.T, server *viewstest.Server, email string) *tab {
	t.Helper()
	return (&fixture{Server: server}).signInWith(t, email, hookstest.Password)
}

func TestJourney_EmptyServerToAcceptedInvitation(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	owner := openTab(t, server.URL)
	owner.visit("/")
	owner.waitForText("Create the first account")
	owner.fill("Setup code", "not-the-code")
	owner.fill("Your name", "Marta Oliveira")
	owner.fill("Email address", "marta@halation.example")
	owner.fill("Password", "a seat for every organizer")
	owner.fill("Team name", "Halation Post")
	owner.expectStatus(422)
	owner.press("Create account")
	owner.waitForText("the setup code")
	owner.waitUntil("the typed text", `[...document.querySelectorAll("input")].some(i => i.value === "Marta Oliveira")`)

	owner.visit("/signup?code=" + accounts.SetupCode(server.App))
	owner.fill("Your name", "Marta Oliveira")
	owner.fill("Email address", "marta@halation.example")
	owner.fill("Password", "a seat for every organizer")
	owner.fill("Team name", "Halation Post")
	owner.press("Create account")
	owner.waitForText("Invite your team")
	owner.press("Add users")
	owner.fill("Email addresses", "Lucía Herrera <Lucia@Halation.example>")
	owner.waitForText("Will be invited")
	owner.press("Send 1 invitation")
	owner.waitForText("invitation sent")
	owner.waitForText("1 reserved")

	email := post.WaitFor(t, "lucia@halation.example")
	if !strings.Contains(email.Text, "Marta Oliveira invited you to join Halation Post") {
		t.Errorf("got email %s", email.Text)
	}
	lucia := openTab(t, server.URL)
	lucia.visit(linkPath(t, post.FindLink(email, "/invite/")))
	lucia.waitForText("Marta Oliveira invited you to join Halation Post")
	lucia.waitForText("lucia@halation.example")
	lucia.fill("Your name", "Lucía Herrera")
	lucia.fill("Password", "four words nobody joins")
	lucia.press("Accept invitation")
	lucia.waitForURL("/app/halation-post")
	lucia.waitForText("Organizer")

	owner.visit("/admin/halation-post/users")
	owner.waitForText("2 of 3 Organizer seats used")
	owner.waitForText("Lucía Herrera")
}

func TestAccept_WrongAccount_SignsOutAndReturns(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Account(t, server.App, "lucia@halation.example")
	hookstest.Account(t, server.App, "private@home.example")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	link := linkPath(t, post.FindLink(post.WaitFor(t, "lucia@halation.example"), "/invite/"))

	b := signIn(t, server, "private@home.example")
	b.visit(link)
	b.waitForText("This invitation is for another address")
	b.waitForText("l••••@halation.example")
	b.waitForText("private@home.example")
	b.press("Sign out and continue")
	b.waitForURL("/invite/")
	b.fill("Password", hookstest.Password)
	b.press("Sign in and accept")
	b.waitForURL("/app/halation-post")
}

func TestDecline_IsExplainedAndShownToAdmins(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Account(t, server.App, "bruno@castel.example")
	hookstest.Invite(t, server.App, owner, team, "bruno@castel.example", "organizer")

	bruno := signIn(t, server, "bruno@castel.example")
	bruno.visit("/teams")
	bruno.press("Decline")
	bruno.waitForText("the team's Admins see that you declined")
	bruno.press("Decline invitation")
	bruno.waitForText("Invitation from Halation Post declined.")

	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users?status=declined")
	admin.press("bruno@castel.example")
	admin.waitForText("Invite again")
}

func TestAccept_RevokedWhilePageIsOpen_IsRefused(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")

	lucia := openTab(t, server.URL)
	lucia.visit(linkPath(t, post.FindLink(post.WaitFor(t, "lucia@halation.example"), "/invite/")))
	lucia.fill("Your name", "Lucía Herrera")
	lucia.fill("Password", "four words nobody joins")

	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users?status=pending")
	admin.press("lucia@halation.example")
	admin.press("Revoke invitation…")
	admin.waitForText("Revoke the invitation to lucia@halation.example?")
	admin.press("Revoke invitation")
	admin.waitForText("Its link no longer works.")

	for _, status := range []int{404, 410, 422} {
		lucia.expectStatus(status)
	}
	lucia.press("Accept invitation")
	lucia.waitForText("revoked")
}

func TestInvite_TwoAdminsAtTheLastSeat_OneWins(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "jonas@halation.example", "admin")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")

	tabs := []*tab{signIn(t, server, "marta@halation.example"), signIn(t, server, "jonas@halation.example")}
	for i, b := range tabs {
		b.visit("/admin/halation-post/users/add")
		b.fill("Email addresses", []string{"anna@new.example", "bert@new.example"}[i])
		b.waitForText("Will be invited")
		b.expectStatus(422)
	}
	for _, b := range tabs {
		b.waitUntil("the button", pointScript+`('button', 'Send 1 invitation')`)
	}
	pressed := make(chan struct{})
	for _, b := range tabs {
		go func() {
			eval[bool](b, `(document.querySelector("[data-pointed]").click(), true)`)
			pressed <- struct{}{}
		}()
	}
	<-pressed
	<-pressed
	won := 0
	for _, b := range tabs {
		b.waitUntil("an answer", `/invitation sent|No Organizer seats left/.test(document.body.innerText)`)
		if eval[bool](b, `/invitation sent/.test(document.body.innerText)`) {
			won++
		}
	}
	now, err := seats.Of(server.App, team.Id)
	if err != nil || won != 1 || now.Organizer.Reserved != 1 || now.Organizer.Free() != 0 {
		t.Fatalf("%d of two got the last seat: %+v, %v, want 1, 1 and 0", won, now.Organizer, err)
	}
}

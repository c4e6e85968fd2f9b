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

// withMail is an empty server whose letters go to a stand-in for Resend.
func withMail(t *testing.T) (*viewstest.Server, *resendtest.Server) {
	t.Helper()
	usual.start(t)
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = post.Key, post.URL, resendtest.WebhookSecret
	return viewstest.Serve(t, config), post
}

// local is the path of a link in a letter.
func local(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		t.Fatalf("no link: %q", link)
	}
	return u.RequestURI()
}

func signIn(t *testing.T, server *viewstest.Server, email string) *tab {
	t.Helper()
	return (&house{Server: server}).enter(t, email, hookstest.Password)
}

func TestFromAnEmptyServerToAnAcceptedInvitation(t *testing.T) {
	server, post := withMail(t)
	owner := open(t, server.URL)
	owner.visit("/")
	owner.see("Create the first account")
	owner.fill("Code", "not-the-code")
	owner.fill("Your name", "Marta Oliveira")
	owner.fill("Email address", "marta@halation.example")
	owner.fill("Password", "a seat for every organizer")
	owner.fill("Name of your team", "Halation Post")
	owner.expect(422)
	owner.press("Create account")
	owner.see("not the code")
	owner.until("what was typed", `[...document.querySelectorAll("input")].some(i => i.value === "Marta Oliveira")`)

	owner.visit("/signup?code=" + accounts.FirstCode(server.App))
	owner.fill("Your name", "Marta Oliveira")
	owner.fill("Email address", "marta@halation.example")
	owner.fill("Password", "a seat for every organizer")
	owner.fill("Name of your team", "Halation Post")
	owner.press("Create account")
	owner.see("Ask the first people in")
	owner.press("Add users")
	owner.fill("Addresses", "Lucía Herrera <Lucia@Halation.example>")
	owner.see("Will be invited")
	owner.press("Send 1 invitation")
	owner.see("on its way")
	owner.see("1 reserved")

	letter := post.WaitFor(t, "lucia@halation.example")
	if !strings.Contains(letter.Text, "Marta Oliveira asks you to join Halation Post") {
		t.Errorf("the letter says: %s", letter.Text)
	}
	lucia := open(t, server.URL)
	lucia.visit(local(t, post.Link(letter, "/invite/")))
	lucia.see("Marta Oliveira asks you to join Halation Post")
	lucia.see("lucia@halation.example")
	lucia.fill("Your name", "Lucía Herrera")
	lucia.fill("Password", "four words nobody joins")
	lucia.press("Accept invitation")
	lucia.at("/app/halation-post")
	lucia.see("Organizer")

	owner.visit("/admin/halation-post/users")
	owner.see("2 of 3 Organizer seats used")
	owner.see("Lucía Herrera")
}

func TestTheWrongAccountSignsOutAndComesBack(t *testing.T) {
	server, post := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Person(t, server.App, "lucia@halation.example")
	hookstest.Person(t, server.App, "private@home.example")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")
	link := local(t, post.Link(post.WaitFor(t, "lucia@halation.example"), "/invite/"))

	b := signIn(t, server, "private@home.example")
	b.visit(link)
	b.see("This invitation is for another address")
	b.see("l••••@halation.example")
	b.see("private@home.example")
	b.press("Sign out and continue")
	b.at("/invite/")
	b.fill("Password", hookstest.Password)
	b.press("Sign in and accept")
	b.at("/app/halation-post")
}

func TestDecliningIsExplainedBeforeAndShownToAdminsAfter(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Person(t, server.App, "bruno@castel.example")
	hookstest.Invite(t, server.App, owner, team, "bruno@castel.example", "organizer")

	bruno := signIn(t, server, "bruno@castel.example")
	bruno.at("/teams")
	bruno.see("Declining ends this offer for good")
	bruno.press("Decline")
	bruno.see("Declined.")

	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users?status=declined")
	admin.press("bruno@castel.example")
	admin.see("Invite again")
}

func TestRevokedWhileThePageIsOpen(t *testing.T) {
	server, post := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer")

	lucia := open(t, server.URL)
	lucia.visit(local(t, post.Link(post.WaitFor(t, "lucia@halation.example"), "/invite/")))
	lucia.fill("Your name", "Lucía Herrera")
	lucia.fill("Password", "four words nobody joins")

	admin := signIn(t, server, "marta@halation.example")
	admin.visit("/admin/halation-post/users?status=pending")
	admin.press("lucia@halation.example")
	admin.press("Revoke invitation…")
	admin.see("Revoke the invitation of lucia@halation.example?")
	admin.press("Revoke invitation")
	admin.see("Its link is dead.")

	for _, status := range []int{404, 410, 422} {
		lucia.expect(status)
	}
	lucia.press("Accept invitation")
	lucia.see("revoked")
}

func TestTwoAdminsAtTheLastSeat(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "jonas@halation.example", "admin")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")

	tabs := []*tab{signIn(t, server, "marta@halation.example"), signIn(t, server, "jonas@halation.example")}
	for i, b := range tabs {
		b.visit("/admin/halation-post/users/add")
		b.fill("Addresses", []string{"anna@new.example", "bert@new.example"}[i])
		b.see("Will be invited")
		b.expect(422)
	}
	for _, b := range tabs {
		b.until("the button", mark+`('button', 'Send 1 invitation')`)
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
		b.until("an answer", `/on its way|No free Organizer seat/.test(document.body.innerText)`)
		if eval[bool](b, `/on its way/.test(document.body.innerText)`) {
			won++
		}
	}
	now, err := seats.Of(server.App, team.Id)
	if err != nil || won != 1 || now.Organizer.Reserved != 1 || now.Organizer.Free() != 0 {
		t.Fatalf("%d of two got the last seat: %+v, %v", won, now.Organizer, err)
	}
}

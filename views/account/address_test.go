package account_test

import (
	"regexp"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/settings"
	"usher/views/viewstest"
)

// posted serves with letters that arrive.
func posted(t *testing.T) (*viewstest.Server, *resendtest.Server) {
	t.Helper()
	post := resendtest.New(t)
	return serve(t, func(c *settings.Config) { c.ResendKey, c.ResendURL = post.Key, post.URL }), post
}

// moving asks for a new address on the page and is the path of the link in the mail.
func moving(t *testing.T, b *viewstest.Browser, post *resendtest.Server, s *viewstest.Server, email string) string {
	t.Helper()
	goes(t, b.Post("/account/address", form("email", email, "password", hookstest.Password)), "/account#address")
	return strings.TrimPrefix(post.Link(post.WaitFor(t, email), "/email/"), s.URL)
}

func TestAnAddressIsChangedByItsLink(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Member(t, s.App, hookstest.Team(t, s.App, owner, "Halation Post", "free"), "noor@halation.example")
	here, there := s.As(owner), s.As(owner)
	link := moving(t, here, post, s, "marta@new.example")
	says(t, here.Get("/account"), 200, "<b>marta@new.example</b> waits to be confirmed", "You sign in as <b>marta@halation.example</b>", "Look in the mail")

	says(t, here.Get(link), 200, "Confirm new address", "marta@halation.example", "marta@new.example")
	if hookstest.Stored(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("a look at the link changed the address")
	}
	r := here.Post(link, nil)
	goes(t, r, "/account#address")
	if !strings.Contains(strings.Join(r.Header["Set-Cookie"], " "), "usher=") {
		t.Error("no new login after the change")
	}
	says(t, here.Get("/account"), 200, "Your address is marta@new.example now.", "You sign in as <b>marta@new.example</b>")
	goes(t, there.Get("/account"), "/signin?next=%2Faccount")
	says(t, here.Get("/admin/halation-post/users"), 200, "marta@new.example")
	says(t, here.Get(link), 410, "not good any more")
	says(t, here.Post(link, nil), 410, "not good any more")
	if letter := post.WaitFor(t, "marta@halation.example"); !strings.Contains(letter.Text, "It was not you?") {
		t.Error(letter.Text)
	}
}

func TestALinkIsUsedOnlyBySomebodySignedInToItsAccount(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	eve := s.As(hookstest.Person(t, s.App, "eve@halation.example"))
	link := moving(t, s.As(owner), post, s, "marta@new.example")

	nobody := s.Visitor()
	page := nobody.Get(link)
	says(t, page, 200, "Sign in to confirm", "m••••@halation.example")
	if strings.Contains(page.Body, "marta@halation.example") {
		t.Error("whoever has the link is told the old address")
	}
	goes(t, nobody.Post(link, nil), "/signin?next=%2Femail%2F"+link[len("/email/"):])
	says(t, eve.Get(link), 200, "This link is for another account", "eve@halation.example", `action="/signout"`)
	says(t, eve.Post(link, nil), 403, "This link is for another account")
	if hookstest.Stored(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("changed")
	}
	b := s.Visitor()
	goes(t, b.Post("/signin", form("email", owner.Email(), "password", hookstest.Password, "next", link)), link)
	goes(t, b.Post(link, nil), "/account#address")
}

func TestALinkDiesWithThePassword(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	b := s.As(owner)
	link := moving(t, b, post, s, "marta@new.example")
	goes(t, b.Post("/account/password", form("current", hookstest.Password, "new", "three entirely new words")), "/account")
	says(t, b.Get(link), 410, "the password was changed since")
	says(t, b.Post(link, nil), 410, "not good any more")
	if page := b.Get("/account"); strings.Contains(page.Body, "waits to be confirmed") {
		t.Error("the change still waits")
	}
}

// times differ between two readings.
var times = regexp.MustCompile(`<time.*?</time>`)

func TestANewAddressIsAskedFor(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Person(t, s.App, "taken@halation.example")
	b := s.As(owner)
	says(t, b.Post("/account/address", form("email", "marta@new.example", "password", "wrong")), 422, "not your current password", `action="/account/address#problems"`, `id="problems"`, `value="marta@new.example"`, `href="#address-password"`)
	says(t, b.Post("/account/address", form("email", "nobody", "password", hookstest.Password)), 422, "No @ in the address.", `value="nobody"`, `href="#new-address"`)
	says(t, b.Post("/account/address", form("email", "Marta@halation.example", "password", hookstest.Password)), 422, "your address already")

	pages := map[string]string{}
	for _, email := range []string{"taken@halation.example", "freed@halation.example"} {
		goes(t, b.Post("/account/address", form("email", email, "password", hookstest.Password)), "/account#address")
		pages[times.ReplaceAllString(strings.ReplaceAll(b.Get("/account").Body, email, ""), "")] = email
	}
	if len(pages) != 1 {
		t.Error("a taken and a free address are told apart")
	}
	says(t, b.Get("/account"), 200, "finds the letter on its console")
	goes(t, b.Post("/account/address/cancel", nil), "/account#address")
	page := b.Get("/account")
	says(t, page, 200, "Your address stays as it is.")
	if strings.Contains(page.Body, "waits to be confirmed") {
		t.Error("it still waits")
	}
}

package account_test

import (
	"regexp"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// newServerWithEmail serves an app whose emails reach a stub server.
func newServerWithEmail(t *testing.T) (*viewstest.Server, *resendtest.Server) {
	t.Helper()
	post := resendtest.New(t)
	return newServer(t, func(c *settings.Config) { c.ResendKey, c.ResendURL = post.Key, post.URL }), post
}

// requestAddressChange asks for a new address on the page and is the path of the link in the mail.
func requestAddressChange(t *testing.T, b *viewstest.Browser, post *resendtest.Server, s *viewstest.Server, email string) string {
	t.Helper()
	assertRedirect(t, b.Post("/account/address", formValues("email", email, "password", hookstest.Password)), "/account#address")
	return strings.TrimPrefix(post.FindLink(post.WaitFor(t, email), "/email/"), s.URL)
}

func TestChangeAddress_ByLink(t *testing.T) {
	s, post := newServerWithEmail(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Member(t, s.App, hookstest.Team(t, s.App, owner, "Halation Post", "free"), "noor@halation.example")
	here, there := s.As(owner), s.As(owner)
	link := requestAddressChange(t, here, post, s, "marta@new.example")
	assertPage(t, here.Get("/account"), 200, "<b>marta@new.example</b> isn't confirmed yet", "Your email address is <b>marta@halation.example</b>", "Check the inbox of your new address")

	assertPage(t, here.Get(link), 200, "Confirm new address", "marta@halation.example", "marta@new.example")
	if hookstest.FindRecord(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("a look at the link changed the address")
	}
	r := here.Post(link, nil)
	assertRedirect(t, r, "/account#address")
	if !strings.Contains(strings.Join(r.Header["Set-Cookie"], " "), "usher=") {
		t.Error("no new login after the change")
	}
	assertPage(t, here.Get("/account"), 200, "Your email address is now marta@new.example.", "Your email address is <b>marta@new.example</b>")
	assertRedirect(t, there.Get("/account"), "/signin?next=%2Faccount")
	assertPage(t, here.Get("/admin/halation-post/users"), 200, "marta@new.example")
	assertPage(t, here.Get(link), 410, "no longer works")
	assertPage(t, here.Post(link, nil), 410, "no longer works")
	if message := post.WaitFor(t, "marta@halation.example"); !strings.Contains(message.Text, "If it wasn't you") {
		t.Error(message.Text)
	}
}

func TestChangeAddress_OtherAccount_IsRefused(t *testing.T) {
	s, post := newServerWithEmail(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	eve := s.As(hookstest.Account(t, s.App, "eve@halation.example"))
	link := requestAddressChange(t, s.As(owner), post, s, "marta@new.example")

	nobody := s.Anonymous()
	page := nobody.Get(link)
	assertPage(t, page, 200, "Sign in to confirm", "m••••@halation.example")
	if strings.Contains(page.Body, "marta@halation.example") {
		t.Error("whoever has the link is told the old address")
	}
	assertRedirect(t, nobody.Post(link, nil), "/signin?next=%2Femail%2F"+link[len("/email/"):])
	assertPage(t, eve.Get(link), 200, "This link is for another account", "eve@halation.example", `action="/signout"`)
	assertPage(t, eve.Post(link, nil), 403, "This link is for another account")
	if hookstest.FindRecord(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("changed")
	}
	b := s.Anonymous()
	assertRedirect(t, b.Post("/signin", formValues("email", owner.Email(), "password", hookstest.Password, "next", link)), link)
	assertRedirect(t, b.Post(link, nil), "/account#address")
}

func TestChangeAddress_PasswordChanged_LinkExpires(t *testing.T) {
	s, post := newServerWithEmail(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	b := s.As(owner)
	link := requestAddressChange(t, b, post, s, "marta@new.example")
	assertRedirect(t, b.Post("/account/password", formValues("current", hookstest.Password, "new", "three entirely new words")), "/account")
	assertPage(t, b.Get(link), 410, "a password change")
	assertPage(t, b.Post(link, nil), 410, "no longer works")
	if page := b.Get("/account"); strings.Contains(page.Body, "confirmed yet") {
		t.Error("the change still waits")
	}
}

// timePattern differ between two readings.
var timePattern = regexp.MustCompile(`<time.*?</time>`)

func TestRequestAddressChange(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Account(t, s.App, "taken@halation.example")
	b := s.As(owner)
	assertPage(t, b.Post("/account/address", formValues("email", "marta@new.example", "password", "wrong")), 422, "current password is wrong", `action="/account/address#problems"`, `id="problems"`, `value="marta@new.example"`, `href="#address-password"`)
	assertPage(t, b.Post("/account/address", formValues("email", "nobody", "password", hookstest.Password)), 422, "No @ in the address.", `value="nobody"`, `href="#new-address"`)
	assertPage(t, b.Post("/account/address", formValues("email", "Marta@halation.example", "password", hookstest.Password)), 422, "already your email address")

	pages := map[string]string{}
	for _, email := range []string{"taken@halation.example", "freed@halation.example"} {
		assertRedirect(t, b.Post("/account/address", formValues("email", email, "password", hookstest.Password)), "/account#address")
		pages[timePattern.ReplaceAllString(strings.ReplaceAll(b.Get("/account").Body, email, ""), "")] = email
	}
	if len(pages) != 1 {
		t.Error("a taken and a free address are told apart")
	}
	assertPage(t, b.Get("/account"), 200, "can find the link on its console")
	assertRedirect(t, b.Post("/account/address/cancel", nil), "/account#address")
	page := b.Get("/account")
	assertPage(t, page, 200, "Address change cancelled.")
	if strings.Contains(page.Body, "confirmed yet") {
		t.Error("it still waits")
	}
}

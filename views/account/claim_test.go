package account_test

import (
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

func TestResetPage_UnconfirmedAddress_AsksForName(t *testing.T) {
	s := newServer(t)
	account, err := accounts.New(s.App, accounts.Params{Email: "noor@halation.example", Name: "Mallory", Password: hookstest.Password, Timezone: "Asia/Tokyo"})
	if err == nil {
		err = s.App.Save(account)
	}
	if err != nil {
		t.Fatal(err)
	}
	token, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	b, path := s.Anonymous(), "/reset/"+token
	page := b.Get(path + "?name=Mallory")
	assertPage(t, page, 200, `name="name"`, `name="timezone" value="" data-detect`)
	for _, theirs := range []string{"Mallory", "Asia/Tokyo"} {
		if strings.Contains(page.Body, theirs) {
			t.Errorf("got %q on the page, want nothing that the stranger typed", theirs)
		}
	}
	assertPage(t, b.Post(path, formValues("password", "three entirely new words")), 422, "Your name is required.")
	assertPage(t, b.Post(path, formValues("name", "Noor Haddad", "password", "short")), 422, "Use at least 12.", `value="Noor Haddad"`)
	assertRedirect(t, b.Post(path, formValues("name", "Noor Haddad", "timezone", "Europe/Lisbon", "password", "three entirely new words")), "/")
	assertPage(t, b.Get("/account"), 200, `value="Noor Haddad"`, `value="Europe/Lisbon"`)
}

func TestResetPage_ConfirmedAddress_DoesNotAskForName(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	token, err := owner.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if page := s.Anonymous().Get("/reset/" + token); strings.Contains(page.Body, `name="name"`) || strings.Contains(page.Body, `name="timezone"`) {
		t.Errorf("got a page that asks for name or time zone: %s, want no %q or %q", page.Body, `name="name"`, `name="timezone"`)
	}
}

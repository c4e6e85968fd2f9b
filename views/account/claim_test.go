package account_test

import (
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

func TestResetPage_OfAnUnconfirmedAddress_AsksForTheName(t *testing.T) {
	s := serve(t)
	account, err := accounts.Draft(s.App, accounts.New{Email: "noor@halation.example", Name: "Mallory", Password: hookstest.Password, Timezone: "Asia/Tokyo"})
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
	b, path := s.Visitor(), "/reset/"+token
	page := b.Get(path + "?name=Mallory")
	says(t, page, 200, `name="name"`, `name="timezone" value="" data-detect`)
	for _, theirs := range []string{"Mallory", "Asia/Tokyo"} {
		if strings.Contains(page.Body, theirs) {
			t.Errorf("got %q on the page, want nothing that the stranger typed", theirs)
		}
	}
	says(t, b.Post(path, form("password", "three entirely new words")), 422, "Your name is needed.")
	says(t, b.Post(path, form("name", "Noor Haddad", "password", "short")), 422, "Take at least 12.", `value="Noor Haddad"`)
	goes(t, b.Post(path, form("name", "Noor Haddad", "timezone", "Europe/Lisbon", "password", "three entirely new words")), "/")
	says(t, b.Get("/account"), 200, `value="Noor Haddad"`, `value="Europe/Lisbon"`)
}

func TestResetPage_OfAConfirmedAddress_DoesNotAskForTheName(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	token, err := owner.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if page := s.Visitor().Get("/reset/" + token); strings.Contains(page.Body, `name="name"`) || strings.Contains(page.Body, `name="timezone"`) {
		t.Errorf("got a page that asks for name or time zone: %s", page.Body)
	}
}

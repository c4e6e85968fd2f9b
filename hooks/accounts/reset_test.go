package accounts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

// newUnconfirmed is an account that a stranger began with the address, with everything that an account can have, and the token of
// the reset link that its owner gets.
func newUnconfirmed(t *testing.T, app core.App, email string) (*core.Record, string) {
	t.Helper()
	account, err := accounts.New(app, accounts.Params{Email: email, Name: "Mallory", Password: hookstest.Password, Timezone: "Asia/Tokyo"})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := filesystem.NewFileFromBytes([]byte("\x89PNG\r\n\x1a\n"), "mallory.png")
	if err != nil {
		t.Fatal(err)
	}
	account.Set("avatar", picture)
	account.SetEmailVisibility(true)
	account.Set("signup_team", "Mallory's team")
	if err := app.Save(account); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.StartLogin(app, account, "", ""); err != nil {
		t.Fatal(err)
	}
	other := core.NewExternalAuth(app)
	other.SetCollectionRef(account.Collection().Id)
	other.SetRecordRef(account.Id)
	other.SetProvider("google")
	other.SetProviderId("mallory")
	if err := app.Save(other); err != nil {
		t.Fatal(err)
	}
	token, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	return account, token
}

func TestResetPassword_UnconfirmedAddress_DiscardsExistingData(t *testing.T) {
	app := hookstest.NewApp(t)
	account, token := newUnconfirmed(t, app, "ada@x.example")
	claimed, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: otherPassword, Name: " Ada  Lovelace ", Timezone: "Europe/Lisbon"})
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := accounts.New(app, accounts.Params{Email: "fresh@x.example", Name: "Ada Lovelace", Password: otherPassword, Timezone: "Europe/Lisbon", Verified: true})
	if err == nil {
		err = app.Save(fresh)
	}
	if err != nil {
		t.Fatal(err)
	}
	stored := hookstest.FindRecord(t, app, "users", account.Id)
	own := []string{"id", "email", "password", "tokenKey", "created", "updated"}
	for _, field := range stored.Collection().Fields.FieldNames() {
		if got, want := stored.GetString(field), fresh.GetString(field); got != want && !slices.Contains(own, field) {
			t.Errorf("%s: got %q, want %q as in a new account", field, got, want)
		}
	}
	if claimed.TokenKey() != stored.TokenKey() || !stored.ValidatePassword(otherPassword) {
		t.Error("got an account with another key or password than the stored one")
	}
	for _, left := range []struct {
		collection string
		where      dbx.HashExp
	}{
		{"logins", dbx.HashExp{"user": account.Id}}, {"address_changes", dbx.HashExp{"user": account.Id}},
		{core.CollectionNameExternalAuths, dbx.HashExp{"recordRef": account.Id}}, {"memberships", dbx.HashExp{"user": account.Id}},
	} {
		if n := hookstest.Count(t, app, left.collection, left.where); n != 0 {
			t.Errorf("got %d %s of the stranger, want none", n, left.collection)
		}
	}
	if n := hookstest.Count(t, app, "audit", dbx.NewExp("actor_name LIKE '%Mallory%' AND action = 'account.reset'")); n != 0 {
		t.Error("got the stranger's name in the audit entry of the owner's reset")
	}
}

func TestResetPassword_UnconfirmedAddress_NeedsName(t *testing.T) {
	app := hookstest.NewApp(t)
	account, token := newUnconfirmed(t, app, "ada@x.example")
	for name, code := range map[string]string{"": "required", " ": "required", strings.Repeat("a", accounts.MaxName+1): "too_long", "Ada\u202e": "bad_text"} {
		_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: otherPassword, Name: name})
		hookstest.AssertCode(t, "the name "+name, err, code)
	}
	_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: "short"})
	for _, field := range []string{"name", "password"} {
		if err == nil || !strings.Contains(err.Error(), field+": ") {
			t.Errorf("got %v, want a refusal of %s too", err, field)
		}
	}
	if stored := hookstest.FindRecord(t, app, "users", account.Id); stored.Verified() || stored.GetString("name") != "Mallory" {
		t.Errorf("got %v, want nothing changed by what was refused", stored.FieldsData())
	}
}

func TestResetPassword_ConfirmedAddress_KeepsNameAndTimeZone(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	hookstest.AssertCode(t, "the profile", accounts.UpdateProfile(app, ada, "Ada Lovelace", "Europe/Lisbon", ""), "")
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: otherPassword, Name: "Someone", Timezone: "Asia/Tokyo"}); err != nil {
		t.Fatal(err)
	}
	if r := hookstest.FindRecord(t, app, "users", ada.Id); r.GetString("name") != "Ada Lovelace" || r.GetString("timezone") != "Europe/Lisbon" {
		t.Errorf("got %q in %q, want what the account had", r.GetString("name"), r.GetString("timezone"))
	}
}

// Emails to the address contain nothing that was entered when the account was created.
func TestEmails_ToUnconfirmedAddress_OmitName(t *testing.T) {
	app, post := newAppWithMail(t)
	newUnconfirmed(t, app, "ada@x.example")
	ben := hookstest.Account(t, app, "ben@x.example")
	team := hookstest.Team(t, app, ben, "Halation Post", "pro")
	if err := accounts.RequestReset(app, "ada@x.example", "", ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.RequestConfirmation(app, "ada@x.example", "", ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.RequestAddressChange(app, ben, hookstest.Password, "ada@x.example", ""); err != nil {
		t.Fatal(err)
	}
	hookstest.Invite(t, app, ben, team, "ada@x.example", "organizer")
	seen := 0
	post.WaitForRequests(t, 4)
	for _, email := range post.Emails() {
		if email.To != "ada@x.example" {
			continue
		}
		seen++
		if strings.Contains(email.ToName+email.Subject+email.HTML+email.Text, "Mallory") {
			t.Errorf("got the stranger's name in %q to %q: %s, want no %q", email.Subject, email.ToName, email.Text, "Mallory")
		}
	}
	if seen != 4 {
		t.Errorf("got %d emails, want 4", seen)
	}
}

package accounts_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func TestResetPassword_WorksOnceAndSignsOutDevices(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	login, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	_, err = accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: "short", Name: "Ada"})
	hookstest.AssertCode(t, "a weak password", err, accounts.CodeWeakPassword)
	_, err = accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: otherPassword, Name: "Ada"})
	hookstest.AssertCode(t, "a good one", err, "")
	_, err = accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: "yet another pass phrase", Name: "Ada"})
	hookstest.AssertCode(t, "a second time", err, "link_expired")
	if _, err := accounts.SignIn(app, "ada@x.example", otherPassword, ""); err != nil {
		t.Error(err)
	}
	_, err = accounts.SignIn(app, "ada@x.example", hookstest.Password, "")
	hookstest.AssertCode(t, "the old password", err, accounts.CodeBadSignIn)
	if _, _, err := accounts.FindLogin(app, login); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("the old login: %v, want %v", err, errs.ErrNotFound)
	}
}

func TestResetPassword_Concurrent_OneWins(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.SlowWrites(app, "users")
	ada := hookstest.Account(t, app, "ada@x.example")
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	words := []string{otherPassword, "yet another pass phrase", "copper velvet harbour cloud"}
	results := hookstest.Race(3, func(i int) error {
		_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: words[i], Name: "Ada"})
		return err
	})
	if won := hookstest.CountSucceeded(t, results, "link_expired"); won != 1 {
		t.Errorf("%d won, want 1", won)
	}
	for i, err := range results {
		if hookstest.FindRecord(t, app, "users", ada.Id).ValidatePassword(words[i]) != (err == nil) {
			t.Errorf("the password of reset %d, which came to %v", i, err)
		}
	}
}

func TestFindByToken_OtherPurpose_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	tokens := map[string]func() (string, error){"auth": ada.NewAuthToken, "verification": ada.NewVerificationToken, "reset": ada.NewPasswordResetToken}
	for kind, make := range tokens {
		token, err := make()
		if err != nil {
			t.Fatal(err)
		}
		_, err = accounts.FindByReset(app, token)
		hookstest.AssertCode(t, kind+" as a reset", err, map[bool]string{false: "link_expired"}[kind == "reset"])
		_, err = accounts.FindByConfirmation(app, token)
		hookstest.AssertCode(t, kind+" as a confirmation", err, map[bool]string{false: "link_expired"}[kind == "verification"])
	}
	_, err := accounts.FindByReset(app, "nonsense")
	hookstest.AssertCode(t, "nonsense", err, "link_expired")
}

func TestConfirmAddress_Twice_ChangesNothing(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	ada.SetVerified(false)
	if err := app.Save(ada); err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		account, err := accounts.ConfirmAddress(app, token, hookstest.Password, "")
		if err != nil || !account.Verified() {
			t.Errorf("%v", err)
		}
	}
	if !hookstest.FindRecord(t, app, "users", ada.Id).Verified() ||
		hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.confirm"}) != 1 {
		t.Error("not confirmed once")
	}
}

func TestConfirmAddress_OtherSignUpsPassword_IsRefused(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	const owners, strangers = "her own four words here", "his own four words here"
	for _, password := range []string{strangers, owners} { // the stranger came first
		form := members.SignUpForm{Email: "victim@x.example", Name: "Someone", Password: password}
		if _, err := members.SignUp(app, form); err != nil {
			t.Fatal(err)
		}
	}
	account, err := accounts.Find(app, "victim@x.example")
	if err != nil {
		t.Fatal(err)
	}
	token, err := account.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	_, err = accounts.ConfirmAddress(app, token, owners, "")
	hookstest.AssertCode(t, "her password", err, accounts.CodeBadSignIn)
	if hookstest.FindRecord(t, app, "users", account.Id).Verified() {
		t.Fatal("confirmed with the stranger's password")
	}
	reset, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(app, accounts.ResetForm{Token: reset, Password: owners, Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.SignIn(app, "victim@x.example", owners, ""); err != nil {
		t.Errorf("she: %v", err)
	}
	_, err = accounts.SignIn(app, "victim@x.example", strangers, "")
	hookstest.AssertCode(t, "the stranger", err, accounts.CodeBadSignIn)
}

func TestChangePassword_NeedsCurrentPassword(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	change := func(current, next string) error {
		return accounts.ChangePassword(app, hookstest.FindRecord(t, app, "users", ada.Id), current, next, "")
	}
	hookstest.AssertCode(t, "a wrong one", change(otherPassword, otherPassword), accounts.CodeBadSignIn)
	hookstest.AssertCode(t, "a weak new one", change(hookstest.Password, "short"), accounts.CodeWeakPassword)
	if !hookstest.FindRecord(t, app, "users", ada.Id).ValidatePassword(hookstest.Password) {
		t.Error("a refused change was kept")
	}
	login, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "the right one", change(hookstest.Password, otherPassword), "")
	if _, _, err := accounts.FindLogin(app, login); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("the old login: %v, want %v", err, errs.ErrNotFound)
	}
	if hookstest.Count(t, app, "outbox", dbx.HashExp{"about": ada.Id}) != 1 {
		t.Error("got no email, want a notice")
	}
	for range 9 {
		_ = change("wrong", otherPassword)
	}
	hookstest.AssertCode(t, "the eleventh try", change(otherPassword, hookstest.Password), errs.CodeTooMany)
}

func TestChangePassword_AfterReset_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	thief := hookstest.FindRecord(t, app, "users", ada.Id) // signed in with the old password
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: otherPassword, Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	err = accounts.ChangePassword(app, thief, hookstest.Password, "copper velvet harbour cloud", "")
	hookstest.AssertCode(t, "with the old password, read before", err, accounts.CodeBadSignIn)
	if !hookstest.FindRecord(t, app, "users", ada.Id).ValidatePassword(otherPassword) {
		t.Error("the reset was undone")
	}
}

func TestUpdateProfile(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	for _, s := range []struct{ name, zone, code string }{
		{" Ada  Lovelace ", "Europe/Lisbon", ""},
		{"", "Europe/Lisbon", "required"},
		{"Ada", "Mars/Olympus", "bad_timezone"},
		{"Ada\u202e", "", "bad_text"},
	} {
		hookstest.AssertCode(t, s.name, accounts.UpdateProfile(app, hookstest.FindRecord(t, app, "users", ada.Id), s.name, s.zone, ""), s.code)
	}
	if r := hookstest.FindRecord(t, app, "users", ada.Id); r.GetString("name") != "Ada Lovelace" || r.GetString("timezone") != "Europe/Lisbon" {
		t.Errorf("%v, want %q and %q", r.FieldsData(), "Ada Lovelace", "Europe/Lisbon")
	}
}

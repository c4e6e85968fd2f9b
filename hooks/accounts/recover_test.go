package accounts_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
)

func TestAResetIsUsedOnceAndSignsEveryDeviceOut(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	login, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	_, err = accounts.Reset(app, accounts.ResetForm{Token: token, Password: "short", Name: "Ada"})
	hookstest.Refused(t, "a weak password", err, accounts.CodeWeak)
	_, err = accounts.Reset(app, accounts.ResetForm{Token: token, Password: other, Name: "Ada"})
	hookstest.Refused(t, "a good one", err, "")
	_, err = accounts.Reset(app, accounts.ResetForm{Token: token, Password: "yet another pass phrase", Name: "Ada"})
	hookstest.Refused(t, "a second time", err, "link_expired")
	if _, err := accounts.SignIn(app, "ada@x.example", other, ""); err != nil {
		t.Error(err)
	}
	_, err = accounts.SignIn(app, "ada@x.example", hookstest.Password, "")
	hookstest.Refused(t, "the old password", err, accounts.CodeBadSignIn)
	if _, _, err := accounts.FindLogin(app, login); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the old login: %v", err)
	}
}

func TestTwoResetsAtOnceSetOnePassword(t *testing.T) {
	app := hookstest.New(t)
	hookstest.Widen(app, "users")
	ada := hookstest.Person(t, app, "ada@x.example")
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	words := []string{other, "yet another pass phrase", "copper velvet harbour cloud"}
	results := hookstest.Race(3, func(i int) error {
		_, err := accounts.Reset(app, accounts.ResetForm{Token: token, Password: words[i], Name: "Ada"})
		return err
	})
	if won := hookstest.Won(t, results, "link_expired"); won != 1 {
		t.Errorf("%d won", won)
	}
	for i, err := range results {
		if hookstest.Stored(t, app, "users", ada.Id).ValidatePassword(words[i]) != (err == nil) {
			t.Errorf("the password of reset %d, which came to %v", i, err)
		}
	}
}

func TestALinkIsGoodForItsPurposeAlone(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	tokens := map[string]func() (string, error){"auth": ada.NewAuthToken, "verification": ada.NewVerificationToken, "reset": ada.NewPasswordResetToken}
	for kind, make := range tokens {
		token, err := make()
		if err != nil {
			t.Fatal(err)
		}
		_, err = accounts.ByReset(app, token)
		hookstest.Refused(t, kind+" as a reset", err, map[bool]string{false: "link_expired"}[kind == "reset"])
		_, err = accounts.ByConfirmation(app, token)
		hookstest.Refused(t, kind+" as a confirmation", err, map[bool]string{false: "link_expired"}[kind == "verification"])
	}
	_, err := accounts.ByReset(app, "nonsense")
	hookstest.Refused(t, "nonsense", err, "link_expired")
}

func TestConfirmingAnAddressTwiceChangesNothing(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	ada.SetVerified(false)
	if err := app.Save(ada); err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		account, err := accounts.Confirm(app, token, hookstest.Password, "")
		if err != nil || !account.Verified() {
			t.Errorf("%v", err)
		}
	}
	if !hookstest.Stored(t, app, "users", ada.Id).Verified() ||
		hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.confirm"}) != 1 {
		t.Error("not confirmed once")
	}
}

func TestAnAddressIsNotConfirmedForWhoeverSignedUpWithIt(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewWith(t, config)
	hookstest.Person(t, app, "first@x.example")
	const hers, his = "her own four words here", "his own four words here"
	for _, password := range []string{his, hers} { // he was first
		form := members.SignUpForm{Email: "victim@x.example", Name: "Somebody", Password: password}
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
	_, err = accounts.Confirm(app, token, hers, "")
	hookstest.Refused(t, "her password", err, accounts.CodeBadSignIn)
	if hookstest.Stored(t, app, "users", account.Id).Verified() {
		t.Fatal("confirmed, with his password")
	}
	reset, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Reset(app, accounts.ResetForm{Token: reset, Password: hers, Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.SignIn(app, "victim@x.example", hers, ""); err != nil {
		t.Errorf("she: %v", err)
	}
	_, err = accounts.SignIn(app, "victim@x.example", his, "")
	hookstest.Refused(t, "he", err, accounts.CodeBadSignIn)
}

func TestChangingThePasswordNeedsTheCurrentOne(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	change := func(current, next string) error {
		return accounts.ChangePassword(app, hookstest.Stored(t, app, "users", ada.Id), current, next, "")
	}
	hookstest.Refused(t, "a wrong one", change(other, other), accounts.CodeBadSignIn)
	hookstest.Refused(t, "a weak new one", change(hookstest.Password, "short"), accounts.CodeWeak)
	if !hookstest.Stored(t, app, "users", ada.Id).ValidatePassword(hookstest.Password) {
		t.Error("a refused change was kept")
	}
	login, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Refused(t, "the right one", change(hookstest.Password, other), "")
	if _, _, err := accounts.FindLogin(app, login); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the old login: %v", err)
	}
	if hookstest.Count(t, app, "outbox", dbx.HashExp{"about": ada.Id}) != 1 {
		t.Error("nobody is told by mail")
	}
	for range 9 {
		_ = change("wrong", other)
	}
	hookstest.Refused(t, "the eleventh try", change(other, hookstest.Password), record.CodeTooMany)
}

func TestAChangeThatAResetOvertookIsRefused(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	thief := hookstest.Stored(t, app, "users", ada.Id) // signed in with the old password
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Reset(app, accounts.ResetForm{Token: token, Password: other, Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	err = accounts.ChangePassword(app, thief, hookstest.Password, "copper velvet harbour cloud", "")
	hookstest.Refused(t, "with the old password, read before", err, accounts.CodeBadSignIn)
	if !hookstest.Stored(t, app, "users", ada.Id).ValidatePassword(other) {
		t.Error("the reset was undone")
	}
}

func TestAProfileKeepsWhatItSaysAndNothingElse(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	for _, s := range []struct{ name, zone, code string }{
		{" Ada  Lovelace ", "Europe/Lisbon", ""},
		{"", "Europe/Lisbon", "required"},
		{"Ada", "Mars/Olympus", "bad_timezone"},
		{"Ada\u202e", "", "bad_text"},
	} {
		hookstest.Refused(t, s.name, accounts.UpdateProfile(app, hookstest.Stored(t, app, "users", ada.Id), s.name, s.zone, ""), s.code)
	}
	if r := hookstest.Stored(t, app, "users", ada.Id); r.GetString("name") != "Ada Lovelace" || r.GetString("timezone") != "Europe/Lisbon" {
		t.Errorf("%v", r.FieldsData())
	}
}

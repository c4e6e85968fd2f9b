package accounts_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

func TestSignIn_SuccessesDoNotCount(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for n := range 25 {
		if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1"); err != nil {
			t.Fatalf("sign-in %d: %v", n+1, err)
		}
	}
}

func TestSignInFromDevice_KnownDevice_HasOwnLimit(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	device, err := accounts.RememberDevice(app, "", "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := accounts.RememberDevice(app, "", "mallory@x.example")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_, err := accounts.SignIn(app, "ada@x.example", otherPassword, "192.0.2.1")
		hookstest.AssertCode(t, "a wrong password", err, accounts.CodeBadSignIn)
	}
	for what, value := range map[string]string{"no device": "", "another account's device": foreign, "a made-up device": device + "x"} {
		_, err := accounts.SignInFromDevice(app, value, "ada@x.example", hookstest.Password, "192.0.2.1")
		hookstest.AssertCode(t, what, err, errs.CodeTooMany)
		if !strings.Contains(err.Error(), "Try again in ") || !strings.Contains(err.Error(), "reset your password") {
			t.Errorf("%s: %v, want it to contain %q and %q", what, err, "Try again in ", "reset your password")
		}
	}
	if _, err := accounts.SignInFromDevice(app, device, " ADA@x.example", hookstest.Password, "192.0.2.1"); err != nil {
		t.Errorf("the known device: %v", err)
	}
	for range 10 {
		_, err := accounts.SignInFromDevice(app, device, "ada@x.example", otherPassword, "192.0.2.1")
		hookstest.AssertCode(t, "a wrong password on the known device", err, accounts.CodeBadSignIn)
	}
	_, err = accounts.SignInFromDevice(app, device, "ada@x.example", hookstest.Password, "192.0.2.1")
	hookstest.AssertCode(t, "the known device after ten failures", err, errs.CodeTooMany)
}

func TestSignIn_ConcurrentFailures_StayWithinLimit(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for _, address := range []string{"ada@x.example", "unknown@x.example"} {
		results := hookstest.Race(30, func(int) error {
			_, err := accounts.SignIn(app, address, otherPassword, "192.0.2.1")
			return err
		})
		checked := 0
		for _, err := range results {
			if errs.Code(err) == accounts.CodeBadSignIn {
				checked++
			}
		}
		if checked != 10 {
			t.Errorf("%s: %d of 30 passwords were checked, want 10", address, checked)
		}
	}
}

func TestSignIn_RateLimited_LogsOncePerMinuteAndAccount(t *testing.T) {
	app := hookstest.NewApp(t)
	ada, ben := hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "ben@x.example")
	throttled := func() int {
		return hookstest.Count(t, app, "audit", dbx.HashExp{"team": "", "action": "account.signin", "result": errs.CodeTooMany})
	}
	signIn := func(address string) {
		t.Helper()
		_, err := accounts.SignIn(app, address, otherPassword, "192.0.2.1")
		hookstest.AssertCode(t, address, err, errs.CodeTooMany)
	}
	for _, address := range []string{"ada@x.example", "ben@x.example", "unknown@x.example"} {
		for range 10 {
			_, err := accounts.SignIn(app, address, otherPassword, "192.0.2.1")
			hookstest.AssertCode(t, address, err, accounts.CodeBadSignIn)
		}
	}
	if n := throttled(); n != 0 {
		t.Errorf("got %d throttled entries before the limit, want none", n)
	}
	for n, address := range []string{"ada@x.example", "ada@x.example", "unknown@x.example", "ada@x.example", "ben@x.example", "ben@x.example"} {
		signIn(address)
		want := 1
		if n >= 4 {
			want = 2
		}
		if got := throttled(); got != want {
			t.Errorf("got %d throttled entries after attempt %d (%s), want %d", got, n+1, address, want)
		}
	}
	app.Store().Remove("usher.limits.signin-throttled") // a minute later
	signIn("ada@x.example")
	for id, want := range map[string]int{ada.Id: 2, ben.Id: 1} {
		of := dbx.HashExp{"team": "", "actor": id, "target": id, "result": errs.CodeTooMany}
		if got := hookstest.Count(t, app, "audit", of); got != want {
			t.Errorf("got %d throttled entries of the account, want %d", got, want)
		}
	}
}

func TestReauthenticate_RateLimited_LogsOncePerMinuteAndAction(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	change := func() error { return accounts.ChangePassword(app, ada, "wrong", otherPassword, "192.0.2.1") }
	for range 10 {
		hookstest.AssertCode(t, "a wrong password", change(), accounts.CodeBadSignIn)
	}
	for range 3 {
		hookstest.AssertCode(t, "beyond the limit", change(), errs.CodeTooMany)
		hookstest.AssertCode(t, "beyond the limit", accounts.RequestAddressChange(app, ada, "wrong", "new@x.example", ""), errs.CodeTooMany)
	}
	for action, want := range map[string]map[string]int{
		"account.password":        {accounts.CodeBadSignIn: 10, errs.CodeTooMany: 1},
		"account.address.request": {accounts.CodeBadSignIn: 0, errs.CodeTooMany: 1},
	} {
		for code, n := range want {
			if got := hookstest.Count(t, app, "audit", dbx.HashExp{"actor": ada.Id, "action": action, "result": code}); got != n {
				t.Errorf("got %d entries of %s with %s, want %d", got, action, code, n)
			}
		}
	}
}

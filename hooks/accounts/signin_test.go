package accounts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

const otherPassword = "orchid tram lantern seven"

func TestSignIn(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	waiting := hookstest.Account(t, app, "waiting@x.example")
	waiting.SetVerified(false)
	if err := app.Save(waiting); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ address, password, code string }{
		{"ada@x.example", hookstest.Password, ""},
		{" ADA@x.Example ", hookstest.Password, ""},
		{"ada@x.example", otherPassword, accounts.CodeBadSignIn},
		{"ada@x.example", "", accounts.CodeBadSignIn},
		{"unknown@x.example", hookstest.Password, accounts.CodeBadSignIn},
		{"nobody", hookstest.Password, accounts.CodeBadSignIn},
		{"waiting@x.example", hookstest.Password, accounts.CodeUnverified},
		{"waiting@x.example", otherPassword, accounts.CodeBadSignIn}, // only the owner learns that it is unconfirmed
	} {
		account, err := accounts.SignIn(app, s.address, s.password, "192.0.2.1")
		hookstest.AssertCode(t, s.address, err, s.code)
		if (account != nil) != (s.code == "") || account != nil && account.Id != ada.Id {
			t.Errorf("%s: %v", s.address, account)
		}
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.signin", "result": "bad_password"}); n != 3 {
		t.Errorf("%d failures of accounts in the audit log, want 3", n)
	}
}

func TestSignIn_UnknownAddress_GetsSameAnswer(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	_, known := accounts.SignIn(app, "ada@x.example", otherPassword, "")
	_, unknown := accounts.SignIn(app, "unknown@x.example", otherPassword, "")
	if known == nil || unknown == nil || known.Error() != unknown.Error() {
		t.Errorf("%v, and %v", known, unknown)
	}
	for _, ask := range []func(string) error{
		func(address string) error { return accounts.RequestReset(app, address, "", "") },
		func(address string) error { return accounts.RequestConfirmation(app, address, "", "") },
	} {
		if known, unknown := ask("ada@x.example"), ask("unknown@x.example"); known != nil || unknown != nil {
			t.Errorf("%v, and %v, want nil and nil", known, unknown)
		}
	}
	if hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": "unknown@x.example"}) != 0 ||
		hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": "ada@x.example"}) != 1 {
		t.Error("got emails, want none")
	}
}

func TestRequestReset_NoAccounts_DoesNothing(t *testing.T) {
	app := hookstest.NewApp(t)
	if err := accounts.RequestReset(app, "nobody@x.example", "", ""); err != nil {
		t.Error(err)
	}
	if n := hookstest.Count(t, app, "outbox") + hookstest.Count(t, app, "audit"); n != 0 {
		t.Errorf("%d rows, want 0", n)
	}
}

func TestSignIn_FailuresOfOtherNetwork_DoNotLockOwnerOut(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for range 12 {
		_, _ = accounts.SignIn(app, "ada@x.example", otherPassword, "192.0.2.66")
		_ = accounts.RequestReset(app, "ada@x.example", "", "192.0.2.66")
	}
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1"); err != nil {
		t.Errorf("sign in: %v", err)
	}
	if err := accounts.RequestReset(app, "ada@x.example", "", "192.0.2.1"); err != nil {
		t.Errorf("reset: %v", err)
	}
}

func TestSignIn_HundredFailuresOfNetwork_IsRateLimited(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for n := range 100 {
		_, err := accounts.SignIn(app, fmt.Sprintf("made-up-%d@x.example", n), otherPassword, "192.0.2.66")
		hookstest.AssertCode(t, "made up", err, accounts.CodeBadSignIn)
	}
	_, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.66")
	hookstest.AssertCode(t, "from the same network", err, errs.CodeTooMany)
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.67"); err != nil {
		t.Errorf("from another network: %v", err)
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"result": "bad_password"}); n != 0 {
		t.Errorf("%d rows about addresses without an account, want 0", n)
	}
}

func TestSignIn_EleventhFailure_IsRateLimited(t *testing.T) {
	for _, address := range []string{"ada@x.example", "unknown@x.example"} {
		app := hookstest.NewApp(t)
		hookstest.Account(t, app, "ada@x.example")
		hookstest.Account(t, app, "ben@x.example")
		for range 10 {
			_, err := accounts.SignIn(app, address, otherPassword, "")
			hookstest.AssertCode(t, address, err, accounts.CodeBadSignIn)
		}
		_, err := accounts.SignIn(app, " "+address, hookstest.Password, "")
		var slow *errs.RateLimitError
		if !errors.As(err, &slow) || slow.Wait <= 0 || slow.Wait > 15*time.Minute || errs.Code(err) != errs.CodeTooMany {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := accounts.SignIn(app, "ben@x.example", hookstest.Password, ""); err != nil {
			t.Errorf("another user: %v", err)
		}
	}
}

func TestRequestReset_FourthEmail_IsRateLimited(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for _, address := range []string{"ada@x.example", "unknown@x.example"} {
		for n := range 4 {
			code := map[bool]string{true: errs.CodeTooMany}[n == 3]
			hookstest.AssertCode(t, fmt.Sprint(address, n), accounts.RequestReset(app, address, "", ""), code)
		}
	}
}

func TestFindLogin_Lifetime(t *testing.T) {
	ago := func(column, modifier string) string {
		return "UPDATE logins SET " + column + " = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '" + modifier + "')"
	}
	for _, s := range []struct {
		name  string
		after func(app core.App, account *core.Record) error
		sql   string
		good  bool
	}{
		{"immediately", nil, "", true},
		{"idle for nearly a week", nil, ago("seen", "-167 hours"), true},
		{"idle for a week", nil, ago("seen", "-169 hours"), false},
		{"nearly a month old", nil, ago("created", "-719 hours"), true},
		{"a month old", nil, ago("created", "-721 hours"), false},
		{"the password changed", func(app core.App, account *core.Record) error {
			account.SetPassword(otherPassword)
			return app.Save(account)
		}, "", false},
		{"the address changed", func(app core.App, account *core.Record) error {
			account.SetEmail("new@x.example")
			return app.Save(account)
		}, "", false},
		{"every device signed out", func(app core.App, account *core.Record) error {
			account.RefreshTokenKey()
			return app.Save(account)
		}, "", false},
		{"the address is no longer confirmed", nil, "UPDATE users SET verified = 0", false},
		{"the account is gone", func(app core.App, account *core.Record) error { return app.Delete(account) }, "", false},
	} {
		t.Run(s.name, func(t *testing.T) {
			app := hookstest.NewApp(t)
			ada := hookstest.Account(t, app, "ada@x.example")
			secret, err := accounts.StartLogin(app, ada, "Firefox", "192.0.2.1")
			if err != nil {
				t.Fatal(err)
			}
			if s.after != nil {
				if err := s.after(app, ada); err != nil {
					t.Fatal(err)
				}
			}
			if s.sql != "" {
				hookstest.Exec(t, app, s.sql, nil)
			}
			login, account, err := accounts.FindLogin(app, secret)
			switch {
			case s.good && (err != nil || account.Id != ada.Id || login.GetString("token_hash") != accounts.Hash(secret)):
				t.Error(err)
			case !s.good && !errors.Is(err, errs.ErrNotFound):
				t.Errorf("found: %v", err)
			}
			if _, _, err := accounts.FindLogin(app, accounts.Hash(secret)); !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("by what is stored: %v, want %v", err, errs.ErrNotFound)
			}
		})
	}
}

func TestSignOut_EndsOneLogin(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	first, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	login, _, err := accounts.FindLogin(app, first)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.SignOut(app, login, ada, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := accounts.FindLogin(app, first); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
	if _, _, err := accounts.FindLogin(app, second); err != nil {
		t.Errorf("the other device: %v", err)
	}
}

func TestTouch_AndDeleteExpiredLogins(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	touch := func(modifier string) bool {
		t.Helper()
		hookstest.Exec(t, app, "UPDATE logins SET seen = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '"+modifier+"')", nil)
		login, _, err := accounts.FindLogin(app, secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := accounts.Touch(app, login); err != nil {
			t.Fatal(err)
		}
		return time.Since(hookstest.FindRecord(t, app, "logins", login.Id).GetDateTime("seen").Time()) < time.Minute
	}
	if touch("-4 minutes") || !touch("-6 minutes") {
		t.Error("last seen is written at the wrong time")
	}
	if err := accounts.DeleteExpiredLogins(app); err != nil || hookstest.Count(t, app, "logins") != 1 {
		t.Errorf("a login in use: %v, want 1", err)
	}
	hookstest.Exec(t, app, "UPDATE logins SET seen = '2026-01-01 00:00:00.000Z'", nil)
	if err := accounts.DeleteExpiredLogins(app); err != nil || hookstest.Count(t, app, "logins") != 0 {
		t.Errorf("an old login: %v, want 0", err)
	}
}

func TestSignIn_TooManyPendingChecks_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	accounts.PendingChecks.Add(64)
	_, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1")
	accounts.PendingChecks.Add(-64)
	hookstest.AssertCode(t, "behind 64 others", err, errs.CodeTooMany)
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1"); err != nil {
		t.Errorf("alone: %v", err)
	}
}

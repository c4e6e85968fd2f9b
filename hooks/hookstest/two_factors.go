package hookstest

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"usher/hooks/twofactors"
)

// TwoFactors is the two-factor authentication of an account.
type TwoFactors struct {
	Secret   string
	Recovery []string
}

// EnableTwoFactors turns on two-factor authentication of an account with the password Password. The account's token key changes. The
// current code counts as unused.
func EnableTwoFactors(t testing.TB, app core.App, account *core.Record) TwoFactors {
	t.Helper()
	if err := twofactors.Begin(app, account); err != nil {
		t.Fatal(err)
	}
	setup, err := twofactors.FindSetup(app, account.Id)
	if err != nil {
		t.Fatal(err)
	}
	key, err := setup.Key(app, account)
	if err != nil {
		t.Fatal(err)
	}
	two := TwoFactors{Secret: strings.ReplaceAll(key.Secret, " ", "")}
	two.Recovery, err = twofactors.Enable(app, account, nil, twofactors.Form{Password: Password, Code: two.Code(t)})
	if err != nil {
		t.Fatal(err)
	}
	Exec(t, app, "UPDATE authenticators SET last_step = 0 WHERE user = {:user}", dbx.Params{"user": account.Id})
	return two
}

// Code returns the code that the authenticator app shows now.
func (two TwoFactors) Code(t testing.TB) string {
	t.Helper()
	return two.CodeAt(t, time.Now())
}

// CodeAt returns the code that the authenticator app shows at that time.
func (two TwoFactors) CodeAt(t testing.TB, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(two.Secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// WrongCode returns a code that the authenticator app shows at no time near now.
func (two TwoFactors) WrongCode(t testing.TB) string {
	t.Helper()
	return two.CodeAt(t, time.Now().Add(-24*time.Hour))
}

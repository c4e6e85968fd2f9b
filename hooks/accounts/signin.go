package accounts

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Codes of refusals at the door.
const (
	CodeUnverified   = "unverified"
	CodeBadSignIn    = "bad_credentials"
	CodeSignUpClosed = "signup_closed"
	CodeWrongAccount = "wrong_account" // signed in, but not as whom it is for; at the edge a 403
)

// SignIn finds the account of an address and a password. Somebody without an account is told the same,
// after the same work, as somebody with a wrong password. An account whose address is not confirmed is
// refused as CodeUnverified, but only to who knows its password.
func SignIn(app core.App, address, password, from string) (*core.Record, error) {
	return SignInFromDevice(app, "", address, password, from)
}

// SignInFromDevice is SignIn from a browser with that value of its device cookie: where the account signed in before, failures
// elsewhere do not count.
func SignInFromDevice(app core.App, device, address, password, from string) (*core.Record, error) {
	account, err := Find(app, address)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return nil, err
	}
	attempt, err := beginAttempt(app, address, from, device)
	if err != nil {
		recordThrottled(app, account, from, "page")
		return nil, err
	}
	ok, err := passwordMatches(app, account, password)
	if ok || err != nil {
		attempt.release()
	}
	if err != nil {
		return nil, err
	}
	recordSignIn(app, account, from, "page", ok)
	switch {
	case !ok:
		return nil, errs.Invalid("password", CodeBadSignIn, "The email address or the password is wrong. Try again, or reset your password.")
	case !account.Verified():
		return nil, errs.Invalid("base", CodeUnverified, "Confirm your email address first: open the link in the email we sent you.")
	}
	return account, nil
}

// SignOut ends a login and writes it down.
func SignOut(app core.App, login *Login, account *core.Record, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.signout"), func(tx core.App) error {
		return EndLogin(tx, login)
	})
}

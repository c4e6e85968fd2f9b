package accounts

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Codes of refused sign-ins and sign-ups.
const (
	CodeUnverified   = "unverified"
	CodeBadSignIn    = "bad_credentials"
	CodeSignUpClosed = "signup_closed"
	CodeWrongAccount = "wrong_account" // signed in to another account; HTTP 403
)

// SignIn returns the account of an email address and a password. An unknown address and a wrong password can't be told apart,
// neither by the error nor by timing. An account whose address isn't confirmed is refused with CodeUnverified if the password
// is right.
func SignIn(app core.App, address, password, from string) (*core.Record, error) {
	return SignInFromDevice(app, "", address, password, from)
}

// SignInFromDevice is SignIn from a browser with a device cookie: on a known device, failures elsewhere don't count.
func SignInFromDevice(app core.App, device, address, password, from string) (*core.Record, error) {
	account, err := Find(app, address)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
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
	recordFirstStep(app, account, from, "page", passwordOutcome(ok))
	switch {
	case !ok:
		return nil, errs.Invalid("password", CodeBadSignIn, "Wrong email address or password. Try again, or reset your password.")
	case !account.Verified():
		return nil, errs.Invalid("base", CodeUnverified, "Confirm your email address first: open the link in the email we sent you.")
	}
	return account, nil
}

// FirstStepAction returns the action in the audit log of an account that passed the first step of signing in.
func FirstStepAction(app core.App, account *core.Record) (string, error) {
	needed, err := NeedsSecondStep(app, account)
	if needed || err != nil {
		return "account.signin.first", err
	}
	return "account.signin", nil
}

// SignOut ends a login and records it.
func SignOut(app core.App, login *Login, account *core.Record, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.signout"), func(tx core.App) error {
		return EndLogin(tx, login)
	})
}

package accounts

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// CheckSignUp reports whether a visitor without an invitation may create an account (R149). first is true for the first
// account of a server, which requires the setup code.
func CheckSignUp(app core.App, code string) (first bool, err error) {
	any, err := AnyExist(app)
	if err != nil {
		return false, err
	}
	if !any {
		if !IsSetupCode(app, code) {
			return false, errs.Invalid("code", "bad_code", "This isn't the setup code. Copy it from the output of the server.")
		}
		return true, nil
	}
	if settings.Of(app).SignUp != "open" {
		return false, errs.Invalid("base", CodeSignUpClosed, "Accounts are by invitation only. Ask an Owner or Admin of your team to invite you.")
	}
	return false, nil
}

// LimitSignUps limits sign-ups from a network. Call it only for valid forms.
func LimitSignUps(app core.App, from string) error {
	if wait, ok := signUpLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, "Too many sign-ups from your network. Try again in "+formatMinutes(wait)+".")
	}
	return nil
}

// RequireFirst refuses if an account exists by now. It decides between two concurrent first sign-ups.
func RequireFirst(tx core.App) error {
	any, err := AnyExist(tx)
	if err != nil {
		return err
	}
	if any {
		return errs.Invalid("code", "bad_code", "The first account already exists. Sign in, or ask its owner to invite you.")
	}
	return nil
}

// Validate checks the fields of a new account and brings them into canonical form. It returns all errors, and doesn't hash
// the password.
func Validate(n *Params) error {
	var faults errs.List
	email, err := CanonicalEmail(n.Email)
	if faults.Add(err); err == nil {
		n.Email = email
	}
	name, err := text.RequiredLine("name", "Your name", n.Name, MaxName)
	if faults.Add(err); err == nil {
		n.Name = name
	}
	faults.Add(CheckPassword(n.Password, n.Email, n.Name))
	return faults.Err()
}

// errKnown ends the transaction of a sign-up whose address got an account since NotifyExisting looked.
var errKnown = errors.New("the address already has an account")

// Begin saves the account of a sign-up, in its transaction.
func Begin(tx core.App, account *core.Record) error {
	if _, err := Find(tx, account.Email()); err == nil {
		return errKnown
	} else if !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	return tx.Save(account)
}

// Overtaken handles a sign-up whose transaction ended because another one for the same address came first: it calls
// NotifyExisting. overtaken is false for any other outcome.
func Overtaken(app core.App, n Params, outcome error) (overtaken bool, err error) {
	if !errors.Is(outcome, errKnown) {
		return false, nil
	}
	_, err = NotifyExisting(app, n)
	return true, err
}

// NotifyExisting reports whether the address of a sign-up already has an account. If so, it emails the owner. It takes as
// long as creating an account, so that the visitor can't tell.
func NotifyExisting(app core.App, n Params) (bool, error) {
	account, err := Find(app, n.Email)
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := passwordMatches(app, account, n.Password); err != nil {
		return false, err
	}
	return true, app.RunInTransaction(func(tx core.App) error {
		if account.Verified() {
			return sendAlreadyRegistered(tx, account, n.Next)
		}
		return SendConfirmation(tx, account, n.Next)
	})
}

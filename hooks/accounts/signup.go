package accounts

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// CheckSignUp judges whether somebody without an invitation may make an account now (R149). first is
// true for the first account of a server, which needs the code printed at the start.
func CheckSignUp(app core.App, code string) (first bool, err error) {
	any, err := AnyExist(app)
	if err != nil {
		return false, err
	}
	if !any {
		if !IsSetupCode(app, code) {
			return false, errs.Invalid("code", "bad_code", "This is not the code that the server printed when it started. Copy it from there.")
		}
		return true, nil
	}
	if settings.Of(app).SignUp != "open" {
		return false, errs.Invalid("base", CodeSignUpClosed, "Accounts are made by invitation here. Ask an Owner or Admin of your team to invite you.")
	}
	return false, nil
}

// LimitSignUps allows five sign-ups an hour from a network. A form that was refused for what stood in it does not count.
func LimitSignUps(app core.App, from string) error {
	if wait, ok := signUpLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, "Too many sign-ups from your network. Wait an hour.")
	}
	return nil
}

// RequireFirst refuses the second of two people who make the first account at once.
func RequireFirst(tx core.App) error {
	any, err := AnyExist(tx)
	if err != nil {
		return err
	}
	if any {
		return errs.Invalid("code", "bad_code", "Somebody made the first account already. Sign in, or ask that person to invite you.")
	}
	return nil
}

// Validate judges what a new account is made of, all of it at once, and brings it into its one form. It
// costs no password hashing, so a form can be judged before anything is written.
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

// errKnown ends the transaction of a sign-up whose address got an account since Known looked.
var errKnown = errors.New("the address has an account by now")

// Begin saves the account of a sign-up, inside the transaction of the sign-up.
func Begin(tx core.App, account *core.Record) error {
	if _, err := Find(tx, account.Email()); err == nil {
		return errKnown
	} else if !errors.Is(err, errs.NotFound) {
		return err
	}
	return tx.Save(account)
}

// Overtaken answers a sign-up whose transaction ended because another for the same address came first, as Known does. For
// any other outcome overtaken is false.
func Overtaken(app core.App, n Params, outcome error) (overtaken bool, err error) {
	if !errors.Is(outcome, errKnown) {
		return false, nil
	}
	_, err = NotifyExisting(app, n)
	return true, err
}

// NotifyExisting answers a sign-up for an address that has an account: its owner gets a letter that says so, and
// whoever signed up learns nothing, after the same work as for a new one.
func NotifyExisting(app core.App, n Params) (bool, error) {
	account, err := Find(app, n.Email)
	if errors.Is(err, errs.NotFound) {
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

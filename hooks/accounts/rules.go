package accounts

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/audit"
	"usher/hooks/limits"
	"usher/hooks/record"
)

// Register wires what holds for every writer of an account, and PocketBase's own ways to sign in.
func Register(app core.App) {
	app.OnRecordValidate("users").BindFunc(func(e *core.RecordEvent) error {
		if err := tidy(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordAuthWithPasswordRequest("users").BindFunc(signInByProgram)
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		return e.ForbiddenError("The address of an account cannot be changed here.", nil)
	})
	app.OnRecordRequestPasswordResetRequest("users").BindFunc(func(e *core.RecordRequestPasswordResetRequestEvent) error {
		if err := slowResets(e.App, e.Record.Email()); err != nil {
			return e.NoContent(http.StatusNoContent) // the same answer as for an address without an account
		}
		return e.Next()
	})
	app.Cron().MustAdd("usherOldLogins", "17 * * * *", func() {
		if err := EndOldLogins(app); err != nil {
			app.Logger().Error("end old logins", "error", err)
		}
	})
	registerLetters(app)
}

// tidy brings an account into its one form, and judges a password that is set.
func tidy(account *core.Record) error {
	var faults record.Faults
	email, err := Canonical(account.Email())
	if faults.Add(err); err == nil {
		account.SetEmail(email)
	}
	name, err := record.Line("name", "The name", account.GetString("name"), MaxName)
	if faults.Add(err); err == nil {
		account.Set("name", name)
	}
	if zone := account.GetString("timezone"); zone != KnownZone(zone) {
		faults.Add(record.Refuse("timezone", "bad_timezone", "Choose a time zone from the list, such as Europe/Lisbon."))
	}
	if password, ok := account.GetRaw("password").(*core.PasswordFieldValue); ok && password.Plain != "" {
		faults.Add(CheckPassword(password.Plain, account.Email(), account.GetString("name")))
	}
	return faults.Err()
}

// signInByProgram puts PocketBase's own sign-in under the limits of ours, and writes it down.
func signInByProgram(e *core.RecordAuthWithPasswordRequestEvent) error {
	if err := slowSignIns(e.App, e.Identity); err != nil {
		var slow *record.Slow
		if errors.As(err, &slow) {
			e.Response.Header().Set("Retry-After", slow.Seconds())
		}
		return e.TooManyRequestsError("Too many tries at this password.", err)
	}
	err := inTurn(e.Next)
	entry := &audit.Entry{Action: "account.signin", From: e.RealIP()}
	if e.Record != nil {
		entry = audit.Of(e.Record, "", e.RealIP(), "account.signin").On(e.Record.Id, e.Record.Email())
	}
	note(e.App, entry.With("by", "program"), outcomeOf(err, e.Record))
	return err
}

// inTurn runs a check of a password in its turn.
func inTurn(check func() error) error {
	checks <- struct{}{}
	defer func() { <-checks }()
	return check()
}

// outcomeOf is what came of PocketBase's sign-in. It refuses a confirmed account for its password only.
func outcomeOf(err error, account *core.Record) string {
	var refusal *router.ApiError
	forbidden := errors.As(err, &refusal) && refusal.Status == http.StatusForbidden
	if err != nil && !forbidden {
		return "bad_password"
	}
	return outcome(true, account)
}

// slowSignIns allows ten tries at an address in a quarter of an hour, whether or not it has an account.
func slowSignIns(app core.App, address string) error {
	if canonical, err := Canonical(address); err == nil {
		address = canonical
	}
	if wait, ok := limits.For(app, "signin", triesAt, triesPer).Take(address); !ok {
		return record.TooMany(wait, "Too many tries at this password. Wait some minutes, or set a new one by mail.")
	}
	return nil
}

// slowResets allows three letters an hour to an address.
func slowResets(app core.App, address string) error {
	if wait, ok := limits.For(app, "reset", 3, time.Hour).Take(address); !ok {
		return record.TooMany(wait, "Too many letters to this address. Look in your mail, or wait an hour.")
	}
	return nil
}

// note writes a sign-in down. That it cannot be written does not keep anybody out.
func note(app core.App, entry *audit.Entry, outcome string) {
	err := app.RunInTransaction(func(tx core.App) error {
		if outcome == "ok" {
			return audit.Write(tx, entry)
		}
		return audit.WriteRefused(tx, entry, outcome)
	})
	if err != nil {
		app.Logger().Error("write a sign-in to the audit log", "error", err)
	}
}

package accounts

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/audit"
	"usher/hooks/record"
)

// signInByProgram puts PocketBase's own sign-in under the limits of ours, and writes it down.
func signInByProgram(e *core.RecordAuthWithPasswordRequestEvent) error {
	if err := slowSignIns(e.App, e.Identity, e.RealIP()); err != nil {
		return tooMany(e, err)
	}
	known := false
	err := inTurn(func() error {
		err := e.Next()
		known = err == nil || isForbidden(err)
		return err
	})
	var slow *record.Slow
	if errors.As(err, &slow) {
		return tooMany(e, err)
	}
	if !known {
		countFailure(e.App, e.RealIP())
	}
	note(e.App, e.Record, e.RealIP(), "program", known)
	return err
}

func tooMany(e *core.RecordAuthWithPasswordRequestEvent, err error) error {
	var slow *record.Slow
	if errors.As(err, &slow) {
		e.Response.Header().Set("Retry-After", slow.Seconds())
	}
	return e.TooManyRequestsError("Too many tries at this password.", err)
}

// isForbidden reports whether the password was right but the account may not come in: its address is not confirmed.
func isForbidden(err error) bool {
	var refusal *router.ApiError
	return errors.As(err, &refusal) && refusal.Status == http.StatusForbidden
}

// note writes a sign-in to an account down; a try at an address that has none leaves no row. That it cannot
// be written does not keep anybody out.
func note(app core.App, account *core.Record, from, by string, ok bool) {
	if account == nil {
		return
	}
	entry := audit.Of(account, "", from, "account.signin").On(account.Id, account.Email()).With("by", by)
	err := app.RunInTransaction(func(tx core.App) error {
		if outcome := outcomeOf(account, ok); outcome != "ok" {
			return audit.WriteRefused(tx, entry, outcome)
		}
		return audit.Write(tx, entry)
	})
	if err != nil {
		app.Logger().Error("write a sign-in to the audit log", "error", err)
	}
}

func outcomeOf(account *core.Record, ok bool) string {
	switch {
	case !ok:
		return "bad_password"
	case !account.Verified():
		return CodeUnverified
	}
	return "ok"
}

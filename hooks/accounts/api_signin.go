package accounts

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// signInByAPI puts PocketBase's own sign-in under the limits of ours, and writes it down.
func signInByAPI(e *core.RecordAuthWithPasswordRequestEvent) error {
	attempt, err := beginAttempt(e.App, e.Identity, e.RealIP(), "")
	if err != nil {
		recordThrottled(e.App, e.Record, e.RealIP(), "program")
		return respondRateLimited(e, err)
	}
	known := false
	err = throttle(func() error {
		err := e.Next()
		known = err == nil || isForbidden(err)
		return err
	})
	var slow *errs.RateLimitError
	if known || errors.As(err, &slow) {
		attempt.release()
	}
	if errors.As(err, &slow) {
		return respondRateLimited(e, err)
	}
	recordSignIn(e.App, e.Record, e.RealIP(), "program", known)
	return err
}

func respondRateLimited(e *core.RecordAuthWithPasswordRequestEvent, err error) error {
	var slow *errs.RateLimitError
	if errors.As(err, &slow) {
		e.Response.Header().Set("Retry-After", slow.RetryAfter())
	}
	_, _, sentence, _ := errs.Details(err)
	return e.TooManyRequestsError(sentence, err)
}

// isForbidden reports whether the password was right but the account may not come in: its address is not confirmed.
func isForbidden(err error) bool {
	var refusal *router.ApiError
	return errors.As(err, &refusal) && refusal.Status == http.StatusForbidden
}

// recordSignIn writes a sign-in to an account to the audit log; that it cannot be written keeps nobody out. For an address
// without an account the same work is done and taken back, so that no row tells of it and the time does not either.
func recordSignIn(app core.App, account *core.Record, from, by string, ok bool) {
	outcome := ""
	switch {
	case !ok:
		outcome = "bad_password"
	case !account.Verified():
		outcome = CodeUnverified
	}
	writeSignInEntry(app, account, from, by, outcome)
}

// recordThrottled writes that a sign-in was refused for too many failures, once a minute for each account.
func recordThrottled(app core.App, account *core.Record, from, by string) {
	key := "" // of all addresses without an account
	if account != nil {
		key = account.Id
	}
	if _, free := throttledSignInLog.In(app).Take(key); free || account == nil {
		writeSignInEntry(app, account, from, by, errs.CodeTooMany)
	}
}

// writeSignInEntry writes the outcome of a sign-in, which is empty where it succeeded.
func writeSignInEntry(app core.App, account *core.Record, from, by, outcome string) {
	unknown := account == nil
	if unknown {
		var err error
		if account, err = anyAccount(app); err != nil {
			return // nobody has an account yet
		}
	}
	entry := audit.NewAccountEntry(account, "", from, "account.signin").WithTarget(account.Id, account.Email()).With("by", by)
	err := app.RunInTransaction(func(tx core.App) error {
		write := audit.Write
		if outcome != "" {
			write = func(tx core.App, entry *audit.Entry) error { return audit.WriteRefused(tx, entry, outcome) }
		}
		if err := write(tx, entry); err != nil || !unknown {
			return err
		}
		return errRollback
	})
	if err != nil && !errors.Is(err, errRollback) {
		app.Logger().Error("write a sign-in to the audit log", "error", err)
	}
}

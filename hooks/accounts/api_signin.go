package accounts

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// signInByAPI applies our rate limits to PocketBase's sign-in and records it in the audit log.
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
	var limited *errs.RateLimitError
	if known || errors.As(err, &limited) {
		attempt.release()
	}
	if errors.As(err, &limited) {
		return respondRateLimited(e, err)
	}
	recordSignIn(e.App, e.Record, e.RealIP(), "program", passwordOutcome(known))
	return err
}

func respondRateLimited(e *core.RecordAuthWithPasswordRequestEvent, err error) error {
	var limited *errs.RateLimitError
	if errors.As(err, &limited) {
		e.Response.Header().Set("Retry-After", limited.RetryAfter())
	}
	_, _, sentence, _ := errs.Details(err)
	return e.TooManyRequestsError(sentence, err)
}

// isForbidden reports whether the password was right but the email address isn't confirmed.
func isForbidden(err error) bool {
	var refusal *router.ApiError
	return errors.As(err, &refusal) && refusal.Status == http.StatusForbidden
}

// recordSignIn records a sign-in in the audit log. A failure to write is only logged. For an address without an account it
// does the same work and rolls it back, so that timing doesn't reveal which addresses have accounts.
// outcome is the code of a refusal, or "".
func recordSignIn(app core.App, account *core.Record, from, by, outcome string) {
	if outcome == "" && !account.Verified() {
		outcome = CodeUnverified
	}
	writeSignInEntry(app, account, from, by, outcome)
}

func passwordOutcome(ok bool) string {
	if ok {
		return ""
	}
	return "bad_password"
}

// recordThrottled records a rate-limited sign-in, at most once a minute for each account.
func recordThrottled(app core.App, account *core.Record, from, by string) {
	key := "" // shared by all addresses without an account
	if account != nil {
		key = account.Id
	}
	if _, free := throttledSignInLog.In(app).Take(key); free || account == nil {
		writeSignInEntry(app, account, from, by, errs.CodeTooMany)
	}
}

// writeSignInEntry records a sign-in. outcome is the code of a refusal, or "" for success.
func writeSignInEntry(app core.App, account *core.Record, from, by, outcome string) {
	unknown := account == nil
	if unknown {
		var err error
		if account, err = anyAccount(app); err != nil {
			return // there are no accounts yet
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

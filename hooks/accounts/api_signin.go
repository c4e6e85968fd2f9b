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
	known, second := false, ""
	err = throttle(func() error {
		err := e.Next()
		second = refusalCode(err)
		known = err == nil || isForbidden(err) || second != ""
		return err
	})
	var limited *errs.RateLimitError
	if known || errors.As(err, &limited) {
		attempt.release()
	}
	if errors.As(err, &limited) {
		return respondRateLimited(e, err)
	}
	if second != "" {
		RecordSecondStep(e.App, e.Record, e.RealIP(), "program", second)
		return err
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

// refusalCode returns the code of a refusal by one of our rules, which are judged after the password; "" for any other error.
func refusalCode(err error) string {
	var refusal *router.ApiError
	if errors.As(err, &refusal) {
		if cause, ok := refusal.RawData().(error); ok {
			return errs.Code(cause)
		}
	}
	return ""
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

// recordFirstStep is recordSignIn for a sign-in that may take a second step: the account is signed in only after that.
func recordFirstStep(app core.App, account *core.Record, from, by, outcome string) {
	if account != nil && outcome == "" && account.Verified() {
		action, err := FirstStepAction(app, account)
		if err != nil {
			app.Logger().Error("find out whether a sign-in takes a second step", "error", err)
		}
		writeEntry(app, account, from, by, action, "")
		return
	}
	recordSignIn(app, account, from, by, outcome)
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
	writeEntry(app, account, from, by, "account.signin", outcome)
}

func writeEntry(app core.App, account *core.Record, from, by, action, outcome string) {
	unknown := account == nil
	if unknown {
		var err error
		if account, err = anyAccount(app); err != nil {
			return // there are no accounts yet
		}
	}
	entry := audit.NewAccountEntry(account, "", from, action).WithTarget(account.Id, account.Email()).With("by", by)
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

package twofactors

import (
	"errors"
	"math"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// Codes of refusals.
const (
	CodeRequired  = actors.CodeTwoFactorsRequired // a code is missing
	CodeWrongCode = accounts.CodeWrongCode
	CodeUsedCode  = "code_used"
)

// Rate limits of wrong codes. Like failed sign-ins they count per account and network, per account over all networks with a higher
// limit, and per known device. Codes are short, so that the limit of a day counts, too: guessing one takes years on average.
var (
	sourceLimit  = ratelimit.Define("two-factors", 10, 15*time.Minute)
	accountLimit = ratelimit.Define("two-factors-all", 30, time.Hour)
	dayLimit     = ratelimit.Define("two-factors-day", 100, 24*time.Hour)
	deviceLimit  = ratelimit.Define("two-factors-device", 10, 15*time.Minute)

	// Wrong codes of signed-in users.
	actionLimit    = ratelimit.Define("two-factors-action", 10, 15*time.Minute)
	actionDayLimit = ratelimit.Define("two-factors-action-day", 100, 24*time.Hour)
)

// Used tells which code was used.
type Used struct {
	Recovery bool // a recovery code
	Left     int  // unused recovery codes
}

// SignIn checks the second step of a sign-in to an account whose owner passed the first, and records it. device is the value of the
// browser's device cookie.
func SignIn(app core.App, account *core.Record, device, typed, from string) (Used, error) {
	used, err := check(app, account, device, typed, from)
	if code := errs.Code(err); code != "" || err == nil {
		by := "authenticator app"
		if used.Recovery {
			by = "recovery code"
		}
		accounts.RecordSecondStep(app, account, from, by, code)
	}
	return used, err
}

// check is SignIn without its entry in the audit log.
func check(app core.App, account *core.Record, device, typed, from string) (used Used, err error) {
	refund, err := begin(app, account, device, from)
	if err != nil {
		return used, err
	}
	err = app.RunInTransaction(func(tx core.App) error {
		a, err := Find(tx, account.Id)
		if errors.Is(err, errs.ErrNotFound) {
			return nil // turned off since the first step
		}
		if err != nil {
			return err
		}
		if used, err = a.spend(tx, typed, time.Now()); err != nil || !used.Recovery {
			return err
		}
		return sendRecoveryCodeUsed(tx, account, used.Left)
	})
	if !isWrongCode(err) {
		refund()
		return used, err
	}
	accounts.CountWrongCode(app, account)
	return used, err
}

// isWrongCode reports whether a code was compared and refused.
func isWrongCode(err error) bool {
	code := errs.Code(err)
	return code == CodeWrongCode || code == CodeUsedCode
}

// slot is a limit and what counts against it.
type slot struct {
	limiter *ratelimit.Limiter
	key     string
}

// begin counts an attempt to sign in.
func begin(app core.App, account *core.Record, device, from string) (refund func(), err error) {
	slots := []slot{{sourceLimit.In(app), account.Id + " " + ratelimit.NetworkKey(from)}, {accountLimit.In(app), account.Id}, {dayLimit.In(app), account.Id}}
	if id := accounts.KnownDevice(app, device, account); id != "" {
		slots = []slot{{deviceLimit.In(app), account.Id + " " + id}}
	}
	return take(slots)
}

// take counts an attempt before the check, so that parallel attempts can't exceed the limits.
func take(slots []slot) (refund func(), err error) {
	var taken []slot
	refund = func() {
		for _, s := range taken {
			s.limiter.Refund(s.key)
		}
	}
	for _, s := range slots {
		wait, ok := s.limiter.Take(s.key)
		if !ok {
			refund()
			return nil, tooMany(wait)
		}
		taken = append(taken, s)
	}
	return refund, nil
}

func tooMany(wait time.Duration) error {
	return errs.RateLimited(wait, "Too many wrong codes. Try again in "+text.Count(max(1, int(math.Ceil(wait.Minutes()))), "minute", "minutes")+".")
}

// spend uses up a code of the authenticator app or a recovery code, in the caller's transaction.
func (a *Authenticator) spend(tx core.App, typed string, now time.Time) (Used, error) {
	code := normalizeCode(typed)
	if len(code) != digits {
		err := a.spendRecoveryCode(tx, code)
		return Used{Recovery: true, Left: a.RecoveryCodesLeft()}, err
	}
	return Used{Left: a.RecoveryCodesLeft()}, a.spendStep(tx, code, now)
}

// spendStep refuses a code of the last time step used, or of an earlier one. A step that lies in the future was stored before the
// server's clock was set back, and doesn't count.
func (a *Authenticator) spendStep(tx core.App, code string, now time.Time) error {
	secret, err := a.secret(tx)
	if err != nil {
		return err
	}
	step, ok := matchStep(secret, code, now)
	if !ok {
		return errs.Invalid("code", CodeWrongCode, "This code is wrong. Enter the code that your authenticator app shows now.")
	}
	last := int64(a.GetInt("last_step"))
	if step <= last && last <= now.Unix()/period+skew {
		return errs.Invalid("code", CodeUsedCode, "This code was already used. Wait until your authenticator app shows the next one.")
	}
	a.Set("last_step", step)
	return tx.Save(a)
}

package accounts

import (
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// PendingLifetime is how long a sign-in waits for its second step.
const PendingLifetime = 10 * time.Minute

const secondStepKey = "usher.accounts.second-step"

// RegisterSecondStep registers the function that tells whether signing in to an account takes a second step.
func RegisterSecondStep(app core.App, needed func(app core.App, account *core.Record) (bool, error)) {
	app.Store().Set(secondStepKey, needed)
}

// NeedsSecondStep reports whether a password or a code by email alone doesn't sign in to the account.
func NeedsSecondStep(app core.App, account *core.Record) (bool, error) {
	needed, ok := app.Store().Get(secondStepKey).(func(core.App, *core.Record) (bool, error))
	if !ok {
		return false, nil
	}
	return needed(app, account)
}

// NewPendingSignIn returns a token for the second step: its holder proved to be the owner of the account, but isn't signed in. It
// expires after PendingLifetime, and with every change of the password or address.
func NewPendingSignIn(app core.App, account *core.Record) (string, error) {
	claim := account.Id + "." + strconv.FormatInt(time.Now().Add(PendingLifetime).Unix(), 10)
	signature, err := signPending(app, claim, account)
	return claim + "." + signature, err
}

// FindPendingSignIn returns the account of a token for the second step, or errs.ErrNotFound.
func FindPendingSignIn(app core.App, token string) (*core.Record, error) {
	id, rest, _ := strings.Cut(token, ".")
	stamp, signature, ok := strings.Cut(rest, ".")
	expires, err := strconv.ParseInt(stamp, 10, 64)
	if !ok || err != nil || time.Now().Unix() >= expires {
		return nil, errs.ErrNotFound
	}
	account, err := app.FindRecordById("users", id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the account of a pending sign-in: %w", err)
	}
	want, err := signPending(app, id+"."+stamp, account)
	if err != nil {
		return nil, err
	}
	if !account.Verified() || subtle.ConstantTimeCompare([]byte(signature), []byte(want)) != 1 {
		return nil, errs.ErrNotFound
	}
	return account, nil
}

func signPending(app core.App, claim string, account *core.Record) (string, error) {
	return Sign(app, "pending sign-in", claim+"\x00"+account.TokenKey())
}

// RecordSecondStep records the second step of a sign-in in the audit log. outcome is the code of a refusal, or "".
func RecordSecondStep(app core.App, account *core.Record, from, by, outcome string) {
	if outcome == errs.CodeTooMany {
		recordThrottled(app, account, from, by)
		return
	}
	writeSignInEntry(app, account, from, by, outcome)
}

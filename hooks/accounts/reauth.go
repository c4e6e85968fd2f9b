package accounts

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Reauth is the result of asking a signed-in user for their password. The check is slow, so it runs before the transaction
// of the action, which then calls Verify.
type Reauth struct {
	account  *core.Record
	field    string
	tokenKey string
	matched  bool
}

// Reauthenticate checks the password of a signed-in account before the action of entry. It is rate-limited; a refusal by the
// limit is recorded. field is the form field of the password, for errors.
func Reauthenticate(app core.App, entry *audit.Entry, account *core.Record, field, password string) (Reauth, error) {
	reauth := Reauth{account: account, field: field, tokenKey: account.TokenKey()}
	attempt, err := beginReauth(app, account)
	if err != nil {
		return reauth, recordRefusal(app, entry, err)
	}
	if reauth.matched, err = passwordMatches(app, account, password); err != nil || reauth.matched {
		attempt.release()
	}
	return reauth, err
}

// Verify returns the current account in the transaction of the action. It refuses a wrong password, and a password that was
// changed since the check.
func (p Reauth) Verify(tx core.App) (*core.Record, error) {
	if !p.matched {
		return nil, errs.Invalid(p.field, CodeBadSignIn, "The current password is wrong.")
	}
	stored, err := reload(tx, p.account)
	if err != nil {
		return nil, err
	}
	if stored.TokenKey() != p.tokenKey {
		return nil, errs.Invalid(p.field, CodeBadSignIn, "Your password was just changed on another device. Sign in again.")
	}
	return stored, nil
}

// recordRefusal is audit.RecordRefusal, but records rate limits at most once a minute for each account and action.
func recordRefusal(app core.App, entry *audit.Entry, err error) error {
	if errs.Code(err) == errs.CodeTooMany {
		if _, free := throttledActionLog.In(app).Take(entry.Actor + " " + entry.Action); !free {
			return err
		}
	}
	return audit.RecordRefusal(app, entry, err)
}

// reload returns the stored account, or errs.ErrNotFound if it was deleted.
func reload(tx core.App, account *core.Record) (*core.Record, error) {
	stored, err := tx.FindRecordById("users", account.Id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("reload an account: %w", err)
	}
	return stored, nil
}

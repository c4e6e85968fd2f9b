package accounts

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Reauth is what came of asking somebody who is signed in for the password. The check takes long, so it is made
// before the transaction of the deed; what it came to is told there.
type Reauth struct {
	account  *core.Record
	field    string
	tokenKey string
	matched  bool
}

// Reauthenticate checks the password of an account that is signed in, for the action of entry; ten failures in 15 minutes are
// allowed, and what exceeds them is recorded. field is what a form calls the password.
func Reauthenticate(app core.App, entry *audit.Entry, account *core.Record, field, password string) (Reauth, error) {
	proof := Reauth{account: account, field: field, tokenKey: account.TokenKey()}
	attempt, err := beginReauth(app, account)
	if err != nil {
		return proof, recordRefusal(app, entry, err)
	}
	if proof.matched, err = passwordMatches(app, account, password); err != nil || proof.matched {
		attempt.release()
	}
	return proof, err
}

// Verify reads the account anew inside the transaction of the deed. A wrong password is refused here, so that
// the refusal is written down, and so is one that was changed since it was checked.
func (p Reauth) Verify(tx core.App) (*core.Record, error) {
	if !p.matched {
		return nil, errs.Invalid(p.field, CodeBadSignIn, "This is not your current password.")
	}
	stored, err := reload(tx, p.account)
	if err != nil {
		return nil, err
	}
	if stored.TokenKey() != p.tokenKey {
		return nil, errs.Invalid(p.field, CodeBadSignIn, "The password was changed elsewhere just now. Sign in again.")
	}
	return stored, nil
}

// recordRefusal is audit.RecordRefusal, but a rate limit leaves one entry a minute for each account and action.
func recordRefusal(app core.App, entry *audit.Entry, err error) error {
	if errs.Code(err) == errs.CodeTooMany {
		if _, free := throttledActionLog.In(app).Take(entry.Actor + " " + entry.Action); !free {
			return err
		}
	}
	return audit.RecordRefusal(app, entry, err)
}

// reload reads an account as it is stored. One that is gone is record.ErrNotFound.
func reload(tx core.App, account *core.Record) (*core.Record, error) {
	stored, err := tx.FindRecordById("users", account.Id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read an account again: %w", err)
	}
	return stored, nil
}

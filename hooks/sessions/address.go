package sessions

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// registerAddresses keeps participants in step with the email of their account: when it changes, emails about sessions
// that aren't over go to the new address.
func registerAddresses(app core.App) {
	app.OnRecordUpdateExecute("users").BindFunc(func(e *core.RecordEvent) error {
		was := e.Record.Original().Email()
		if was == e.Record.Email() {
			return e.Next()
		}
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return updateAddress(e.App, e.Record, was)
		})
	})
}

// updateAddress sets the new email of an account on its participants, except where that address is already invited or
// the participant was removed.
func updateAddress(tx core.App, account *core.Record, was string) error {
	var rows []*Participant
	err := tx.RecordQuery("participants").AndWhere(dbx.HashExp{"user": account.Id, "email": was}).AndWhere(dbx.NewExp(`state != 'out'
		AND session IN (SELECT id FROM sessions WHERE status IN ('scheduled', 'running'))
		AND NOT EXISTS (SELECT 1 FROM participants o WHERE o.session = participants.session AND o.email = {:address})`,
		dbx.Params{"address": account.Email()})).All(&rows)
	if err != nil {
		return fmt.Errorf("find where an account takes part: %w", err)
	}
	for _, row := range rows {
		row.Set("email", account.Email())
		if err := tx.Save(row); err != nil {
			return err
		}
		if err := updateLinkAddress(tx, row.GetString("link"), account.Email()); err != nil {
			return err
		}
	}
	return nil
}

// validateIdentity refuses to turn a participant into another person. A participant with an account stays with that
// account, and its email changes only together with the account's.
func validateIdentity(app core.App, r, before *core.Record) error {
	if record.Differs(r, before, "team", "session") || before.GetString("link") != "" && record.Differs(r, before, "link") {
		return identityError()
	}
	if was := before.GetString("user"); was != "" && r.GetString("user") != was {
		there, err := app.CountRecords("users", idIs(was))
		if err != nil {
			return fmt.Errorf("find the account of a participant: %w", err)
		}
		if there > 0 || r.GetString("user") != "" {
			return identityError()
		}
	}
	if !record.Differs(r, before, "email") {
		return nil
	}
	account, err := app.FindRecordById("users", before.GetString("user"), record.WithPrepared)
	if errors.Is(err, sql.ErrNoRows) || err == nil && account.Email() != r.GetString("email") {
		return identityError()
	}
	if err != nil {
		return fmt.Errorf("find the account of a participant: %w", err)
	}
	return nil
}

func identityError() error {
	return errs.Invalid("base", CodeFixed, "The session, account and email of a participant can't be changed.")
}

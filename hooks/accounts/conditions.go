package accounts

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
)

// registerConditions says while which emails about an account are worth sending. News of what happened to an account
// stay so: its owner must read them, whatever happened since.
func registerConditions(app core.App) {
	mail.SendWhile(app, confirmable, mail.KindConfirmAddress)
	mail.SendWhile(app, resettable, mail.KindResetPassword)
	mail.SendWhile(app, changeable, mail.KindChangeAddress)
	mail.SendWhile(app, sameAddress, mail.KindAlreadyRegistered, mail.KindAddressTaken)
	mail.SendWhile(app, stillMoved, mail.KindAddressChanged)
	mail.SendWhile(app, mail.Always, mail.KindPasswordChanged, mail.KindAccountDeleted)

	app.OnRecordUpdateExecute("users").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			before := e.Record.Original()
			if err := e.Next(); err != nil || !record.Differs(e.Record, before, "email", "verified", "tokenKey") {
				return err
			}
			return mail.DropObsolete(e.App, e.Record.Id)
		})
	})
	app.OnRecordDeleteExecute("users").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return mail.DropObsolete(e.App, e.Record.Id)
		})
	})
}

// SameAddress reads the account that an email is about; the reason says that it is gone, or has another address by now.
func SameAddress(tx core.App, m *mail.Outbox) (account *core.Record, reason string, err error) {
	account, err = tx.FindRecordById("users", m.About())
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, mail.ReasonAccountGone, nil
	case err != nil:
		return nil, "", fmt.Errorf("find the account of an email: %w", err)
	case account.Email() != m.Recipient():
		return nil, mail.ReasonAddressChanged, nil
	}
	return account, "", nil
}

func sameAddress(tx core.App, m *mail.Outbox) (string, error) {
	_, reason, err := SameAddress(tx, m)
	return reason, err
}

func confirmable(tx core.App, m *mail.Outbox) (string, error) {
	account, reason, err := SameAddress(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	if account.Verified() {
		return mail.ReasonAddressConfirmed, nil
	}
	return linkWorks(account, m, account.Collection().VerificationToken.DurationTime()), nil
}

func resettable(tx core.App, m *mail.Outbox) (string, error) {
	account, reason, err := SameAddress(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	return linkWorks(account, m, account.Collection().PasswordResetToken.DurationTime()), nil
}

// linkWorks judges a link that is signed with the account's key, which every new password and address replaces.
func linkWorks(account *core.Record, m *mail.Outbox, valid time.Duration) (reason string) {
	tooOld := time.Since(m.GetDateTime("created").Time()) >= valid
	if tooOld || m.Basis() != "" && m.Basis() != Hash(account.TokenKey()) {
		return mail.ReasonLinkExpired
	}
	return ""
}

// changeable judges the link that confirms a new address: its recipient is the new address, not the account's.
func changeable(tx core.App, m *mail.Outbox) (string, error) {
	account, err := tx.FindRecordById("users", m.About())
	if errors.Is(err, sql.ErrNoRows) {
		return mail.ReasonAccountGone, nil
	}
	if err != nil {
		return "", fmt.Errorf("find the account of an email: %w", err)
	}
	change, err := FindAddressChange(tx, account)
	switch {
	case err != nil:
		return "", err
	case change == nil, change.Address() != m.Recipient(), m.Basis() != "" && m.Basis() != change.GetString("token_hash"):
		return mail.ReasonLinkExpired, nil
	}
	return "", nil
}

// stillMoved judges the email that tells an old address of the new one.
func stillMoved(tx core.App, m *mail.Outbox) (string, error) {
	account, err := tx.FindRecordById("users", m.About())
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the account of an email: %w", err)
	}
	if account.Email() == m.Recipient() {
		return mail.ReasonAddressRestored, nil
	}
	return "", nil
}

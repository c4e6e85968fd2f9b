package accounts

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// registerConditions registers when emails about an account become obsolete. Security notices are always sent.
func registerConditions(app core.App) {
	mail.RegisterCondition(app, checkConfirmation, mail.KindConfirmAddress)
	mail.RegisterCondition(app, checkReset, mail.KindResetPassword)
	mail.RegisterCondition(app, checkAddressChange, mail.KindChangeAddress)
	mail.RegisterCondition(app, checkSignInCode, mail.KindSignInCode)
	mail.RegisterCondition(app, checkSameAddress, mail.KindAlreadyRegistered, mail.KindAddressTaken)
	mail.RegisterCondition(app, checkAddressChanged, mail.KindAddressChanged)
	mail.RegisterCondition(app, mail.AlwaysSend, mail.KindPasswordChanged, mail.KindAccountDeleted, mail.KindPasskeyAdded, mail.KindPasskeyRemoved, mail.KindIdentityConnected, mail.KindIdentityEnded, mail.KindWrongCodes)

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

// FindEmailAccount returns the account that an email is about. reason is set if the account was deleted or has another
// address now.
func FindEmailAccount(tx core.App, m *mail.Email) (account *core.Record, reason string, err error) {
	account, err = tx.FindRecordById("users", m.About())
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, mail.ReasonAccountDeleted, nil
	case err != nil:
		return nil, "", fmt.Errorf("find the account of an email: %w", err)
	case account.Email() != m.Recipient():
		return nil, mail.ReasonAddressChanged, nil
	}
	return account, "", nil
}

func checkSameAddress(tx core.App, m *mail.Email) (string, error) {
	_, reason, err := FindEmailAccount(tx, m)
	return reason, err
}

func checkConfirmation(tx core.App, m *mail.Email) (string, error) {
	account, reason, err := FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	if account.Verified() {
		return mail.ReasonAddressConfirmed, nil
	}
	return checkLink(account, m, account.Collection().VerificationToken.DurationTime()), nil
}

func checkReset(tx core.App, m *mail.Email) (string, error) {
	account, reason, err := FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	return checkLink(account, m, account.Collection().PasswordResetToken.DurationTime()), nil
}

// checkLink checks a link signed with the account's key, which changes with every new password or address.
func checkLink(account *core.Record, m *mail.Email, valid time.Duration) (reason string) {
	tooOld := time.Since(m.GetDateTime("created").Time()) >= valid
	if tooOld || m.Basis() != "" && m.Basis() != Hash(account.TokenKey()) {
		return mail.ReasonLinkExpired
	}
	return ""
}

// checkAddressChange checks the link that confirms a new address. The email's recipient is the new address.
func checkAddressChange(tx core.App, m *mail.Email) (string, error) {
	account, err := tx.FindRecordById("users", m.About())
	if errors.Is(err, sql.ErrNoRows) {
		return mail.ReasonAccountDeleted, nil
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

// checkAddressChanged checks the notice to the old address that the address changed.
func checkAddressChanged(tx core.App, m *mail.Email) (string, error) {
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

// checkSignInCode checks the one-time code of an email, whose basis is the request.
func checkSignInCode(tx core.App, m *mail.Email) (string, error) {
	account, reason, err := FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	request, err := record.One[SignInCode](tx.RecordQuery("signin_codes").AndWhere(dbx.HashExp{"id": m.Basis()}), "find a sign-in code")
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return mail.ReasonCodeExpired, nil
	case err != nil:
		return "", err
	case time.Now().After(request.Expires()), request.GetString("key_hash") != Hash(account.TokenKey()):
		return mail.ReasonCodeExpired, nil
	}
	return "", nil
}

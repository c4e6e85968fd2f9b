package accounts

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// errRollback rolls back work for an address without an account, which is done to take as long as for any other.
var errRollback = errors.New("rolled back")

// RequestReset emails a link to set a new password. The result is the same for an address without an account (R148). next is
// the page to open afterwards; empty: none.
func RequestReset(app core.App, address, next, from string) error {
	account, known, err := findForEmail(app, address, from)
	if err != nil || account == nil {
		return err
	}
	return ignoreRollback(audit.Do(app, audit.NewAccountEntry(account, "", from, "account.reset.request"), func(tx core.App) error {
		if err := sendReset(tx, account, next); err != nil || known {
			return err
		}
		return errRollback
	}))
}

// RequestConfirmation resends the link that confirms an address. The result and the work are the same for every address.
// next is the page to open afterwards; empty: none.
func RequestConfirmation(app core.App, address, next, from string) error {
	account, known, err := findForEmail(app, address, from)
	if err != nil || account == nil {
		return err
	}
	return ignoreRollback(app.RunInTransaction(func(tx core.App) error {
		if err := SendConfirmation(tx, account, next); err != nil || known && !account.Verified() {
			return err
		}
		return errRollback
	}))
}

// findForEmail finds the account of an address to which an email is requested. If there is none, it returns another one, so that
// the caller does the same work and then rolls it back; it returns nil if there are no accounts yet.
func findForEmail(app core.App, address, from string) (account *core.Record, known bool, err error) {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return nil, false, err
	}
	if err := limitEmails(app, canonical, from); err != nil {
		return nil, false, err
	}
	if account, err = Find(app, canonical); !errors.Is(err, errs.ErrNotFound) {
		return account, true, err
	}
	account, err = anyAccount(app)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return account, false, err
}

func ignoreRollback(err error) error {
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// FindByReset returns the account of a link to set a new password.
func FindByReset(app core.App, token string) (*core.Record, error) {
	return findByToken(app, token, core.TokenTypePasswordReset)
}

// FindByConfirmation returns the account of a link that confirms an address.
func FindByConfirmation(app core.App, token string) (*core.Record, error) {
	return findByToken(app, token, core.TokenTypeVerification)
}

func findByToken(app core.App, token, kind string) (*core.Record, error) {
	account, err := app.FindAuthRecordByToken(token, kind)
	if err != nil || account.Collection().Name != "users" {
		return nil, errs.Invalid("token", "link_expired", "This link was already used or has expired. Request a new one.")
	}
	return account, nil
}

// ConfirmAddress confirms an address with an emailed link and the password of the sign-up. The link alone isn't enough:
// someone else may have signed up with the address. Users who don't know the password reset it.
func ConfirmAddress(app core.App, token, password, from string) (*core.Record, error) {
	account, err := FindByConfirmation(app, token)
	if err != nil {
		return nil, err
	}
	entry := audit.NewAccountEntry(account, "", from, "account.confirm")
	attempt, err := beginAttempt(app, account.Email(), from, "")
	if err != nil {
		return nil, recordRefusal(app, entry, err)
	}
	known, err := passwordMatches(app, account, password)
	if known || err != nil {
		attempt.release()
	}
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, audit.RecordRefusal(app, entry, errs.Invalid("password", CodeBadSignIn,
			"This isn't the password you signed up with. Reset it instead; that also confirms your email address."))
	}
	if account.Verified() {
		return account, nil
	}
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = FindByConfirmation(tx, token); err != nil {
			return err
		}
		account.SetVerified(true)
		return tx.Save(account)
	})
	return account, err
}

// ChangePassword sets a new password. It requires the current one, and signs out all devices.
func ChangePassword(app core.App, account *core.Record, current, next, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.password")
	reauth, err := Reauthenticate(app, entry, account, "current", current)
	if err != nil {
		return err
	}
	if reauth.matched {
		if err := CheckPassword(next, account.Email(), account.GetString("name")); err != nil {
			return audit.RecordRefusal(app, entry, err)
		}
		setPassword(account, next)
	}
	return audit.Do(app, entry, func(tx core.App) error {
		if _, err := reauth.Verify(tx); err != nil {
			return err
		}
		if err := tx.Save(account); err != nil {
			return err
		}
		return sendPasswordChanged(tx, account)
	})
}

// SetPassword sets a new password for an account, for the server administrator (R160). It signs out all devices and notifies the
// account's owner.
func SetPassword(app core.App, entry *audit.Entry, account *core.Record, password string) error {
	entry.Action = "account.password.set"
	entry.WithTarget(account.Id, account.Email())
	if err := CheckPassword(password, account.Email(), account.GetString("name")); err != nil {
		return audit.RecordRefusal(app, entry, err)
	}
	setPassword(account, password)
	return audit.Do(app, entry, func(tx core.App) error {
		if err := tx.Save(account); err != nil {
			return err
		}
		return sendPasswordChanged(tx, account)
	})
}

// UpdateProfile changes the name and time zone of an account.
func UpdateProfile(app core.App, account *core.Record, name, timezone, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.update"), func(tx core.App) error {
		name, err := text.RequiredLine("name", "Your name", name, MaxName)
		if err != nil {
			return err
		}
		stored, err := reload(tx, account)
		if err != nil {
			return err
		}
		stored.Set("name", name)
		stored.Set("timezone", timezone)
		return tx.Save(stored)
	})
}

// OnConfirm registers what else happens in the transaction that confirms the address of an account: someone else may have had the
// account before.
func OnConfirm(app core.App, do func(tx core.App, account *core.Record) error) {
	app.OnRecordUpdateExecute("users").BindFunc(func(e *core.RecordEvent) error {
		confirmed := e.Record.Verified() && !e.Record.Original().Verified()
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil || !confirmed {
				return err
			}
			return do(e.App, e.Record)
		})
	})
}

// TakeOver gives an unconfirmed account to the owner of its address, who opened an emailed link: someone else may have
// registered it. Password, name and time zone are those of the draft; all devices are signed out and other sign-in methods
// removed.
func TakeOver(tx core.App, account, draft *core.Record) error {
	account.SetRaw("password", draft.GetRaw("password"))
	account.SetVerified(true)
	account.RefreshTokenKey()
	account.SetEmailVisibility(false)
	account.Set("name", draft.GetString("name"))
	account.Set("timezone", draft.GetString("timezone"))
	account.Set("avatar", nil)
	if err := tx.Save(account); err != nil {
		return err
	}
	others, err := tx.FindAllExternalAuthsByRecord(account)
	if err != nil {
		return err
	}
	for _, other := range others {
		if err := tx.Delete(other); err != nil {
			return err
		}
	}
	return nil
}

package accounts

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// errRollback takes back what was done for an address without an account, to take as long as for one with.
var errRollback = errors.New("done in vain")

// RequestReset sends a link for a new password. Its answer is the same for an address without an account (R148).
// next is the page to which the link leads on; empty: none.
func RequestReset(app core.App, address, next, from string) error {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return err
	}
	if err := limitEmails(app, canonical, from); err != nil {
		return err
	}
	account, err := Find(app, canonical)
	unknown := errors.Is(err, errs.NotFound)
	if unknown {
		account, err = anyAccount(app)
	}
	if unknown && errors.Is(err, sql.ErrNoRows) {
		return nil // nobody has an account yet
	}
	if err != nil {
		return err
	}
	err = audit.Do(app, audit.NewAccountEntry(account, "", from, "account.reset.request"), func(tx core.App) error {
		if err := sendReset(tx, account, next); err != nil || !unknown {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// RequestConfirmation sends the link that confirms an address again, with the same answer and the same work for every
// address. next is the page to which the link leads on; empty: none.
func RequestConfirmation(app core.App, address, next, from string) error {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return err
	}
	if err := limitEmails(app, canonical, from); err != nil {
		return err
	}
	account, err := Find(app, canonical)
	vain := errors.Is(err, errs.NotFound)
	if vain {
		account, err = anyAccount(app)
	}
	if vain && errors.Is(err, sql.ErrNoRows) {
		return nil // nobody has an account yet
	}
	if err != nil {
		return err
	}
	vain = vain || account.Verified()
	err = app.RunInTransaction(func(tx core.App) error {
		if err := SendConfirmation(tx, account, next); err != nil || !vain {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// FindByReset reads the account of a link for a new password; ByConfirmation that of a link which confirms an address.
func FindByReset(app core.App, token string) (*core.Record, error) {
	return findByToken(app, token, core.TokenTypePasswordReset)
}

// FindByConfirmation reads the account of a link that confirms an address.
func FindByConfirmation(app core.App, token string) (*core.Record, error) {
	return findByToken(app, token, core.TokenTypeVerification)
}

func findByToken(app core.App, token, kind string) (*core.Record, error) {
	account, err := app.FindAuthRecordByToken(token, kind)
	if err != nil || account.Collection().Name != "users" {
		return nil, errs.Invalid("token", "link_expired", "This link was used, or is too old. Ask for a new one.")
	}
	return account, nil
}

// ConfirmAddress confirms an address by a mailed link, for who knows the password of the sign-up. The link proves
// the address alone: somebody else may have signed up with it and wait for its owner to confirm. Who does
// not know the password sets a new one by mail.
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
			"This is not the password of the sign-up. Set a new one by mail: that confirms the address, too."))
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

// ChangePassword sets a new password for who knows the current one. Every device is signed out.
func ChangePassword(app core.App, account *core.Record, current, next, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.password")
	proof, err := Reauthenticate(app, entry, account, "current", current)
	if err != nil {
		return err
	}
	if proof.matched {
		if err := CheckPassword(next, account.Email(), account.GetString("name")); err != nil {
			return audit.RecordRefusal(app, entry, err)
		}
		setPassword(account, next)
	}
	return audit.Do(app, entry, func(tx core.App) error {
		if _, err := proof.Verify(tx); err != nil {
			return err
		}
		if err := tx.Save(account); err != nil {
			return err
		}
		return sendPasswordChanged(tx, account)
	})
}

// UpdateProfile changes what an account says of its person.
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

// TakeOver gives an unverified account to the owner of its address, who holds a link mailed there: someone else may have
// registered it before. Password, name and time zone are the draft's; nothing that was made before is kept, and every
// device and every other way in is gone.
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

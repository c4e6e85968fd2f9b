package twofactors

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

func errAlreadyOn() error {
	return errs.Invalid("base", "unchanged", "Two-factor authentication is already on.")
}

func errOff() error {
	return errs.Invalid("base", "unchanged", "Two-factor authentication is already off.")
}

// Begin starts the setup with a new secret, which replaces that of an earlier setup. Nothing else changes until Enable.
func Begin(app core.App, account *core.Record) error {
	return app.RunInTransaction(func(tx core.App) error {
		a, err := newAuthenticator(tx, account)
		if err != nil {
			return err
		}
		if err := a.setSecret(tx, newSecret()); err != nil {
			return err
		}
		return tx.Save(a)
	})
}

// Cancel ends a setup.
func Cancel(app core.App, account *core.Record) error {
	a, err := FindSetup(app, account.Id)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	return app.Delete(a)
}

// Form confirms a change with the account's password and a code.
type Form struct {
	Password, Code, IP string
}

// Enable turns on two-factor authentication with the first code of the app that was set up, and returns the recovery codes. All devices
// but keep, which may be nil, and all API clients are signed out: they signed in with one factor. It updates the token key of account.
func Enable(app core.App, account *core.Record, keep *accounts.Login, form Form) (codes []string, err error) {
	err = confirm(app, account, "account.two_factors.on", form, func(tx core.App, _ *audit.Entry) error {
		a, err := FindSetup(tx, account.Id)
		if errors.Is(err, errs.ErrNotFound) {
			return errs.Invalid("base", "setup_expired", "This setup has expired. Start again.")
		}
		if err != nil {
			return err
		}
		a.Set("enabled", types.NowDateTime())
		codes = a.newRecoveryCodes()
		if err := a.spendStep(tx, normalizeCode(form.Code), time.Now()); err != nil {
			return err
		}
		if err := accounts.RevokeOthers(tx, account, keep); err != nil {
			return err
		}
		return sendOn(tx, account)
	})
	return codes, err
}

// NewRecoveryCodes replaces the recovery codes, and returns the new ones.
func NewRecoveryCodes(app core.App, account *core.Record, form Form) (codes []string, err error) {
	err = confirm(app, account, "account.two_factors.codes", form, func(tx core.App, entry *audit.Entry) error {
		a, err := spendCode(tx, account, entry, form)
		if err != nil {
			return err
		}
		codes = a.newRecoveryCodes()
		return tx.Save(a)
	})
	return codes, err
}

// Disable turns off two-factor authentication. A recovery code counts as a code.
func Disable(app core.App, account *core.Record, form Form) error {
	return confirm(app, account, "account.two_factors.off", form, func(tx core.App, entry *audit.Entry) error {
		a, err := spendCode(tx, account, entry, form)
		if err != nil {
			return err
		}
		if err := tx.Delete(a); err != nil {
			return err
		}
		return sendOff(tx, account, false)
	})
}

// DisableByAdministrator turns off two-factor authentication for a user who lost their authenticator app, and emails them.
func DisableByAdministrator(app core.App, account *core.Record, entry *audit.Entry) error {
	return audit.Do(app, entry, func(tx core.App) error {
		a, err := Find(tx, account.Id)
		if errors.Is(err, errs.ErrNotFound) {
			return errOff()
		}
		if err != nil {
			return err
		}
		if err := tx.Delete(a); err != nil {
			return err
		}
		return sendOff(tx, account, true)
	})
}

// confirm runs an action in a transaction after the password was checked. Wrong passwords and wrong codes are rate-limited.
func confirm(app core.App, account *core.Record, action string, form Form, do func(tx core.App, entry *audit.Entry) error) error {
	entry := audit.NewAccountEntry(account, "", form.IP, action)
	reauth, err := accounts.Reauthenticate(app, entry, account, "password", form.Password)
	if err != nil {
		return err
	}
	refund, err := take([]slot{{actionLimit.In(app), account.Id}, {actionDayLimit.In(app), account.Id}})
	if err != nil {
		return err
	}
	err = audit.Do(app, entry, func(tx core.App) error {
		if _, err := reauth.Verify(tx); err != nil {
			return err
		}
		return do(tx, entry)
	})
	if !isWrongCode(err) {
		refund()
		return err
	}
	if on, _ := actors.HasTwoFactors(app, account.Id); on {
		accounts.CountWrongCode(app, account)
	}
	return err
}

// spendCode uses up the code of a form.
func spendCode(tx core.App, account *core.Record, entry *audit.Entry, form Form) (*Authenticator, error) {
	a, err := Find(tx, account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, errOff()
	}
	if err != nil {
		return nil, err
	}
	used, err := a.spend(tx, form.Code, time.Now())
	if used.Recovery {
		entry.With("by", "recovery code")
	}
	return a, err
}

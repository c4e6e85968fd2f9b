package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// ResetForm is the form of a link to set a new password. Name and Timezone apply only to accounts whose address isn't
// confirmed yet.
type ResetForm struct {
	Token    string
	Password string
	Name     string
	Timezone string
	IP       string
}

// ResetNeedsName reports whether a reset takes the account over: someone else may have registered it, so its owner must enter
// a name.
func ResetNeedsName(account *core.Record) bool { return !account.Verified() }

// ResetPassword sets a new password with an emailed link. It confirms the address and signs out all devices. An account whose
// address wasn't confirmed is taken over, see TakeOver.
func ResetPassword(app core.App, form ResetForm) (*core.Record, error) {
	account, err := FindByReset(app, form.Token)
	if err != nil {
		return nil, err
	}
	entry := audit.NewAccountEntry(account, "", form.IP, "account.reset")
	if ResetNeedsName(account) {
		entry.ActorName = account.Email() // the name may be someone else's
	}
	fresh, err := form.validate(account)
	if err != nil {
		return nil, audit.RecordRefusal(app, entry, err)
	}
	draft, err := New(app, fresh) // hash outside of the transaction
	if err != nil {
		return nil, err
	}
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = FindByReset(tx, form.Token); err != nil {
			return err
		}
		if ResetNeedsName(account) {
			return TakeOver(tx, account, draft)
		}
		account.SetRaw("password", draft.GetRaw("password"))
		account.RefreshTokenKey()
		return tx.Save(account)
	})
	return account, err
}

// validate returns the account of the form, or all errors in it.
func (f ResetForm) validate(account *core.Record) (Params, error) {
	fresh := Params{Email: account.Email(), Name: account.GetString("name"), Password: f.Password, Timezone: f.Timezone}
	var faults errs.List
	if ResetNeedsName(account) {
		name, err := text.RequiredLine("name", "Your name", f.Name, MaxName)
		faults.Add(err)
		fresh.Name = name
	}
	faults.Add(CheckPassword(f.Password, fresh.Email, fresh.Name))
	return fresh, faults.Err()
}

// nameFromEmail returns a default name: the part before the @.
func nameFromEmail(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return text.Truncate(local, MaxName)
}

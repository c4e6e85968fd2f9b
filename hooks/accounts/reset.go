package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// ResetForm is what a link for a new password asks for. Name and Timezone are those of the owner of an address that nobody
// has confirmed yet, and are ignored for any other account.
type ResetForm struct {
	Token    string
	Password string
	Name     string
	Timezone string
	IP       string
}

// ResetNeedsName reports whether a reset of the account takes it over: someone else may have begun it, so that its owner gives
// the name.
func ResetNeedsName(account *core.Record) bool { return !account.Verified() }

// ResetPassword sets a new password by an emailed link. The link proves the address, and every device is signed out. An account
// whose address wasn't confirmed is claimed: it keeps nothing that was made before, and needs a name.
func ResetPassword(app core.App, form ResetForm) (*core.Record, error) {
	account, err := FindByReset(app, form.Token)
	if err != nil {
		return nil, err
	}
	entry := audit.NewAccountEntry(account, "", form.IP, "account.reset")
	if ResetNeedsName(account) {
		entry.ActorName = account.Email() // nobody knows yet whose the name of the account is
	}
	fresh, err := form.validate(account)
	if err != nil {
		return nil, audit.RecordRefusal(app, entry, err)
	}
	draft, err := New(app, fresh) // hashed outside of the transaction
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

// validate refuses what the form lacks, all of it at once.
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

// nameFromEmail is the name of an account whose owner gave none: what is before the @.
func nameFromEmail(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return text.Truncate(local, MaxName)
}

package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
)

// ResetForm is what a link for a new password asks for. Name and Timezone are those of the owner of an address that nobody
// has confirmed yet, and are ignored for any other account.
type ResetForm struct {
	Token    string
	Password string
	Name     string
	Timezone string
	From     string
}

// AsksName reports whether a reset of the account takes it over: someone else may have begun it, so that its owner gives
// the name.
func AsksName(account *core.Record) bool { return !account.Verified() }

// Reset sets a new password by an emailed link. The link proves the address, and every device is signed out. An account
// whose address wasn't confirmed is claimed: it keeps nothing that was made before, and needs a name.
func Reset(app core.App, form ResetForm) (*core.Record, error) {
	account, err := ByReset(app, form.Token)
	if err != nil {
		return nil, err
	}
	entry := audit.Of(account, "", form.From, "account.reset")
	if AsksName(account) {
		entry.ActorName = account.Email() // nobody knows yet whose the name of the account is
	}
	fresh, err := form.judge(account)
	if err != nil {
		return nil, audit.RecordRefusal(app, entry, err)
	}
	draft, err := Draft(app, fresh) // hashed outside of the transaction
	if err != nil {
		return nil, err
	}
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = ByReset(tx, form.Token); err != nil {
			return err
		}
		if AsksName(account) {
			return Claim(tx, account, draft)
		}
		account.SetRaw("password", draft.GetRaw("password"))
		account.RefreshTokenKey()
		return tx.Save(account)
	})
	return account, err
}

// judge refuses what the form lacks, all of it at once.
func (f ResetForm) judge(account *core.Record) (New, error) {
	fresh := New{Email: account.Email(), Name: account.GetString("name"), Password: f.Password, Timezone: f.Timezone}
	var faults record.Faults
	if AsksName(account) {
		name, err := record.RequiredLine("name", "Your name", f.Name, MaxName)
		faults.Add(err)
		fresh.Name = name
	}
	faults.Add(CheckPassword(f.Password, fresh.Email, fresh.Name))
	return fresh, faults.Err()
}

// nameOfAddress is the name of an account whose owner gave none: what is before the @.
func nameOfAddress(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return record.Cut(local, MaxName)
}

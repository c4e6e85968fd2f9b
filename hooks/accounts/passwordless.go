package accounts

import (
	"errors"
	"fmt"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// SaveOrTakeOver saves a new account, or takes over an unconfirmed one with the same address, in the caller's transaction.
// proven means that the user opened a link that was emailed to the address. action is what to do after signing in, for
// refusals: "accept".
func SaveOrTakeOver(tx core.App, draft *core.Record, proven bool, action string) (*core.Record, error) {
	known, err := Find(tx, draft.Email())
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return draft, tx.Save(draft)
	case err != nil:
		return nil, err
	case known.Verified():
		return nil, errs.Invalid("base", CodeWrongAccount, "This email address already has an account. Sign in, then "+action+".")
	case !proven:
		return nil, errs.Invalid("base", CodeUnverified, unconfirmed(mail.Enabled(tx), action))
	}
	return known, TakeOver(tx, known, draft)
}

// unconfirmed says what to do about an account whose address isn't confirmed yet.
func unconfirmed(mailed bool, action string) string {
	if mailed {
		return "This email address already has an account that isn't confirmed yet. Sign in to get a confirmation email, then " + action + "."
	}
	return "This email address already has an account that isn't confirmed yet. Ask your server administrator to confirm it, then " + action + "."
}

// unusablePassword returns the hash of a random password, so that checks take as long as for any account.
var unusablePassword = sync.OnceValue(func() func(*core.Collection) *core.PasswordFieldValue {
	var mu sync.Mutex
	hashes := map[int]*core.PasswordFieldValue{}
	return func(users *core.Collection) *core.PasswordFieldValue {
		mu.Lock()
		defer mu.Unlock()
		field := users.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
		if hashes[field.Cost] == nil {
			account := core.NewRecord(users)
			setPassword(account, NewSecret())
			hashed := account.GetRaw(core.FieldNamePassword).(*core.PasswordFieldValue)
			hashes[field.Cost] = &core.PasswordFieldValue{Hash: hashed.Hash}
		}
		return hashes[field.Cost]
	}
})

// NewPasswordless returns an account, not saved yet, that can't be used to sign in: it has no password and its address isn't
// confirmed. It represents a guest who joined a session with a link and a name only (R70).
func NewPasswordless(app core.App, email, name string) (*core.Record, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, fmt.Errorf("find users: %w", err)
	}
	account := core.NewRecord(users)
	account.SetEmail(email)
	account.SetRaw(core.FieldNamePassword, unusablePassword()(users))
	account.RefreshTokenKey()
	account.Set("name", name)
	return account, nil
}

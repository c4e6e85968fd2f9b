package accounts

import (
	"errors"
	"fmt"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// SaveOrTakeOver saves the account that a link made, or takes over one that was never confirmed, inside the transaction of
// the link. proven says that the link reached the address. deed is what is to be done after signing in, such as "accept".
func SaveOrTakeOver(tx core.App, draft *core.Record, proven bool, deed string) (*core.Record, error) {
	known, err := Find(tx, draft.Email())
	switch {
	case errors.Is(err, errs.NotFound):
		return draft, tx.Save(draft)
	case err != nil:
		return nil, err
	case known.Verified():
		return nil, errs.Invalid("base", CodeWrongAccount, "There is an account for this address. Sign in with it, then "+deed+".")
	case !proven:
		return nil, errs.Invalid("base", CodeUnverified, unconfirmed(mail.Enabled(tx), deed))
	}
	return known, TakeOver(tx, known, draft)
}

// unconfirmed says what to do about an account whose address is not confirmed yet.
func unconfirmed(mailed bool, deed string) string {
	if mailed {
		return "There is an account for this address, and the address isn't confirmed yet. Sign in with it to get a confirmation email, then " + deed + "."
	}
	return "There is an account for this address, and the address isn't confirmed yet. Contact your server administrator to confirm it, then " + deed + "."
}

// unusablePassword is the hash of a password that nobody knows: checking one against it takes as long as against any.
var unusablePassword = sync.OnceValue(func() func(*core.Collection) *core.PasswordFieldValue {
	var mu sync.Mutex
	made := map[int]*core.PasswordFieldValue{}
	return func(users *core.Collection) *core.PasswordFieldValue {
		mu.Lock()
		defer mu.Unlock()
		field := users.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
		if made[field.Cost] == nil {
			account := core.NewRecord(users)
			setPassword(account, NewSecret())
			hashed := account.GetRaw(core.FieldNamePassword).(*core.PasswordFieldValue)
			made[field.Cost] = &core.PasswordFieldValue{Hash: hashed.Hash}
		}
		return made[field.Cost]
	}
})

// NewPasswordless is an account that nobody can sign in to, not saved yet: it has no password, and its address is not
// confirmed. It stands for who came to a session by a link and a name alone (R70).
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

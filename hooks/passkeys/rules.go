package passkeys

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
)

// Register registers the rules of passkeys.
func Register(app core.App) { accounts.OnConfirm(app, discard) }

// discard removes the passkeys of an account, in the caller's transaction.
func discard(tx core.App, account *core.Record) error {
	list, err := List(tx, account)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := tx.Delete(p); err != nil {
			return err
		}
	}
	return nil
}

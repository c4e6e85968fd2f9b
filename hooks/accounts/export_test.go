package accounts

import "github.com/pocketbase/pocketbase/core"

// PendingChecks is the number of waiting password checks.
var PendingChecks = &pendingChecks

// Try compares a code without its transaction, for the control of the race test.
func (c *SignInCode) Try(tx core.App, account *core.Record, typed string) (refused, err error) {
	return c.try(tx, account, typed)
}

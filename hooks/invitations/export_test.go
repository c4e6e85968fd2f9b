package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
)

// The rules without their transaction, for the controls of the race tests.
var (
	GuardUpdate = guardUpdate
	Join        = join
)

// Undeliverable is what a report does, without its transaction.
func (i *Invitation) Undeliverable(app core.App, letter *mail.Outbox) error {
	return i.undeliverable(app, letter)
}

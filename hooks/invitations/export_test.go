package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
)

// The rules without their transaction, for the controls of the race tests.
var (
	ValidateUpdate   = validateUpdate
	CreateMembership = createMembership
)

// MarkUndeliverable does what a delivery report does, without its transaction.
func (i *Invitation) MarkUndeliverable(app core.App, email *mail.Email) error {
	return i.markUndeliverable(app, email)
}

package invitations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Clear takes a declined, revoked or expired invitation off the list of users. The audit log keeps it, its link still says why it
// doesn't work, and the address can be invited again.
func Clear(app core.App, actor *actors.Actor, id string) error {
	_, err := manage(app, actor, id, "invitation.clear", CanClear, func(tx core.App, i *Invitation, _ membershipState) error {
		i.Set("status", i.Status()) // an overdue one may not be marked yet
		i.Set("cleared", true)
		return record.SaveTrusted(tx, i)
	})
	return err
}

// CanClear returns nil if the actor may clear the invitation of someone who already holds the given roles in the team. Rights are
// checked before the state.
func CanClear(actor *actors.Actor, i *Invitation, held actors.Roles) error {
	if err := i.requireManager(actor, held); err != nil {
		return err
	}
	if i.Cleared() {
		return errs.Invalid("base", CodeNothingToDo, "This invitation was already cleared.")
	}
	return validateCleared(i.Status())
}

// validateCleared returns an error unless an invitation with this status can be cleared.
func validateCleared(status string) error {
	if !slices.Contains(Ended, status) {
		return errs.Invalid("base", CodeNothingToDo, "Only declined, revoked and expired invitations can be cleared.")
	}
	return nil
}

package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Clear takes a declined, revoked or expired invitation off the list of users. The audit log keeps it, its link still says why it
// doesn't work, and the address can be invited again.
func Clear(app core.App, actor *actors.Actor, id string) error {
	entry := audit.NewEntry(actor, "invitation.clear").WithTarget(id, "")
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		invitation, err := Find(tx, id)
		if err != nil {
			return err
		}
		if invitation.TeamID() != actor.Team.Id {
			return errs.ErrNotFound
		}
		entry.WithTarget(id, invitation.Address())
		now, err := findMembershipState(tx, actor.Team.Id, invitation.Address())
		if err != nil {
			return err
		}
		if err := CanClear(actor, invitation, now.Held); err != nil {
			return err
		}
		invitation.Set("status", invitation.Status()) // an overdue one may not be marked yet
		invitation.Set("cleared", true)
		return tx.Save(invitation)
	})
}

// CanClear returns nil if the actor may clear the invitation of someone who already holds the given roles in the team.
func CanClear(actor *actors.Actor, i *Invitation, held actors.Roles) error {
	err := CanManage(actor, i, held)
	switch code := errs.Code(err); {
	case err == nil || code == CodeAccepted:
		return errs.Invalid("base", "nothing_to_do", "Only declined, revoked and expired invitations can be cleared.")
	case code == CodeDeclined || code == CodeRevoked || code == CodeExpired:
		return nil
	}
	return err
}

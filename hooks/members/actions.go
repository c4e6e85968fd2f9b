package members

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// BeforeFunc runs in the transaction of an action, after the check of the actor's rights and before the change.
type BeforeFunc = func(tx core.App) error

// RevokeRoles revokes roles of a member and frees their seats (R39). The member stays in the team (D4). If they can no longer
// host, handover decides about their sessions (R107). also runs in the same transaction, before that.
func RevokeRoles(app core.App, actor *actors.Actor, user string, revoked actors.Roles, handover Handover, also ...BeforeFunc) (Removal, error) {
	var ended Removal
	err := manage(app, actor, user, "member.revoke", func(tx core.App, entry *audit.Entry, m *Membership, account *core.Record) error {
		if err := CanRevoke(actor, revoked, m.Roles(), user == actor.Account.Id); err != nil {
			return err
		}
		if err := ended.prepare(tx, actor, Loss{User: user, Roles: revoked}, handover, also); err != nil {
			return err
		}
		revoked = revoked.Without(revoked.Without(m.Roles()))
		ended.Roles = revoked
		entry.With("roles", revoked.Names())
		roles, kind := m.AfterRevoking(revoked)
		m.setRoles(roles)
		m.Set("kind", kind)
		if err := tx.Save(m); err != nil {
			return err
		}
		return sendRoleRevoked(tx, actor, account, revoked)
	})
	return ended, err
}

// CanRevoke returns an error if the actor can't revoke one of the roles of a user who has held.
func CanRevoke(actor *actors.Actor, revoked, held actors.Roles, self bool) error {
	switch {
	case !actor.CanRevoke(revoked, held, self):
		return ManageForbidden(held)
	case held.Without(revoked) == held:
		return errs.Invalid("roles", "no_such_role", "This user doesn't have the role.")
	}
	return nil
}

// Remove removes a user from the team, frees their seats and revokes their pending invitations (R79). The actor must also be
// able to revoke the roles of these invitations. The account and other teams aren't affected (R83). handover decides about
// the sessions that the user hosts (R81). also runs in the same transaction, before that.
func Remove(app core.App, actor *actors.Actor, user string, handover Handover, also ...BeforeFunc) (Removal, error) {
	var ended Removal
	err := manage(app, actor, user, "member.remove", func(tx core.App, entry *audit.Entry, m *Membership, account *core.Record) error {
		open, err := invitedRoles(tx, actor.Team.Id, account.Email())
		if err != nil {
			return err
		}
		if err := CanRemove(actor, m.Roles().With(open), user == actor.Account.Id); err != nil {
			return err
		}
		losses, err := trackLosses(tx, actor.Team.Id, account)
		if err != nil {
			return err
		}
		if err := ended.prepare(tx, actor, Loss{User: user, Leaves: true, Roles: m.Roles()}, handover, also); err != nil {
			return err
		}
		ended.Roles, ended.InvitedRoles = m.Roles(), open
		entry.With("roles", m.Roles().Names())
		if err := tx.Delete(m); err != nil {
			return err
		}
		lost, err := losses(tx)
		if err != nil {
			return err
		}
		return sendRemoved(tx, actor, account, lost)
	})
	return ended, err
}

// CanRemove returns an error if the actor can't remove a user with these roles, including those of pending invitations.
func CanRemove(actor *actors.Actor, roles actors.Roles, self bool) error {
	switch {
	case self && roles.Owner:
		return lastOwnerError()
	case self:
		return errs.Invalid("base", "remove_self", "You can't remove yourself. Leave the team instead.")
	case !actor.CanRemove(roles, self):
		return ManageForbidden(roles)
	}
	return nil
}

// Leave ends the actor's own membership, with the effects of Remove (R83). The Owner cannot leave.
func Leave(app core.App, actor *actors.Actor, handover Handover, also ...BeforeFunc) (Removal, error) {
	var ended Removal
	err := manage(app, actor, actor.Account.Id, "member.leave", func(tx core.App, entry *audit.Entry, m *Membership, account *core.Record) error {
		open, err := invitedRoles(tx, actor.Team.Id, account.Email())
		if err != nil {
			return err
		}
		if m.Roles().Owner {
			return lastOwnerError()
		}
		if err := ended.prepare(tx, actor, Loss{User: m.UserID(), Leaves: true, Roles: m.Roles()}, handover, also); err != nil {
			return err
		}
		ended.Roles, ended.InvitedRoles = m.Roles(), open
		entry.With("roles", m.Roles().Names())
		return tx.Delete(m)
	})
	return ended, err
}

// ManageForbidden returns the error for an actor who can't manage a user with these roles.
func ManageForbidden(held actors.Roles) error {
	switch {
	case held.Owner:
		return errs.Forbidden("The Owner can't be removed or lose the Owner role.")
	case held.Admin:
		return errs.Forbidden("Only the Owner can manage Admins in this team. Ask the Owner to do it.")
	}
	return errs.Forbidden("Only the Owner and Admins can manage users.")
}

// manage runs an action on a user of the actor's team, with the actor's rights read again in the same transaction.
func manage(app core.App, actor *actors.Actor, user, action string,
	do func(core.App, *audit.Entry, *Membership, *core.Record) error) error {
	entry := audit.NewEntry(actor, action).WithTarget(user, "")
	return audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		*actor = *again
		m, err := Find(tx, actor.Team.Id, user)
		if err != nil {
			return err
		}
		account, err := tx.FindRecordById("users", user)
		if err != nil {
			return fmt.Errorf("find the account of a member: %w", err)
		}
		entry.WithTarget(user, actors.DisplayName(account))
		return do(tx, entry, m, account)
	})
}

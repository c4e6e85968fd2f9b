package members

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// BeforeFunc is something that a deed does before it takes effect, once the actor may do it, in its transaction.
type BeforeFunc = func(tx core.App) error

// RevokeRoles takes roles from a member at once and frees their seats (R39). The person stays in the team (D4).
func RevokeRoles(app core.App, actor *actors.Actor, user string, revoked actors.Roles, first ...BeforeFunc) error {
	return manage(app, actor, user, "member.revoke", func(tx core.App, entry *audit.Entry, m *Membership, account *core.Record) error {
		if err := CanRevoke(actor, revoked, m.Roles(), user == actor.Account.Id); err != nil {
			return err
		}
		if err := runBefore(tx, first); err != nil {
			return err
		}
		revoked = revoked.Without(revoked.Without(m.Roles()))
		entry.With("roles", revoked.Names())
		roles, kind := m.AfterRevoking(revoked)
		m.setRoles(roles)
		m.Set("kind", kind)
		if err := tx.Save(m); err != nil {
			return err
		}
		return sendRoleRevoked(tx, actor, account, revoked)
	})
}

// CanRevoke is nil if the actor may take one of the roles from a person who carries held; else it says why not.
func CanRevoke(actor *actors.Actor, revoked, held actors.Roles, self bool) error {
	switch {
	case !actor.CanRevoke(revoked, held, self):
		return ManageForbidden(held)
	case held.Without(revoked) == held:
		return errs.Invalid("roles", "no_such_role", "The person does not have this role.")
	}
	return nil
}

// Removal is what a removal, or leaving, took from a person: what he had, and what was still offered to him. Both free their seats (R79).
type Removal struct {
	Roles        actors.Roles
	InvitedRoles actors.Roles
}

// Remove ends a person's access to the team at once: seats are freed, open invitations revoked (R79), so
// somebody who is asked to be Admin is removed only by who could revoke that.
// The account and other teams are untouched (R83).
func Remove(app core.App, actor *actors.Actor, user string, first ...BeforeFunc) (Removal, error) {
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
		if err := runBefore(tx, first); err != nil {
			return err
		}
		ended = Removal{m.Roles(), open}
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

// CanRemove is nil if the actor may remove a person who carries these roles, those that are still offered
// included; else it says why not.
func CanRemove(actor *actors.Actor, carries actors.Roles, self bool) error {
	switch {
	case self && carries.Owner:
		return lastOwnerError()
	case self:
		return errs.Invalid("base", "remove_self", "You cannot remove yourself. Leave the team instead.")
	case !actor.CanRemove(carries, self):
		return ManageForbidden(carries)
	}
	return nil
}

// Leave ends the actor's own membership, with the effects of Remove (R83). The Owner cannot leave.
func Leave(app core.App, actor *actors.Actor, first ...BeforeFunc) (Removal, error) {
	var ended Removal
	err := manage(app, actor, actor.Account.Id, "member.leave", func(tx core.App, entry *audit.Entry, m *Membership, account *core.Record) error {
		open, err := invitedRoles(tx, actor.Team.Id, account.Email())
		if err != nil {
			return err
		}
		if m.Roles().Owner {
			return lastOwnerError()
		}
		if err := runBefore(tx, first); err != nil {
			return err
		}
		ended = Removal{m.Roles(), open}
		entry.With("roles", m.Roles().Names())
		return tx.Delete(m)
	})
	return ended, err
}

func runBefore(tx core.App, first []BeforeFunc) error {
	for _, do := range first {
		if err := do(tx); err != nil {
			return err
		}
	}
	return nil
}

// ManageForbidden is the refusal of an actor who may not manage a person who carries held.
func ManageForbidden(held actors.Roles) error {
	switch {
	case held.Owner:
		return errs.Forbidden("The Owner can't be removed or lose the Owner role.")
	case held.Admin:
		return errs.Forbidden("Only the Owner manages Admins in this team.")
	}
	return errs.Forbidden("Only the Owner and Admins manage users.")
}

// manage runs a deed on a person of the actor's team, with the actor's rights read anew in the same transaction.
func manage(app core.App, actor *actors.Actor, user, action string,
	deed func(core.App, *audit.Entry, *Membership, *core.Record) error) error {
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
		return deed(tx, entry, m, account)
	})
}

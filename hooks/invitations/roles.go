package invitations

import (
	"errors"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// ReadRoles parses the names of the roles in a request. A role that can't be given, such as owner, is refused with
// bad_role, and the refusal is written to the audit log as the given action on user ("" if there is none).
func ReadRoles(app core.App, actor *actors.Actor, action, user string, names []string) (actors.Roles, error) {
	roles, err := actors.ParseRoles(names)
	if err == nil {
		return roles, nil
	}
	entry := audit.NewEntry(actor, action).With("roles", text.Truncate(strings.Join(names, ", "), 60))
	if _, absent := members.Find(app, actor.Team.Id, user); absent == nil {
		if account, unread := app.FindRecordById("users", user); unread == nil {
			entry.WithTarget(user, actors.DisplayName(account))
		}
	}
	return roles, audit.RecordRefusal(app, entry, err)
}

// SetRoles changes a member's roles to wanted. Extra roles are revoked immediately; missing ones are offered by an
// invitation (R63), or given immediately where the actor may take them (D1). A pending invitation for more than wanted
// is revoked. The returned result is nil if nothing is offered. handover decides about sessions that the member can no
// longer host (R107). also runs in the transaction that revokes roles.
func SetRoles(app core.App, actor *actors.Actor, user string, wanted actors.Roles, handover members.Handover, also ...members.BeforeFunc) (*Result, members.Removal, error) {
	var ended members.Removal
	membership, err := members.Find(app, actor.Team.Id, user)
	if errors.Is(err, errs.ErrNotFound) && !actor.CanUsePanel() {
		return nil, ended, audit.RecordRefusal(app, audit.NewEntry(actor, "member.revoke").WithTarget(user, ""), members.ManageForbidden(actors.Roles{}))
	}
	if err != nil {
		return nil, ended, err
	}
	account, err := app.FindRecordById("users", user)
	if err != nil {
		return nil, ended, errs.ErrNotFound
	}
	held := membership.Roles()
	wanted.Owner = held.Owner
	if held.Owner {
		wanted.Admin = held.Admin
	}
	lower, raise := held.Without(wanted), wanted.Without(held)
	if err := validateRoleChange(app, actor, account, held, lower, raise, handover); err != nil {
		return nil, ended, err
	}
	var invited *Result
	if user == actor.Account.Id && !raise.None() {
		err = TakeRoles(app, actor, raise)
	} else {
		invited, err = inviteToRoles(app, actor, account.Email(), raise)
	}
	if err == nil && !lower.None() {
		ended, err = members.RevokeRoles(app, actor, user, lower, handover, also...)
	}
	return invited, ended, err
}

// validateRoleChange refuses a change of roles as a whole before anything is changed, and writes the refusal to the
// audit log.
func validateRoleChange(app core.App, actor *actors.Actor, account *core.Record, held, lower, raise actors.Roles, handover members.Handover) error {
	self := account.Id == actor.Account.Id
	entry := audit.NewEntry(actor, "member.revoke").WithTarget(account.Id, actors.DisplayName(account)).With("roles", lower.Names())
	if !actor.CanRevoke(lower, held, self) && (!lower.None() || raise.None()) {
		return audit.RecordRefusal(app, entry, members.ManageForbidden(held))
	}
	if self && !raise.None() {
		entry.Action = "member.take"
		if err := audit.RecordRefusal(app, entry.With("roles", raise.Names()), canTakeRoles(actor, raise)); err != nil {
			return err
		}
	} else if !raise.None() {
		entry.Action = "invitation.create"
		if err := audit.RecordRefusal(app, entry.With("roles", raise.Names()), canInvite(actor, raise, held)); err != nil {
			return err
		}
	}
	entry.Action = "member.revoke"
	return audit.RecordRefusal(app, entry.With("roles", lower.Names()), validateHandover(app, actor, account.Id, lower, handover))
}

// canInvite returns nil if the actor may offer the roles to someone who holds held, and otherwise why not.
func canInvite(actor *actors.Actor, offered, held actors.Roles) error {
	switch {
	case actor.CanInvite(offered, held):
		return nil
	case actor.CanUsePanel() && held.Owner:
		return errs.Forbidden("Only the Owner can change their own roles.")
	case actor.CanUsePanel() && held.Admin && !offered.Admin:
		return errs.Forbidden("Only the Owner can offer an Admin a role in this team.")
	}
	return actor.Refusal(func(a *actors.Actor) bool { return a.CanInvite(offered, held) }, errs.Forbidden(notAllowedText(actor, offered)))
}

// TakeRoles gives the actor roles immediately, without an invitation (D1), and accepts a pending invitation that offers
// them. It returns not_allowed if the actor may not take them, already_member if the actor has them, and seats_full if
// no seat is free.
func TakeRoles(app core.App, actor *actors.Actor, roles actors.Roles) error {
	entry := audit.NewEntry(actor, "member.take").WithTarget(actor.Account.Id, actor.Name()).With("roles", roles.Names())
	return audit.Do(app, entry, func(tx core.App) error {
		return takeRoles(tx, actor, roles)
	})
}

// PreviewTakeRoles returns what TakeRoles would return now, and changes nothing.
func PreviewTakeRoles(app core.App, actor *actors.Actor, roles actors.Roles) error {
	err := app.RunInTransaction(func(tx core.App) error {
		if err := takeRoles(tx, actor, roles); err != nil {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

func takeRoles(tx core.App, actor *actors.Actor, roles actors.Roles) error {
	current, err := actor.Reload(tx)
	if err != nil {
		return err
	}
	if err := canTakeRoles(current, roles); err != nil {
		return err
	}
	if err := acceptPending(tx, current, roles); err != nil {
		return err
	}
	return members.Grant(tx, current.Team.Id, current.Account.Id, roles)
}

func canTakeRoles(actor *actors.Actor, roles actors.Roles) error {
	switch {
	case !actor.CanUsePanel():
		return members.ManageForbidden(actors.Roles{})
	case !actor.CanTakeRoles(roles):
		return errs.Forbidden("You can give yourself only the Organizer role.")
	case roles.Without(actor.Roles).None():
		return errs.Invalid("roles", CodeAlreadyMember, "You already have this role.")
	}
	return nil
}

// acceptPending accepts a pending invitation of the actor that offers one of the roles, so that its reserved seat is
// used.
func acceptPending(tx core.App, actor *actors.Actor, roles actors.Roles) error {
	open, err := FindPending(tx, actor.Team.Id, actor.Account.Email())
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	if open.Roles().Without(roles) == open.Roles() {
		return nil
	}
	return open.accept(tx, actor.Account)
}

// validateHandover checks the choice of the new host before anything is offered.
func validateHandover(app core.App, actor *actors.Actor, user string, lower actors.Roles, handover members.Handover) error {
	ends, err := sessions.LosesHosting(app, actor.Team, user, lower)
	if err != nil || !ends {
		return err
	}
	return sessions.ValidateHandover(app, actor.Team, user, handover)
}

// inviteToRoles offers the missing roles. It runs before any role is revoked: if no seat is free, nothing changes.
func inviteToRoles(app core.App, actor *actors.Actor, address string, raise actors.Roles) (*Result, error) {
	if raise.None() {
		return nil, revokePending(app, actor, address)
	}
	results, err := Invite(app, actor, Request{Lines: ParseLines([]string{address}), Roles: raise})
	if err != nil {
		return nil, err
	}
	if results[0].Status == Refused && results[0].Code != CodeAlreadyInvited {
		return nil, errs.Invalid("roles", results[0].Code, results[0].Message)
	}
	return &results[0], nil
}

// revokePending revokes a pending invitation that offers a role that is no longer wanted.
func revokePending(app core.App, actor *actors.Actor, address string) error {
	open, err := FindPending(app, actor.Team.Id, address)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = Revoke(app, actor, open.Id)
	return err
}

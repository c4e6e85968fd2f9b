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

// ReadRoles reads the names of roles that the actor asks for. A name that cannot be given, such as owner, is refused
// with bad_role, and the refusal is written to the audit log as the given action on user ("" where there is none).
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

// SetRoles brings a person to the roles that are wanted: what is too much goes at once, what is missing is
// offered by an invitation (R63), or given immediately where the actor may take it (D1). An open invitation for more
// than is wanted is revoked. The returned invitation is nil if nothing is offered. The sessions of who may not host
// any more are handed over to the account handOver, or cancelled with notice if that is empty (R107). also is done in
// the transaction that revokes roles.
func SetRoles(app core.App, actor *actors.Actor, user string, wanted actors.Roles, handOver string, also ...members.BeforeFunc) (*Result, sessions.HandoverResult, error) {
	var parted sessions.HandoverResult
	membership, err := members.Find(app, actor.Team.Id, user)
	if errors.Is(err, errs.NotFound) && !actor.CanUsePanel() {
		return nil, parted, audit.RecordRefusal(app, audit.NewEntry(actor, "member.revoke").WithTarget(user, ""), members.ManageForbidden(actors.Roles{}))
	}
	if err != nil {
		return nil, parted, err
	}
	account, err := app.FindRecordById("users", user)
	if err != nil {
		return nil, parted, errs.NotFound
	}
	held := membership.Roles()
	wanted.Owner = held.Owner
	if held.Owner {
		wanted.Admin = held.Admin
	}
	lower, raise := held.Without(wanted), wanted.Without(held)
	if err := validateRoleChange(app, actor, account, held, lower, raise, handOver); err != nil {
		return nil, parted, err
	}
	var offered *Result
	if user == actor.Account.Id && !raise.None() {
		err = TakeRoles(app, actor, raise)
	} else {
		offered, err = inviteToRoles(app, actor, account.Email(), raise)
	}
	if err == nil && !lower.None() {
		parted, err = sessions.RevokeRoles(app, actor, user, lower, handOver, also...)
	}
	return offered, parted, err
}

// validateRoleChange refuses a change of roles as a whole, before anything of it is done, and writes the refusal down.
func validateRoleChange(app core.App, actor *actors.Actor, account *core.Record, held, lower, raise actors.Roles, handOver string) error {
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
	return audit.RecordRefusal(app, entry.With("roles", lower.Names()), validateHandOver(app, actor, account.Id, lower, handOver))
}

// canInvite is nil if the actor may offer the roles to a person who carries held; else it says why not.
func canInvite(actor *actors.Actor, offered, held actors.Roles) error {
	switch {
	case actor.CanInvite(offered, held):
		return nil
	case actor.CanUsePanel() && held.Owner:
		return errs.Forbidden("Only the Owner changes the Owner's roles.")
	case actor.CanUsePanel() && held.Admin && !offered.Admin:
		return errs.Forbidden("Only the Owner offers an Admin a role in this team.")
	}
	return errs.Forbidden(notAllowedText(actor, offered))
}

// TakeRoles gives the actor roles immediately, without an invitation (D1), and makes an invitation that offers them
// accepted. It is refused with not_allowed where the actor may not take them, with already_member where the actor has
// them, and with seats_full where no seat is free.
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
	again, err := actor.Reload(tx)
	if err != nil {
		return err
	}
	if err := canTakeRoles(again, roles); err != nil {
		return err
	}
	if err := acceptPending(tx, again, roles); err != nil {
		return err
	}
	return members.Grant(tx, again.Team.Id, again.Account.Id, roles)
}

func canTakeRoles(actor *actors.Actor, roles actors.Roles) error {
	switch {
	case !actor.CanUsePanel():
		return members.ManageForbidden(actors.Roles{})
	case !actor.CanTakeRoles(roles):
		return errs.Forbidden("You can give yourself the Organizer role only.")
	case roles.Without(actor.Roles).None():
		return errs.Invalid("roles", CodeAlreadyMember, "You already have this role.")
	}
	return nil
}

// acceptPending ends an open invitation of the actor that offers one of the roles: the seat that it reserved is the one
// that is taken.
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

// validateHandOver refuses a host to hand over to who could not take over, before anything is offered.
func validateHandOver(app core.App, actor *actors.Actor, user string, lower actors.Roles, to string) error {
	if to == "" {
		return nil
	}
	ends, err := sessions.LosesHosting(app, actor.Team, user, lower)
	if err != nil || !ends {
		return err
	}
	return sessions.CanTakeOver(app, actor.Team, user, to)
}

// inviteToRoles offers what is missing. It comes before anything is taken: where no seat is free all stays as it was.
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

// revokePending revokes an open invitation: it offers a role that is not wanted any more.
func revokePending(app core.App, actor *actors.Actor, address string) error {
	open, err := FindPending(app, actor.Team.Id, address)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = Revoke(app, actor, open.Id)
	return err
}

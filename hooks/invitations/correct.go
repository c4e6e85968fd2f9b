package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// CodeSameAddress is the code of a correction that corrects nothing.
const CodeSameAddress = "same_address"

// CorrectAddress invites another address in place of that of an invitation, with the same roles, name and note, by the
// rules of Invite. An invitation that is open ends as revoked in the same transaction, so that the new one can have
// its seat; if the new address is refused, it stays open. Refusals of the address are for the field "email".
func CorrectAddress(app core.App, actor *actors.Actor, id, address string) (Result, error) {
	wrong, err := Find(app, id)
	if err == nil && wrong.TeamID() != actor.Team.Id {
		err = errs.NotFound
	}
	if err != nil {
		return Result{}, err
	}
	results, err := Invite(app, actor, Request{
		Lines: []Line{addresslist.NewEntry(wrong.GetString("name"), address)}, Roles: wrong.Roles(), Note: wrong.GetString("note"),
		replaces: id,
	})
	if err != nil {
		return Result{}, err
	}
	switch result := results[0]; {
	case result.Code == errs.CodeNotAllowed:
		return result, errs.Forbidden(result.Message)
	case result.Code == CodeAccepted || result.Code == CodeDeclined:
		return result, errs.Invalid("token", result.Code, result.Message)
	case result.Status == Refused:
		return result, errs.Invalid("email", result.Code, result.Message)
	default:
		return result, nil
	}
}

// replaceInvitation ends the invitation that the line is to take the place of, and offers what that one offers at this moment.
func (o Request) replaceInvitation(tx core.App, actor *actors.Actor, line Line) (Request, error) {
	wrong, err := Find(tx, o.replaces)
	if err != nil {
		return o, err
	}
	now, err := findMembershipState(tx, actor.Team.Id, wrong.Address())
	if err != nil {
		return o, err
	}
	if !actor.CanManageInvitation(wrong.Roles(), now.Held) {
		return o, errs.Forbidden(notAllowedText(actor, wrong.Roles().With(actors.Roles{Admin: now.Held.Admin})))
	}
	if err := wrong.requireCorrectable(tx, line); err != nil {
		return o, err
	}
	o.Roles, o.Note = wrong.Roles(), wrong.GetString("note")
	if wrong.Status() != Pending {
		return o, nil
	}
	if err := wrong.close(tx, Revoked, truncate("The address was corrected: "+line.Address, 200)); err != nil {
		return o, err
	}
	return o, audit.Write(tx, audit.NewEntry(actor, "invitation.revoke").WithTarget(wrong.Id, wrong.Address()).With("corrected", line.Address))
}

// requireCorrectable refuses where another address cannot take the place of this one.
func (i *Invitation) requireCorrectable(tx core.App, line Line) error {
	if status := i.Status(); status == Accepted || status == Declined {
		return closedError(status)
	}
	if line.Address == i.Address() {
		return errs.Invalid("email", CodeSameAddress, "This is the address that it was sent to. Type the one that is right.")
	}
	now, err := findMembershipState(tx, i.TeamID(), i.Address())
	if err != nil || !now.InTeam() {
		return err
	}
	return errs.Invalid("email", CodeAlreadyMember, "This person is in the team already, and changes the address of the account themselves.")
}

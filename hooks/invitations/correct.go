package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CodeSameAddress is returned when the corrected address equals the current one.
const CodeSameAddress = "same_address"

// CorrectAddress replaces an invitation by one for another address, with the same roles, name and note, under the rules
// of Invite. A pending invitation is revoked in the same transaction, so that the new one can take over its seat; if
// the new address is refused, it stays pending. Refusals of the address are errors of the field "email".
func CorrectAddress(app core.App, actor *actors.Actor, id, address string) (Result, error) {
	previous, err := Find(app, id)
	if err == nil && previous.TeamID() != actor.Team.Id {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Result{}, err
	}
	results, err := Invite(app, actor, Request{
		Lines: []Line{addresslist.NewEntry(previous.GetString("name"), address)}, Roles: previous.Roles(), Note: previous.GetString("note"),
		replaces: id,
	})
	if err != nil {
		return Result{}, err
	}
	switch result := results[0]; {
	case result.Code == errs.CodeNotAllowed || result.Code == actors.CodeTwoFactorsRequired:
		return result, errs.Invalid("base", result.Code, result.Message)
	case result.Code == CodeAccepted || result.Code == CodeDeclined:
		return result, errs.Invalid("token", result.Code, result.Message)
	case result.Status == Refused:
		return result, errs.Invalid("email", result.Code, result.Message)
	default:
		return result, nil
	}
}

// replaceInvitation revokes the invitation that the line replaces, and returns the request with its roles and note.
func (req Request) replaceInvitation(tx core.App, actor *actors.Actor, line Line) (Request, error) {
	previous, err := Find(tx, req.replaces)
	if err != nil {
		return req, err
	}
	now, err := findMembershipState(tx, actor.Team.Id, previous.Address())
	if err != nil {
		return req, err
	}
	if err := previous.requireManager(actor, now.Held); err != nil {
		return req, err
	}
	if err := previous.requireCorrectable(tx, line); err != nil {
		return req, err
	}
	req.Roles, req.Note = previous.Roles(), previous.GetString("note")
	if previous.Status() != Pending {
		return req, nil
	}
	if err := previous.close(tx, Revoked, text.Shorten("The address was corrected: "+line.Address, 200)); err != nil {
		return req, err
	}
	return req, audit.Write(tx, audit.NewEntry(actor, "invitation.revoke").WithTarget(previous.Id, previous.Address()).With("corrected", line.Address))
}

// requireCorrectable returns an error if the line can't replace this invitation.
func (i *Invitation) requireCorrectable(tx core.App, line Line) error {
	if status := i.Status(); status == Accepted || status == Declined {
		return closedError(status)
	}
	if line.Address == i.Address() {
		return errs.Invalid("email", CodeSameAddress, "The invitation was sent to this address. Enter a different one.")
	}
	now, err := findMembershipState(tx, i.TeamID(), i.Address())
	if err != nil || !now.InTeam() {
		return err
	}
	return errs.Invalid("email", CodeAlreadyMember, "This user is already in the team. They can change their email address in their account.")
}

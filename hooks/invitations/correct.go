package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/record"
)

// CodeSameAddress is the code of a correction that corrects nothing.
const CodeSameAddress = "same_address"

// Correct invites another address in place of that of an invitation, with the same roles, name and note, by the
// rules of Invite. An invitation that is open ends as revoked in the same transaction, so that the new one can have
// its seat; if the new address is refused, it stays open. Refusals of the address are for the field "email".
func Correct(app core.App, actor *actors.Actor, id, address string) (Result, error) {
	wrong, err := Find(app, id)
	if err == nil && wrong.TeamID() != actor.Team.Id {
		err = record.ErrNotFound
	}
	if err != nil {
		return Result{}, err
	}
	results, err := Invite(app, actor, Offer{
		Lines: []Line{addresslist.Of(wrong.GetString("name"), address)}, Roles: wrong.Roles(), Note: wrong.GetString("note"),
		instead: id,
	})
	if err != nil {
		return Result{}, err
	}
	switch result := results[0]; {
	case result.Code == record.CodeNotAllowed:
		return result, record.Forbid(result.Message)
	case result.Code == CodeAccepted || result.Code == CodeDeclined:
		return result, record.Refuse("token", result.Code, result.Message)
	case result.Status == Refused:
		return result, record.Refuse("email", result.Code, result.Message)
	default:
		return result, nil
	}
}

// replace ends the invitation that the line is to take the place of, and offers what that one offers at this moment.
func (o Offer) replace(tx core.App, actor *actors.Actor, line Line) (Offer, error) {
	wrong, err := Find(tx, o.instead)
	if err != nil {
		return o, err
	}
	now, err := standingOf(tx, actor.Team.Id, wrong.Address())
	if err != nil {
		return o, err
	}
	if !actor.CanAnswerFor(wrong.Roles(), now.Held) {
		return o, record.Forbid(notAllowed(actor, wrong.Roles().With(actors.Roles{Admin: now.Held.Admin})))
	}
	if err := wrong.mayMove(tx, line); err != nil {
		return o, err
	}
	o.Roles, o.Note = wrong.Roles(), wrong.GetString("note")
	if wrong.Status() != Pending {
		return o, nil
	}
	if err := wrong.end(tx, Revoked, cut("The address was corrected: "+line.Address, 200)); err != nil {
		return o, err
	}
	return o, audit.Write(tx, audit.By(actor, "invitation.revoke").On(wrong.Id, wrong.Address()).With("corrected", line.Address))
}

// mayMove refuses where another address cannot take the place of this one.
func (i *Invitation) mayMove(tx core.App, line Line) error {
	if status := i.Status(); status == Accepted || status == Declined {
		return refusalOf(status)
	}
	if line.Address == i.Address() {
		return record.Refuse("email", CodeSameAddress, "This is the address that it was sent to. Type the one that is right.")
	}
	now, err := standingOf(tx, i.TeamID(), i.Address())
	if err != nil || !now.In() {
		return err
	}
	return record.Refuse("email", CodeAlreadyMember, "This person is in the team already, and changes the address of the account themselves.")
}

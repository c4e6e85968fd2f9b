package bulk

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tags"
)

// aim refuses a row that has nothing that the deed is about.
func (d Deed) aim(p person, actor *actors.Actor) error {
	switch {
	case !p.There:
		return record.ErrNotFound
	case d.Kind == RevokeRole && p.User == actor.Account.Id:
		return record.Refuse("base", CodeSelf, "You give up a role of your own in your details, by itself.")
	case d.Kind == RevokeRole && p.User == "":
		return record.Refuse("base", CodeNothing, "Is not in the team yet: what is only offered ends with the invitation.")
	case d.onInvitation(p) && p.Invitation == "":
		return record.Refuse("base", CodeNothing, "Has no open invitation.")
	}
	return nil
}

// onInvitation reports whether the deed is done to the row's invitation, and not to its membership.
func (d Deed) onInvitation(p person) bool {
	return d.Kind == Revoke || d.Kind == Resend || d.Kind == Remove && p.User == ""
}

func (d Deed) do(app core.App, actor *actors.Actor, p person, line *Line) error {
	switch {
	case d.Kind == Tag:
		changed, err := tags.Change(app, actor, p.ID, d.Add, d.Drop)
		if err == nil && !changed {
			err = record.Refuse("base", CodeNothing, "Is tagged so already.")
		}
		line.Status = Tagged
		return err
	case d.Kind == Resend:
		_, link, err := invitations.Resend(app, actor, p.Invitation)
		line.Status, line.Link = Resent, link
		return err
	case d.onInvitation(p):
		invitation, err := invitations.Revoke(app, actor, p.Invitation)
		if err == nil {
			line.Status, line.Freed = Revoked, seatsOf(invitation.Roles())
		}
		return err
	case d.Kind == RevokeRole:
		line.Status, line.Freed = RoleRevoked, seatsOf(d.Role)
		parted, err := sessions.RevokeRoles(app, actor, p.User, d.Role, d.HandOver, d.also(actor, p, line)...)
		line.HandedOver, line.Cancelled = parted.HandedOver, parted.Cancelled
		return err
	}
	parted, err := sessions.Remove(app, actor, p.User, d.HandOver, d.also(actor, p, line)...)
	line.Status, line.Freed, line.Asked = Removed, FreedBy(parted.Roles, parted.Offered), p.Invitation != ""
	line.HandedOver, line.Cancelled = parted.HandedOver, parted.Cancelled
	return err
}

// also is what else ends in the transaction of a removal, or of the loss of the role Admin.
func (d Deed) also(actor *actors.Actor, p person, line *Line) []members.First {
	if !d.RevokeSent || d.Kind == RevokeRole && !d.Role.Admin {
		return nil
	}
	return []members.First{invitations.RevokeSent(actor, p.User, &line.SentRevoked)}
}

// foresee judges as the deed will, by the same questions. Tags are labels: nobody asks beforehand what comes of them.
func (d Deed) foresee(app core.App, actor *actors.Actor, p person, line *Line) error {
	self := p.User == actor.Account.Id
	switch {
	case d.Kind == Tag:
		line.Status = Tagged
		return nil
	case d.onInvitation(p):
		return d.foreseeInvitation(app, actor, p, line)
	case d.Kind == RevokeRole:
		line.Status, line.Freed = RoleRevoked, seatsOf(d.Role)
		if err := members.MayRevoke(actor, d.Role, p.held(), self); err != nil {
			return err
		}
		if ends, err := sessions.EndsHosting(app, actor.Team, p.User, d.Role); err != nil || !ends {
			return err
		}
		return d.foreseeSessions(app, actor, p, line)
	}
	line.Status, line.Freed, line.Asked = Removed, FreedBy(p.held(), p.offered()), p.Invitation != ""
	if err := members.MayRemove(actor, p.held().With(p.offered()), self); err != nil {
		return err
	}
	return d.foreseeSessions(app, actor, p, line)
}

// foreseeSessions counts what the person is to host, and what becomes of it.
func (d Deed) foreseeSessions(app core.App, actor *actors.Actor, p person, line *Line) error {
	future, err := sessions.Future(app, actor.Team.Id, p.User)
	if err != nil {
		return err
	}
	if d.HandOver == "" || d.HandOver == sessions.Undecided {
		line.Cancelled = len(future)
		return nil
	}
	line.HandedOver = len(future)
	return sessions.MayTakeOver(app, actor.Team, p.User, d.HandOver)
}

func (d Deed) foreseeInvitation(app core.App, actor *actors.Actor, p person, line *Line) error {
	invitation, err := invitations.Find(app, p.Invitation)
	if err != nil {
		return err
	}
	if err := invitations.MayManage(actor, invitation, p.held()); err != nil {
		return err
	}
	if d.Kind == Resend {
		line.Status = Resent
		return invitations.MayResend(app, invitation)
	}
	line.Status, line.Freed = Revoked, seatsOf(p.offered())
	return nil
}

// passedOver makes a skipped line of a refusal. What is no refusal is a fault of ours; for an actor who is not
// in the team any more there is no team.
func passedOver(app core.App, actor *actors.Actor, line Line, err error) (Line, error) {
	line = Line{ID: line.ID, Name: line.Name, Email: line.Email, Status: Skipped}
	if errors.Is(err, record.ErrNotFound) {
		line.Code, line.Message = CodeGone, "Is not in the team, or not any more."
		_, err = actor.Again(app)
		return line, err
	}
	_, code, sentence, ok := record.Refusal(err)
	if !ok {
		return line, err
	}
	line.Code, line.Message = code, sentence
	if over, ok := ended[code]; ok {
		line.Message = over
	}
	return line, nil
}

// ended says to who manages an invitation what invitations say to who was invited.
var ended = map[string]string{
	invitations.CodeAccepted: "Has accepted the invitation meanwhile.",
	invitations.CodeDeclined: "Has declined: there is nothing to end.",
	invitations.CodeRevoked:  "The invitation was revoked already.",
	invitations.CodeExpired:  "The invitation has expired: there is nothing to end.",
}

package bulk

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
)

// validateTarget refuses a row that has nothing that the deed is about.
func (d Action) validateTarget(p target, actor *actors.Actor) error {
	switch {
	case !p.Exists:
		return errs.NotFound
	case d.Kind == RevokeRole && p.User == actor.Account.Id:
		return errs.Invalid("base", CodeOwnRole, "You give up a role of your own in your details, by itself.")
	case d.Kind == RevokeRole && p.User == "":
		return errs.Invalid("base", CodeNothingToDo, "Is not in the team yet: what is only offered ends with the invitation.")
	case d.targetsInvitation(p) && p.Invitation == "":
		return errs.Invalid("base", CodeNothingToDo, "Has no open invitation.")
	}
	return nil
}

// targetsInvitation reports whether the deed is done to the row's invitation, and not to its membership.
func (d Action) targetsInvitation(p target) bool {
	return d.Kind == Revoke || d.Kind == Resend || d.Kind == Remove && p.User == ""
}

func (d Action) apply(app core.App, actor *actors.Actor, p target, line *RowResult) error {
	switch {
	case d.Kind == Tag:
		changed, err := tags.Change(app, actor, p.ID, d.AddTags, d.RemoveTags)
		if err == nil && !changed {
			err = errs.Invalid("base", CodeNothingToDo, "Is tagged so already.")
		}
		line.Status = Tagged
		return err
	case d.Kind == Resend:
		_, link, err := invitations.Resend(app, actor, p.Invitation)
		line.Status, line.Link = Resent, link
		return err
	case d.targetsInvitation(p):
		invitation, err := invitations.Revoke(app, actor, p.Invitation)
		if err == nil {
			line.Status, line.Freed = Revoked, seatsUsedBy(invitation.Roles())
		}
		return err
	case d.Kind == RevokeRole:
		line.Status, line.Freed = RoleRevoked, seatsUsedBy(d.Role)
		parted, err := sessions.RevokeRoles(app, actor, p.User, d.Role, d.HandOver, d.before(actor, p, line)...)
		line.HandedOver, line.Cancelled = parted.HandedOver, parted.Cancelled
		return err
	}
	parted, err := sessions.Remove(app, actor, p.User, d.HandOver, d.before(actor, p, line)...)
	line.Status, line.Freed, line.HadInvitation = Removed, SeatsFreedBy(parted.Roles, parted.InvitedRoles), p.Invitation != ""
	line.HandedOver, line.Cancelled = parted.HandedOver, parted.Cancelled
	return err
}

// before is what else ends in the transaction of a removal, or of the loss of the role Admin.
func (d Action) before(actor *actors.Actor, p target, line *RowResult) []members.BeforeFunc {
	if !d.RevokeSent || d.Kind == RevokeRole && !d.Role.Admin {
		return nil
	}
	return []members.BeforeFunc{invitations.RevokeSent(actor, p.User, &line.SentRevoked)}
}

// preview judges as the deed will, by the same questions. Tags are labels: nobody asks beforehand what comes of them.
func (d Action) preview(app core.App, actor *actors.Actor, p target, line *RowResult) error {
	self := p.User == actor.Account.Id
	switch {
	case d.Kind == Tag:
		line.Status = Tagged
		return nil
	case d.targetsInvitation(p):
		return d.previewInvitation(app, actor, p, line)
	case d.Kind == RevokeRole:
		line.Status, line.Freed = RoleRevoked, seatsUsedBy(d.Role)
		if err := members.CanRevoke(actor, d.Role, p.heldRoles(), self); err != nil {
			return err
		}
		if ends, err := sessions.LosesHosting(app, actor.Team, p.User, d.Role); err != nil || !ends {
			return err
		}
		return d.previewSessions(app, actor, p, line)
	}
	line.Status, line.Freed, line.HadInvitation = Removed, SeatsFreedBy(p.heldRoles(), p.invitedRoles()), p.Invitation != ""
	if err := members.CanRemove(actor, p.heldRoles().With(p.invitedRoles()), self); err != nil {
		return err
	}
	return d.previewSessions(app, actor, p, line)
}

// previewSessions counts what the person is to host, and what becomes of it.
func (d Action) previewSessions(app core.App, actor *actors.Actor, p target, line *RowResult) error {
	future, err := sessions.ListScheduledByHost(app, actor.Team.Id, p.User)
	if err != nil {
		return err
	}
	if d.HandOver == "" || d.HandOver == sessions.Undecided {
		line.Cancelled = len(future)
		return nil
	}
	line.HandedOver = len(future)
	return sessions.CanTakeOver(app, actor.Team, p.User, d.HandOver)
}

func (d Action) previewInvitation(app core.App, actor *actors.Actor, p target, line *RowResult) error {
	invitation, err := invitations.Find(app, p.Invitation)
	if err != nil {
		return err
	}
	if err := invitations.CanManage(actor, invitation, p.heldRoles()); err != nil {
		return err
	}
	if d.Kind == Resend {
		line.Status = Resent
		return invitations.CanResend(app, invitation)
	}
	line.Status, line.Freed = Revoked, seatsUsedBy(p.invitedRoles())
	return nil
}

// skip makes a skipped line of a refusal. What is no refusal is a fault of ours; for an actor who is not
// in the team any more there is no team.
func skip(app core.App, actor *actors.Actor, line RowResult, err error) (RowResult, error) {
	line = RowResult{ID: line.ID, Name: line.Name, Email: line.Email, Status: Skipped}
	if errors.Is(err, errs.NotFound) {
		line.Code, line.Message = CodeNotFound, "Is not in the team, or not any more."
		_, err = actor.Reload(app)
		return line, err
	}
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return line, err
	}
	line.Code, line.Message = code, sentence
	if over, ok := closedMessages[code]; ok {
		line.Message = over
	}
	return line, nil
}

// closedMessages says to who manages an invitation what invitations say to who was invited.
var closedMessages = map[string]string{
	invitations.CodeAccepted: "Has accepted the invitation meanwhile.",
	invitations.CodeDeclined: "Has declined: there is nothing to end.",
	invitations.CodeRevoked:  "The invitation was revoked already.",
	invitations.CodeExpired:  "The invitation has expired: there is nothing to end.",
}

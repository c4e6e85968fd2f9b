package bulk

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
)

// validateTarget returns an error if the action doesn't apply to the row.
func (a Action) validateTarget(t target, actor *actors.Actor) error {
	switch {
	case !t.Exists:
		return errs.ErrNotFound
	case a.Kind == RevokeRole && t.User == actor.Account.Id:
		return errs.Invalid("base", CodeOwnRole, "You can't revoke your own role here. Open your details to give it up.")
	case a.Kind == RevokeRole && t.User == "":
		return errs.Invalid("base", CodeNothingToDo, "Not in the team yet. Revoke the invitation instead.")
	case a.Kind == Clear && t.User != "":
		return errs.Invalid("base", CodeNothingToDo, "Is in the team.")
	case a.targetsInvitation(t) && t.Invitation == "":
		return errs.Invalid("base", CodeNothingToDo, "Has no pending invitation.")
	}
	return nil
}

// targetsInvitation reports whether the action applies to the row's invitation, not to its membership.
func (a Action) targetsInvitation(t target) bool {
	return a.Kind == Revoke || a.Kind == Resend || a.Kind == Remove && t.User == ""
}

func (a Action) apply(app core.App, actor *actors.Actor, t target, row *RowResult) error {
	switch {
	case a.Kind == Tag:
		changed, err := tags.Change(app, actor, t.ID, a.AddTags, a.RemoveTags)
		if err == nil && !changed {
			err = errs.Invalid("base", CodeNothingToDo, "Already has these tags.")
		}
		row.Status = Tagged
		return err
	case a.Kind == Clear:
		row.Status = Cleared
		return invitations.Clear(app, actor, t.Invitation)
	case a.Kind == Resend:
		_, link, err := invitations.ResendMany(app, actor, t.Invitation, a.size)
		row.Status, row.Link = Resent, link
		return err
	case a.targetsInvitation(t):
		invitation, err := invitations.Revoke(app, actor, t.Invitation)
		if err == nil {
			row.Status, row.Freed = Revoked, seatsUsedBy(invitation.Roles())
		}
		return err
	case a.Kind == RevokeRole:
		row.Status, row.Freed = RoleRevoked, seatsUsedBy(a.Role)
		result, err := members.RevokeRoles(app, actor, t.User, a.Role, a.HandOver, a.before(actor, t, row)...)
		row.HandedOver, row.Cancelled = result.HandedOver, result.Cancelled
		return err
	}
	hosted, err := countRecordings(app, actor.Team.Id, t.User)
	if err != nil {
		return err
	}
	row.Recordings = hosted
	result, err := members.Remove(app, actor, t.User, a.HandOver, a.before(actor, t, row)...)
	row.Status, row.Freed, row.HadInvitation = Removed, SeatsFreedBy(result.Roles, result.InvitedRoles), t.Invitation != ""
	row.HandedOver, row.Cancelled = result.HandedOver, result.Cancelled
	return err
}

// countRecordings counts the recordings of sessions in the team that a user hosted.
func countRecordings(app core.App, team, user string) (int, error) {
	n, err := app.CountRecords("recordings", dbx.HashExp{"team": team, "host": user})
	if err != nil {
		return 0, fmt.Errorf("count the recordings of a user: %w", err)
	}
	return int(n), nil
}

// before returns the hooks of the transaction that removes a user or revokes the Admin role.
func (a Action) before(actor *actors.Actor, t target, row *RowResult) []members.BeforeFunc {
	if !a.RevokeSent || a.Kind == RevokeRole && !a.Role.Admin {
		return nil
	}
	return []members.BeforeFunc{invitations.RevokeSent(actor, t.User, &row.SentRevoked)}
}

// preview makes the same checks as apply. Changes of tags have no consequences to preview.
func (a Action) preview(app core.App, actor *actors.Actor, t target, row *RowResult) error {
	isSelf := t.User == actor.Account.Id
	switch {
	case a.Kind == Tag:
		row.Status = Tagged
		return nil
	case a.Kind == Clear:
		row.Status = Cleared
		invitation, err := invitations.Find(app, t.Invitation)
		if err != nil {
			return err
		}
		return invitations.CanClear(actor, invitation, t.heldRoles())
	case a.targetsInvitation(t):
		return a.previewInvitation(app, actor, t, row)
	case a.Kind == RevokeRole:
		row.Status, row.Freed = RoleRevoked, seatsUsedBy(a.Role)
		if err := members.CanRevoke(actor, a.Role, t.heldRoles(), isSelf); err != nil {
			return err
		}
		if ends, err := sessions.LosesHosting(app, actor.Team, t.User, a.Role); err != nil || !ends {
			return err
		}
		return a.previewSessions(app, actor, t, row)
	}
	row.Status, row.Freed, row.HadInvitation = Removed, SeatsFreedBy(t.heldRoles(), t.invitedRoles()), t.Invitation != ""
	if err := members.CanRemove(actor, t.heldRoles().With(t.invitedRoles()), isSelf); err != nil {
		return err
	}
	var err error
	if row.Recordings, err = countRecordings(app, actor.Team.Id, t.User); err != nil {
		return err
	}
	return a.previewSessions(app, actor, t, row)
}

// previewSessions counts the scheduled sessions of the user that would be handed over or cancelled.
func (a Action) previewSessions(app core.App, actor *actors.Actor, t target, row *RowResult) error {
	future, err := sessions.ListScheduledByHost(app, actor.Team.Id, t.User)
	if err != nil {
		return err
	}
	if a.HandOver.To == "" {
		row.Cancelled = len(future)
		return nil
	}
	row.HandedOver = len(future)
	return sessions.CanTakeOver(app, actor.Team, t.User, a.HandOver.To)
}

func (a Action) previewInvitation(app core.App, actor *actors.Actor, t target, row *RowResult) error {
	invitation, err := invitations.Find(app, t.Invitation)
	if err != nil {
		return err
	}
	if err := invitations.CanManage(actor, invitation, t.heldRoles()); err != nil {
		return err
	}
	if a.Kind == Resend {
		row.Status = Resent
		return invitations.CanResend(app, invitation)
	}
	row.Status, row.Freed = Revoked, seatsUsedBy(t.invitedRoles())
	return nil
}

// skip turns a refusal into a skipped row. Other errors are internal and returned, and so is errs.ErrNotFound for an actor
// who is no longer in the team.
func skip(app core.App, actor *actors.Actor, row RowResult, err error) (RowResult, error) {
	row = RowResult{ID: row.ID, Name: row.Name, Email: row.Email, Status: Skipped}
	if errors.Is(err, errs.ErrNotFound) {
		row.Code, row.Message = CodeNotFound, "Not in the team, or already removed."
		_, err = actor.Reload(app)
		return row, err
	}
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return row, err
	}
	row.Code, row.Message = code, sentence
	if message, ok := closedMessages[code]; ok {
		row.Message = message
	}
	return row, nil
}

// closedMessages replace, for the person who manages an invitation, the messages meant for its invitee.
var closedMessages = map[string]string{
	invitations.CodeAccepted: "Has already accepted the invitation.",
	invitations.CodeDeclined: "Has already declined the invitation.",
	invitations.CodeRevoked:  "The invitation was already revoked.",
	invitations.CodeExpired:  "The invitation has already expired.",
}

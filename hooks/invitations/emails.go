package invitations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// queueEmail queues the email with the invitation's link, in the transaction that created the link. member is true for
// someone already in the team who is offered a role, bulk for an invitation that is sent with many others.
func queueEmail(tx core.App, i *Invitation, token string, member, bulk bool) error {
	kind := mail.KindInvitation
	if member {
		kind = mail.KindRoleInvitation
	}
	return mail.QueueDeferred(tx, mail.Deferred{Kind: kind, To: i.Address(), About: i.Id, Team: i.TeamID(),
		Topic: "invitation:" + i.TeamID(), Basis: i.GetString("token_hash"), Secret: token, Bulk: bulk})
}

// renderEmail renders the email just before it is sent. It returns an error if the link has stopped working by then.
func renderEmail(tx core.App, id, token string) (mail.Message, error) {
	i, err := Find(tx, id)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return mail.Message{}, errs.Invalid("base", CodeUnknown, "The invitation was deleted before this email was sent.")
	case err != nil:
		return mail.Message{}, err
	case i.GetString("token_hash") != accounts.Hash(token):
		return mail.Message{}, errs.Invalid("base", CodeReplaced, "A newer email replaced this one before it was sent.")
	case i.Status() != Pending:
		return mail.Message{}, errs.Invalid("base", "invitation_"+i.Status(), "The invitation ended before this email was sent.")
	}
	team, err := teams.Find(tx, i.TeamID())
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the team of an invitation: %w", err)
	}
	props := emails.InvitationProps{
		To: i.Address(), ToName: i.GetString("name"), Team: teams.EmailProps(tx, team.Record),
		Note: i.GetString("note"), Link: Link(tx, token),
		Expires: i.Expires(), Zone: team.Zone(), Support: settings.Of(tx).Support,
	}
	if props.Inviter, err = inviterName(tx, i, team); err != nil {
		return mail.Message{}, err
	}
	for _, role := range i.Roles().Details() {
		props.Roles = append(props.Roles, emails.RoleProps{Name: role.Label, Description: role.HolderDescription})
	}
	account, err := accounts.Find(tx, i.Address())
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return mail.Message{}, err
	}
	if err == nil && account.Verified() {
		props.ToName, props.HasAccount = accounts.RecipientName(account), true
		props.Zone = accounts.Zone(account, props.Zone)
	}
	if err == nil {
		_, err := members.Find(tx, team.Id, account.Id)
		props.IsMember = err == nil
	}
	return emails.Invitation(props), nil
}

// inviterName returns the inviter's name, or the team's where the inviter's account was deleted or never existed.
func inviterName(tx core.App, i *Invitation, team *teams.Team) (string, error) {
	inviter, err := tx.FindRecordById("users", i.GetString("inviter"))
	if errors.Is(err, sql.ErrNoRows) {
		return team.Name(), nil
	}
	if err != nil {
		return "", fmt.Errorf("find the inviter: %w", err)
	}
	return actors.PublicName(inviter), nil
}

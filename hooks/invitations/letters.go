package invitations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

// send queues the letter with the invitation's link, inside the transaction that made the link. member says that
// the person is in the team already, and is offered a role.
func send(tx core.App, i *Invitation, token string, member bool) error {
	kind := mail.KindInvitation
	if member {
		kind = mail.KindRoleOffered
	}
	return mail.QueueRecipe(tx, mail.Recipe{Kind: kind, To: i.Address(), About: i.Id, Team: i.TeamID(),
		Topic: "invitation:" + i.TeamID(), Basis: i.GetString("token_hash"), Secret: token})
}

// write writes the letter out when it is about to leave. One whose link is dead by then is not worth sending.
func write(tx core.App, id, token string) (mail.Letter, error) {
	i, err := Find(tx, id)
	switch {
	case errors.Is(err, record.ErrNotFound):
		return mail.Letter{}, record.Refuse("base", CodeUnknown, "The invitation was gone before this letter left.")
	case err != nil:
		return mail.Letter{}, err
	case i.GetString("token_hash") != accounts.Hash(token):
		return mail.Letter{}, record.Refuse("base", CodeReplaced, "A newer letter took the place of this one before it left.")
	case i.Status() != Pending:
		return mail.Letter{}, record.Refuse("base", "invitation_"+i.Status(), "The invitation had ended before this letter left.")
	}
	team, err := teams.Find(tx, i.TeamID())
	if err != nil {
		return mail.Letter{}, fmt.Errorf("find the team of an invitation: %w", err)
	}
	props := mail.InvitationProps{
		To: i.Address(), ToName: i.GetString("name"), Team: teams.Letterhead(tx, team.Record),
		Note: i.GetString("note"), Link: Link(tx, token),
		Expires: i.Expires(), Zone: team.Zone(), Support: settings.Of(tx).Support,
	}
	if props.Inviter, err = nameOfInviter(tx, i, team); err != nil {
		return mail.Letter{}, err
	}
	for _, role := range i.Roles().Explained() {
		props.Roles = append(props.Roles, mail.RoleProps{Name: role.Word, Sentence: role.Sentence})
	}
	account, err := accounts.Find(tx, i.Address())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return mail.Letter{}, err
	}
	if err == nil && account.Verified() {
		props.ToName, props.HasAccount = accounts.Addressee(account), true
		props.Zone = accounts.Zone(account, props.Zone)
	}
	if err == nil {
		_, err := members.Find(tx, team.Id, account.Id)
		props.Member = err == nil
	}
	return mail.Invitation(props), nil
}

// nameOfInviter is who asks: the team itself where the inviter's account is gone, or never was.
func nameOfInviter(tx core.App, i *Invitation, team *teams.Team) (string, error) {
	inviter, err := tx.FindRecordById("users", i.GetString("inviter"))
	if errors.Is(err, sql.ErrNoRows) {
		return team.Name(), nil
	}
	if err != nil {
		return "", fmt.Errorf("find the inviter: %w", err)
	}
	return actors.PublicName(inviter), nil
}

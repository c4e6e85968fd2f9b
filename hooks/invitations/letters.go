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

// send queues the letter with the invitation's link, inside the transaction that made the link.
func send(tx core.App, i *Invitation, token string) error {
	team, err := teams.Find(tx, i.TeamID())
	if err != nil {
		return fmt.Errorf("find the team of an invitation: %w", err)
	}
	inviter, err := nameOfInviter(tx, i, team)
	if err != nil {
		return err
	}
	props := mail.InvitationProps{
		To: i.Address(), ToName: i.GetString("name"), Team: teams.Letterhead(tx, team.Record),
		Inviter: inviter, Note: i.GetString("note"), Link: Link(tx, token),
		Expires: i.Expires(), Zone: team.Zone(), Support: settings.Of(tx).Support,
	}
	for _, role := range i.Roles().Explained() {
		props.Roles = append(props.Roles, mail.RoleProps{Name: role.Word, Sentence: role.Sentence})
	}
	account, err := accounts.Find(tx, i.Address())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if err == nil {
		props.ToName, props.HasAccount = actors.DisplayName(account), account.Verified()
		props.Zone = accounts.Zone(account, props.Zone)
		_, err := members.Find(tx, team.Id, account.Id)
		props.Member = err == nil
	}
	letter := mail.Invitation(props)
	letter.About, letter.Team = i.Id, team.Id
	_, err = mail.Queue(tx, letter)
	return err
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
	return actors.DisplayName(inviter), nil
}

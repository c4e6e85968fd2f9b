package invitations

import (
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
	inviter, err := tx.FindRecordById("users", i.GetString("inviter"))
	if err != nil {
		return fmt.Errorf("find the inviter: %w", err)
	}
	props := mail.InvitationProps{
		To: i.Address(), ToName: i.GetString("name"), Team: teams.Letterhead(tx, team.Record),
		Inviter: actors.DisplayName(inviter), Note: i.GetString("note"), Link: Link(tx, token),
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

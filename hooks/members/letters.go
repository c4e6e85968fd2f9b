package members

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

// sendRoleRevoked tells a person that roles have ended. Nobody is told what he did himself.
func sendRoleRevoked(tx core.App, actor *actors.Actor, account *core.Record, revoked actors.Roles) error {
	if account.Id == actor.Account.Id {
		return nil
	}
	now, err := Find(tx, actor.Team.Id, account.Id)
	if err != nil {
		return err
	}
	letter := mail.RoleRevoked(mail.RoleRevokedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.Letterhead(tx, actor.Team),
		By: actor.Name(), Roles: words(revoked), Left: words(now.Roles()), Support: settings.Of(tx).Support,
	})
	return queue(tx, actor, account, letter)
}

func sendRemoved(tx core.App, actor *actors.Actor, account *core.Record) error {
	return queue(tx, actor, account, mail.Removed(mail.RemovedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.Letterhead(tx, actor.Team),
		By: actor.Name(), Support: settings.Of(tx).Support,
	}))
}

func queue(tx core.App, actor *actors.Actor, account *core.Record, letter mail.Letter) error {
	letter.About, letter.Team = account.Id, actor.Team.Id
	_, err := mail.Queue(tx, letter)
	return err
}

func words(roles actors.Roles) []string {
	var words []string
	for _, role := range roles.Explained() {
		words = append(words, role.Word)
	}
	return words
}

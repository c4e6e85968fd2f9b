package members

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

// roleRevoked is what the email about revoked roles is made from, and judged by.
type roleRevoked struct {
	By    string   `json:"by"`
	Roles []string `json:"roles"`
	Left  []string `json:"left"`
}

// sendRoleRevoked tells the user which roles have ended, unless they revoked their own. It replaces an email of this
// kind that still waits, and names its roles, too.
func sendRoleRevoked(tx core.App, actor *actors.Actor, account *core.Record, revoked actors.Roles) error {
	if account.Id == actor.Account.Id {
		return nil
	}
	now, err := Find(tx, actor.Team.Id, account.Id)
	if err != nil {
		return err
	}
	waiting, err := mail.FindQueued(tx, topic(actor.Team.Id, account.Id), account.Email())
	if err != nil {
		return err
	}
	for _, m := range waiting {
		revoked = revoked.With(revokedBy(m).roles()).Without(now.Roles())
	}
	return queueRoleRevoked(tx, actor.Team, account, roleRevoked{actor.Name(), revoked.Names(), now.Roles().Names()})
}

func queueRoleRevoked(tx core.App, team, account *core.Record, said roleRevoked) error {
	basis, err := json.Marshal(said)
	if err != nil {
		return err
	}
	letter := mail.RoleRevoked(mail.RoleRevokedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.Letterhead(tx, team),
		By: said.By, Roles: words(said.roles()), Left: words(rolesNamed(said.Left)), Support: settings.Of(tx).Support,
	})
	letter.Basis = string(basis)
	return queue(tx, team, account, letter)
}

func (r roleRevoked) roles() actors.Roles { return rolesNamed(r.Roles) }

func rolesNamed(names []string) actors.Roles {
	return actors.Roles{Owner: slices.Contains(names, "owner"), Admin: slices.Contains(names, "admin"), Organizer: slices.Contains(names, "organizer")}
}

// revokedBy reads what an email about revoked roles was made from; it is empty of one that was queued before that was kept.
func revokedBy(m *mail.Outbox) (said roleRevoked) {
	_ = json.Unmarshal([]byte(m.Basis()), &said)
	return said
}

// stillRevoked is the condition of the email about revoked roles. Where some of them were given back, or others revoked,
// an email that says what holds now takes its place.
func stillRevoked(tx core.App, m *mail.Outbox) (reason string, err error) {
	account, reason, err := accounts.SameAddress(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	now, err := Find(tx, m.Team(), account.Id)
	if errors.Is(err, record.ErrNotFound) {
		return mail.ReasonNotMember, nil
	}
	if err != nil || m.Basis() == "" {
		return "", err
	}
	said, held := revokedBy(m), now.Roles()
	ended := said.roles().Without(held)
	switch {
	case ended.None():
		return mail.ReasonRoleRestored, nil
	case ended == said.roles() && rolesNamed(said.Left) == held:
		return "", nil
	}
	team, err := teams.Find(tx, m.Team())
	if err != nil {
		return "", err
	}
	return mail.ReasonReplaced, queueRoleRevoked(tx, team.Record, account, roleRevoked{said.By, ended.Names(), held.Names()})
}

func sendRemoved(tx core.App, actor *actors.Actor, account *core.Record, lost []mail.LostProps) error {
	return queue(tx, actor.Team, account, mail.Removed(mail.RemovedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.Letterhead(tx, actor.Team),
		By: actor.Name(), Lost: lost, Zone: accounts.Zone(account, teams.Of(actor.Team).Zone()), Support: settings.Of(tx).Support,
	}))
}

// Losses says, in the transaction that removes an account from a team, what is going to be lost with the membership: it
// is called before, and what it returns after.
type Losses func(tx core.App, team string, account *core.Record) (func(tx core.App) ([]mail.LostProps, error), error)

const keyLosses = "usher.members.losses"

// ListLosses registers what the email to a removed user lists.
func ListLosses(app core.App, losses Losses) { app.Store().Set(keyLosses, losses) }

func watchLosses(tx core.App, team string, account *core.Record) (func(tx core.App) ([]mail.LostProps, error), error) {
	if losses, ok := tx.Store().Get(keyLosses).(Losses); ok {
		return losses(tx, team, account)
	}
	return func(core.App) ([]mail.LostProps, error) { return nil, nil }, nil
}

// stillRemoved is the condition of the email that somebody was removed.
func stillRemoved(tx core.App, m *mail.Outbox) (reason string, err error) {
	account, reason, err := accounts.SameAddress(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	_, err = Find(tx, m.Team(), account.Id)
	if errors.Is(err, record.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return mail.ReasonMemberAgain, nil
}

// topic is what emails about an account's membership of a team are about: what the newest says is what holds.
func topic(team, user string) string { return "membership:" + team + ":" + user }

func queue(tx core.App, team, account *core.Record, letter mail.Letter) error {
	letter.About, letter.Team, letter.Topic = account.Id, team.Id, topic(team.Id, account.Id)
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

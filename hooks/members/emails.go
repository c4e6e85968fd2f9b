package members

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// roleRevokedData is what the email about revoked roles is made from, and judged by.
type roleRevokedData struct {
	By        string   `json:"by"`
	Roles     []string `json:"roles"`
	Remaining []string `json:"left"`
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
	waiting, err := mail.FindQueued(tx, membershipTopic(actor.Team.Id, account.Id), account.Email())
	if err != nil {
		return err
	}
	for _, m := range waiting {
		revoked = revoked.With(decodeRoleRevoked(m).roles()).Without(now.Roles())
	}
	return queueRoleRevoked(tx, actor.Team, account, roleRevokedData{actor.Name(), revoked.Names(), now.Roles().Names()})
}

func queueRoleRevoked(tx core.App, team, account *core.Record, said roleRevokedData) error {
	basis, err := json.Marshal(said)
	if err != nil {
		return err
	}
	letter := emails.RoleRevoked(emails.RoleRevokedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team),
		By: said.By, Roles: roleLabels(said.roles()), Remaining: roleLabels(parseRoles(said.Remaining)), Support: settings.Of(tx).Support,
	})
	letter.Basis = string(basis)
	return queueEmail(tx, team, account, letter)
}

func (r roleRevokedData) roles() actors.Roles { return parseRoles(r.Roles) }

func parseRoles(names []string) actors.Roles {
	return actors.Roles{Owner: slices.Contains(names, "owner"), Admin: slices.Contains(names, "admin"), Organizer: slices.Contains(names, "organizer")}
}

// decodeRoleRevoked reads what an email about revoked roles was made from; it is empty of one that was queued before that was kept.
func decodeRoleRevoked(m *mail.Email) (said roleRevokedData) {
	_ = json.Unmarshal([]byte(m.Basis()), &said)
	return said
}

// roleRevokedCondition is the condition of the email about revoked roles. Where some of them were given back, or others revoked,
// an email that says what holds now takes its place.
func roleRevokedCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	now, err := Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.NotFound) {
		return mail.ReasonNotMember, nil
	}
	if err != nil || m.Basis() == "" {
		return "", err
	}
	said, held := decodeRoleRevoked(m), now.Roles()
	ended := said.roles().Without(held)
	switch {
	case ended.None():
		return mail.ReasonRoleRestored, nil
	case ended == said.roles() && parseRoles(said.Remaining) == held:
		return "", nil
	}
	team, err := teams.Find(tx, m.Team())
	if err != nil {
		return "", err
	}
	return mail.ReasonReplaced, queueRoleRevoked(tx, team.Record, account, roleRevokedData{said.By, ended.Names(), held.Names()})
}

func sendRemoved(tx core.App, actor *actors.Actor, account *core.Record, lost []emails.LostProps) error {
	return queueEmail(tx, actor.Team, account, emails.RemovedFromTeam(emails.RemovedFromTeamProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, actor.Team),
		By: actor.Name(), Lost: lost, Zone: accounts.Zone(account, teams.Of(actor.Team).Zone()), Support: settings.Of(tx).Support,
	}))
}

// LossTracker says, in the transaction that removes an account from a team, what is going to be lost with the membership: it
// is called before, and what it returns after.
type LossTracker func(tx core.App, team string, account *core.Record) (func(tx core.App) ([]emails.LostProps, error), error)

const lossTrackerKey = "usher.members.losses"

// RegisterLossTracker registers what the email to a removed user lists.
func RegisterLossTracker(app core.App, losses LossTracker) { app.Store().Set(lossTrackerKey, losses) }

func trackLosses(tx core.App, team string, account *core.Record) (func(tx core.App) ([]emails.LostProps, error), error) {
	if losses, ok := tx.Store().Get(lossTrackerKey).(LossTracker); ok {
		return losses(tx, team, account)
	}
	return func(core.App) ([]emails.LostProps, error) { return nil, nil }, nil
}

// removedCondition is the condition of the email that somebody was removed.
func removedCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	_, err = Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return mail.ReasonMemberRestored, nil
}

// membershipTopic is what emails about an account's membership of a team are about: what the newest says is what holds.
func membershipTopic(team, user string) string { return "membership:" + team + ":" + user }

func queueEmail(tx core.App, team, account *core.Record, letter mail.Message) error {
	letter.About, letter.Team, letter.Topic = account.Id, team.Id, membershipTopic(team.Id, account.Id)
	_, err := mail.Queue(tx, letter)
	return err
}

func roleLabels(roles actors.Roles) []string {
	var words []string
	for _, role := range roles.Details() {
		words = append(words, role.Label)
	}
	return words
}

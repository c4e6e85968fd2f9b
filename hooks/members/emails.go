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

// roleRevokedData is the data of the email about revoked roles, and what its condition checks.
type roleRevokedData struct {
	By        string   `json:"by"`
	Roles     []string `json:"roles"`
	Remaining []string `json:"left"`
}

// sendRoleRevoked queues the email about revoked roles, unless the user revoked their own. It replaces a queued email of
// this kind and also names its roles.
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

func queueRoleRevoked(tx core.App, team, account *core.Record, data roleRevokedData) error {
	basis, err := json.Marshal(data)
	if err != nil {
		return err
	}
	email := emails.RoleRevoked(emails.RoleRevokedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team),
		By: data.By, Roles: roleLabels(data.roles()), Remaining: roleLabels(parseRoles(data.Remaining)), Support: settings.Of(tx).Support,
	})
	email.Basis = string(basis)
	return queueEmail(tx, team, account, email)
}

func (r roleRevokedData) roles() actors.Roles { return parseRoles(r.Roles) }

func parseRoles(names []string) actors.Roles {
	return actors.Roles{Owner: slices.Contains(names, "owner"), Admin: slices.Contains(names, "admin"), Organizer: slices.Contains(names, "organizer")}
}

// decodeRoleRevoked returns the data of an email about revoked roles. It is empty for an email queued by an older version.
func decodeRoleRevoked(m *mail.Email) (data roleRevokedData) {
	_ = json.Unmarshal([]byte(m.Basis()), &data)
	return data
}

// roleRevokedCondition is the condition of the email about revoked roles. If the user's roles have changed since, it queues
// a current email in its place.
func roleRevokedCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	now, err := Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return mail.ReasonNotMember, nil
	}
	if err != nil || m.Basis() == "" {
		return "", err
	}
	data, held := decodeRoleRevoked(m), now.Roles()
	ended := data.roles().Without(held)
	switch {
	case ended.None():
		return mail.ReasonRoleRestored, nil
	case ended == data.roles() && parseRoles(data.Remaining) == held:
		return "", nil
	}
	team, err := teams.Find(tx, m.Team())
	if err != nil {
		return "", err
	}
	return mail.ReasonReplaced, queueRoleRevoked(tx, team.Record, account, roleRevokedData{data.By, ended.Names(), held.Names()})
}

func sendRemoved(tx core.App, actor *actors.Actor, account *core.Record, lost []emails.LostProps) error {
	return queueEmail(tx, actor.Team, account, emails.RemovedFromTeam(emails.RemovedFromTeamProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, actor.Team),
		By: actor.Name(), Lost: lost, Zone: accounts.Zone(account, teams.Of(actor.Team).Zone()), Support: settings.Of(tx).Support,
	}))
}

// LossTracker finds the sessions that an account loses with its membership. It is called in the transaction that removes the
// account, before the removal; the function that it returns is called after it.
type LossTracker func(tx core.App, team string, account *core.Record) (func(tx core.App) ([]emails.LostProps, error), error)

const lossTrackerKey = "usher.members.losses"

// RegisterLossTracker registers the tracker for the email to a removed user.
func RegisterLossTracker(app core.App, losses LossTracker) { app.Store().Set(lossTrackerKey, losses) }

func trackLosses(tx core.App, team string, account *core.Record) (func(tx core.App) ([]emails.LostProps, error), error) {
	if losses, ok := tx.Store().Get(lossTrackerKey).(LossTracker); ok {
		return losses(tx, team, account)
	}
	return func(core.App) ([]emails.LostProps, error) { return nil, nil }, nil
}

// removedCondition is the condition of the email to a removed user.
func removedCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	_, err = Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return mail.ReasonMemberRestored, nil
}

// membershipTopic is the topic of the emails about an account's membership of a team, of which only the newest is current.
func membershipTopic(team, user string) string { return "membership:" + team + ":" + user }

func queueEmail(tx core.App, team, account *core.Record, email mail.Message) error {
	email.About, email.Team, email.Topic = account.Id, team.Id, membershipTopic(team.Id, account.Id)
	_, err := mail.Queue(tx, email)
	return err
}

func roleLabels(roles actors.Roles) []string {
	var words []string
	for _, role := range roles.Details() {
		words = append(words, role.Label)
	}
	return words
}

package members

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/limits"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

// Found makes a team that the account owns and hosts for (R2, D8). Whether accounts may make teams is a
// setting of the server (R149).
func Found(app core.App, account *core.Record, name, from string) (*teams.Team, error) {
	var team *teams.Team
	entry := audit.Of(account, "", from, "team.found")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if settings.Of(tx).Teams != "any" {
			return record.Forbid("Only whoever runs this server makes teams.")
		}
		if !account.Verified() {
			return record.Refuse("base", accounts.CodeUnverified, "Confirm your address first.")
		}
		if team, err = found(tx, account, name, entry); err != nil {
			return err
		}
		return fewTeams(tx, account)
	})
	return team, err
}

// fewTeams keeps a stranger from making team after team, for the letters that a new one may send.
func fewTeams(tx core.App, account *core.Record) error {
	if settings.Of(tx).SignUp != "open" {
		return nil
	}
	if wait, ok := limits.For(tx, "found", 10, 24*time.Hour).Take(account.Id); !ok {
		return record.TooMany(wait, "You have made ten teams within a day. Make the next one tomorrow.")
	}
	return nil
}

func found(tx core.App, account *core.Record, name string, entry *audit.Entry) (*teams.Team, error) {
	plan, err := plans.Find(tx, settings.Of(tx).Plan)
	if err != nil {
		return nil, fmt.Errorf("find the plan of a new team (USHER_PLAN=%s): %w", settings.Of(tx).Plan, err)
	}
	team, err := teams.Create(tx, name, plan.Id, account.GetString("timezone"))
	if err != nil {
		return nil, err
	}
	entry.Team = team.Id
	entry.On(team.Id, team.Name())
	return team, add(tx, team.Id, account.Id, actors.Roles{Owner: true, Organizer: true}, tx.Save)
}

// add makes a member. write is record.Write for an account that was read in this transaction, else core.App.Save.
func add(tx core.App, team, user string, roles actors.Roles, write func(core.Model) error) error {
	collection, err := tx.FindCachedCollectionByNameOrId("memberships")
	if err != nil {
		return fmt.Errorf("find memberships: %w", err)
	}
	m := &Membership{core.NewRecord(collection)}
	m.Set("team", team)
	m.Set("user", user)
	m.Set("kind", Member)
	m.setRoles(roles)
	return write(m)
}

// Grant makes the account, which was read in the caller's transaction, a member with the roles. Roles that it has
// stay. A guest becomes a member, and that he came as one is kept (D4).
func Grant(tx core.App, team, user string, roles actors.Roles) error {
	m, err := Find(tx, team, user)
	if errors.Is(err, record.ErrNotFound) {
		return add(tx, team, user, roles, func(m core.Model) error { return record.Write(tx, m) })
	}
	if err != nil {
		return err
	}
	if m.Kind() == Guest {
		m.Set("kind", Member)
		m.Set("came_as_guest", true)
	}
	held := m.Roles()
	roles.Admin = roles.Admin && !held.Owner // who can do more already
	m.setRoles(held.With(roles))
	return record.Write(tx, m)
}

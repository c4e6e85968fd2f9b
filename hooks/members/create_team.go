package members

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
)

// createTeamLimit limits teams that one account creates.
var createTeamLimit = ratelimit.Define("found", 10, 24*time.Hour)

// CreateTeam creates a team with the account as Owner and Organizer (R2, D8). A setting of the server decides whether
// accounts can create teams (R149).
func CreateTeam(app core.App, account *core.Record, name, from string) (*teams.Team, error) {
	var team *teams.Team
	entry := audit.NewAccountEntry(account, "", from, "team.found")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if settings.Of(tx).Teams != "any" {
			return errs.Forbidden("Only the server administrator can create teams.")
		}
		if !account.Verified() {
			return errs.Invalid("base", accounts.CodeUnverified, "Confirm your email address first.")
		}
		if team, err = createTeam(tx, account, name, entry); err != nil {
			return err
		}
		return limitNewTeams(tx, account)
	})
	return team, err
}

// limitNewTeams limits the teams that an account creates, because each of them can send emails.
func limitNewTeams(tx core.App, account *core.Record) error {
	if settings.Of(tx).SignUp != "open" {
		return nil
	}
	if wait, ok := createTeamLimit.In(tx).Take(account.Id); !ok {
		return errs.RateLimited(wait, "You've created too many teams today. Try again tomorrow.")
	}
	return nil
}

func createTeam(tx core.App, account *core.Record, name string, entry *audit.Entry) (*teams.Team, error) {
	plan, err := plans.Find(tx, settings.Of(tx).Plan)
	if err != nil {
		return nil, fmt.Errorf("find the plan of a new team (USHER_PLAN=%s): %w", settings.Of(tx).Plan, err)
	}
	team, err := teams.Create(tx, name, plan.Id, account.GetString("timezone"))
	if err != nil {
		return nil, err
	}
	entry.Team = team.Id
	entry.WithTarget(team.Id, team.Name())
	return team, addMember(tx, team.Id, account.Id, actors.Roles{Owner: true, Organizer: true}, tx.Save)
}

// addMember adds a member. write is record.SaveTrusted for an account that was read in this transaction, otherwise
// core.App.Save.
func addMember(tx core.App, team, user string, roles actors.Roles, write func(core.Model) error) error {
	collection, err := tx.FindCachedCollectionByNameOrId("memberships")
	if err != nil {
		return fmt.Errorf("find memberships: %w", err)
	}
	m := &Membership{core.NewRecord(collection)}
	m.Set("team", team)
	m.Set("user", user)
	m.Set("kind", actors.Member)
	m.setRoles(roles)
	return write(m)
}

// Grant makes the account, which was read in the caller's transaction, a member with the roles in addition to those it has.
// A guest becomes a member, and the membership keeps that they came as a guest (D4).
func Grant(tx core.App, team, user string, roles actors.Roles) error {
	m, err := Find(tx, team, user)
	if errors.Is(err, errs.ErrNotFound) {
		return addMember(tx, team, user, roles, func(m core.Model) error { return record.SaveTrusted(tx, m) })
	}
	if err != nil {
		return err
	}
	if m.Kind() == actors.Guest {
		m.Set("kind", actors.Member)
		m.Set("came_as_guest", true)
	}
	held := m.Roles()
	roles.Admin = roles.Admin && !held.Owner // the Owner can already do more
	m.setRoles(held.With(roles))
	return record.SaveTrusted(tx, m)
}

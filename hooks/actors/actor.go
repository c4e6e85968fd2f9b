// Package actors identifies who acts in a team and defines one predicate per permission, shared by pages, the JSON API and
// jobs.
package actors

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Actor is an account acting in a team, with its current roles. It is loaded for every request and never cached (R33).
type Actor struct {
	Account *core.Record // of the users collection
	Team    *core.Record // of the teams collection
	Roles   Roles
	Kind    string // "member" or "guest"
	IP      string // network address of the request, for the audit log

	FormerAdmin bool // was the Owner or an Admin of the team, and no longer is

	// LacksTwoFactors is set for the Owner and Admins of a team that requires two-factor authentication of them, if their account
	// has none. They have the rights of the other roles only.
	LacksTwoFactors bool
}

// TeamRef is the condition that a row of teams is the one with that id, slug or previous slug.
func TeamRef(ref string) dbx.Expression {
	return dbx.NewExp("teams.id = (SELECT id FROM teams WHERE id = {:ref} UNION ALL SELECT id FROM teams WHERE slug = {:ref} COLLATE NOCASE"+
		" UNION ALL SELECT team FROM team_slugs WHERE slug = {:ref} COLLATE NOCASE LIMIT 1)", dbx.Params{"ref": ref})
}

// Find returns the actor for an account in the team with that id, slug or previous slug. It returns errs.ErrNotFound if the team doesn't exist
// or the account isn't in it.
func Find(app core.App, account *core.Record, team string) (*Actor, error) {
	if account == nil || team == "" {
		return nil, errs.ErrNotFound
	}
	found, err := record.One[core.Record](app.RecordQuery("teams").WithContext(record.Prepared).
		AndWhere(TeamRef(team)), "find team")
	if err != nil {
		return nil, err
	}
	return InTeam(app, account, found)
}

// InTeam is Find for a loaded team.
func InTeam(app core.App, account, team *core.Record) (*Actor, error) {
	actor, err := ByUserID(app, account.Id, team)
	if err == nil {
		actor.Account = account
	}
	return actor, err
}

// ByUserID returns the actor for an account id in the team, without loading Account.
func ByUserID(app core.App, user string, team *core.Record) (*Actor, error) {
	actor := &Actor{Team: team}
	var twoFactors bool
	err := app.DB().NewQuery("SELECT owner, admin, organizer, kind, panel_lost != '', "+hasTwoFactors("memberships.user")+" FROM memberships WHERE team = {:t} AND user = {:u}").
		WithContext(record.Prepared).Bind(dbx.Params{"t": team.Id, "u": user}).
		Row(&actor.Roles.Owner, &actor.Roles.Admin, &actor.Roles.Organizer, &actor.Kind, &actor.FormerAdmin, &twoFactors)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find membership: %w", err)
	}
	actor.LacksTwoFactors = RequiresTwoFactors(team) && actor.Roles.CanUsePanel() && !twoFactors
	return actor, nil
}

// Reload loads the actor again in a transaction, so that permissions lost since the request began no longer apply.
func (a *Actor) Reload(tx core.App) (*Actor, error) {
	current, err := Find(tx, a.Account, a.Team.Id)
	if err != nil {
		return nil, err
	}
	current.IP = a.IP
	return current, nil
}

// recheckEvery is the number of rows of a long response between permission checks.
const recheckEvery = 200

// PanelRecheck returns a function to call before each row of a long response. The function returns an error once the actor
// has lost access to the panel; it checks every recheckEvery rows.
func (a *Actor) PanelRecheck(app core.App) func() error {
	n := 0
	return func() error {
		if n++; n%recheckEvery != 1 {
			return nil
		}
		current, err := a.Reload(app)
		if err == nil && !current.CanUsePanel() {
			err = errs.Forbidden("You no longer have access to the Admin Panel.")
		}
		return err
	}
}

// Name returns the display name of the actor.
func (a *Actor) Name() string { return DisplayName(a.Account) }

// TeamName returns the name of the team.
func (a *Actor) TeamName() string { return a.Team.GetString("name") }

// TeamSlug returns the team's name in URLs.
func (a *Actor) TeamSlug() string { return a.Team.GetString("slug") }

// DisplayName returns an account's name, or its email address if it has none.
func DisplayName(account *core.Record) string {
	if name := account.GetString("name"); name != "" {
		return name
	}
	return account.Email()
}

// PublicName returns the name of an account for guests and readers outside the team. It never contains an email address.
func PublicName(account *core.Record) string {
	return PublicText(account.GetString("name"), "A member of the team")
}

// addressIn finds an email address in a name.
var addressIn = regexp.MustCompile(`[^\s@]@[^\s@]+\.[^\s@]`)

// PublicText returns the name, or the fallback if the name is empty or contains an email address.
func PublicText(name, fallback string) string {
	if name == "" || addressIn.MatchString(name) {
		return fallback
	}
	return name
}

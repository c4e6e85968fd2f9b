// Package actors knows who acts in a team, and holds one predicate for every question of right.
// Pages, the JSON API and jobs ask the same one.
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

// Actor is somebody who acts in a team, with what he carries there at this moment.
// It is read at every request and never kept (R33).
type Actor struct {
	Account *core.Record // of the users collection
	Team    *core.Record // of the teams collection
	Roles   Roles
	Kind    string // "member" or "guest"
	IP      string // the network address that the request came from, for the audit

	FormerAdmin bool // the actor was the Owner or an Admin of the team, and no longer is
}

// Find reads who account is in the team with that id or slug. Somebody who is not in it,
// or a team that does not exist, is record.ErrNotFound.
func Find(app core.App, account *core.Record, team string) (*Actor, error) {
	if account == nil || team == "" {
		return nil, errs.NotFound
	}
	found := &core.Record{}
	err := app.RecordQuery("teams").WithContext(record.Prepared).
		AndWhere(dbx.Or(dbx.HashExp{"id": team}, dbx.HashExp{"slug": team})).Limit(1).One(found)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find team: %w", err)
	}
	return InTeam(app, account, found)
}

// InTeam is Find for a team that is already read.
func InTeam(app core.App, account, team *core.Record) (*Actor, error) {
	actor, err := ByUserID(app, account.Id, team)
	if err == nil {
		actor.Account = account
	}
	return actor, err
}

// ByUserID is what the account with that id may do in the team. Its Account is not read.
func ByUserID(app core.App, user string, team *core.Record) (*Actor, error) {
	actor := &Actor{Team: team}
	err := app.DB().NewQuery("SELECT owner, admin, organizer, kind, panel_lost != '' FROM memberships WHERE team = {:t} AND user = {:u}").
		WithContext(record.Prepared).Bind(dbx.Params{"t": team.Id, "u": user}).
		Row(&actor.Roles.Owner, &actor.Roles.Admin, &actor.Roles.Organizer, &actor.Kind, &actor.FormerAdmin)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find membership: %w", err)
	}
	return actor, nil
}

// Reload reads the actor anew inside a transaction, so that a right that was lost since the
// request began is lost for this deed, too.
func (a *Actor) Reload(tx core.App) (*Actor, error) {
	again, err := Find(tx, a.Account, a.Team.Id)
	if err != nil {
		return nil, err
	}
	again.IP = a.IP
	return again, nil
}

// recheckEvery is after how many rows of a long answer it is asked whether the actor may still have it.
const recheckEvery = 200

// PanelRecheck makes a question that is asked before each row of a long answer, of whatever length: an error once the
// actor has lost the right to the panel since the request began. It looks now and then.
func (a *Actor) PanelRecheck(app core.App) func() error {
	n := 0
	return func() error {
		if n++; n%recheckEvery != 1 {
			return nil
		}
		again, err := a.Reload(app)
		if err == nil && !again.CanUsePanel() {
			err = errs.Forbidden("The right to the Admin Panel has ended meanwhile.")
		}
		return err
	}
}

// Name is how the actor is shown and written down.
func (a *Actor) Name() string { return DisplayName(a.Account) }

// DisplayName is an account's name, or its address while it has none.
func DisplayName(account *core.Record) string {
	if name := account.GetString("name"); name != "" {
		return name
	}
	return account.Email()
}

// PublicName is the name of an account as someone outside the team and a guest may read it. It never holds an address.
func PublicName(account *core.Record) string {
	return PublicText(account.GetString("name"), "A member of the team")
}

// addressIn finds an email address in a name.
var addressIn = regexp.MustCompile(`[^\s@]@[^\s@]+\.[^\s@]`)

// PublicText is a name as everyone may read it: the fallback where it is empty or holds an email address.
func PublicText(name, fallback string) string {
	if name == "" || addressIn.MatchString(name) {
		return fallback
	}
	return name
}

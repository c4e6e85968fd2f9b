// Package actors knows who acts in a team, and holds one predicate for every question of right.
// Pages, the JSON API and jobs ask the same one.
package actors

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Actor is somebody who acts in a team, with what he carries there at this moment.
// It is read at every request and never kept (R33).
type Actor struct {
	Account *core.Record // of the users collection
	Team    *core.Record // of the teams collection
	Roles   Roles
	Kind    string // "member" or "guest"
	From    string // the network address that the request came from, for the audit
}

// Find reads who account is in the team with that id or slug. Somebody who is not in it,
// or a team that does not exist, is record.ErrNotFound.
func Find(app core.App, account *core.Record, team string) (*Actor, error) {
	if account == nil || team == "" {
		return nil, record.ErrNotFound
	}
	found, err := app.FindFirstRecordByFilter("teams", "id = {:t} || slug = {:t}", dbx.Params{"t": team})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find team: %w", err)
	}
	return In(app, account, found)
}

// In is Find for a team that is already read.
func In(app core.App, account, team *core.Record) (*Actor, error) {
	membership, err := app.FindFirstRecordByFilter("memberships", "team = {:t} && user = {:u}",
		dbx.Params{"t": team.Id, "u": account.Id})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find membership: %w", err)
	}
	return &Actor{Account: account, Team: team, Roles: RolesOf(membership), Kind: membership.GetString("kind")}, nil
}

// Again reads the actor anew inside a transaction, so that a right that was lost since the
// request began is lost for this deed, too.
func (a *Actor) Again(tx core.App) (*Actor, error) {
	again, err := Find(tx, a.Account, a.Team.Id)
	if err != nil {
		return nil, err
	}
	again.From = a.From
	return again, nil
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

package actors

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// FormerMember is the error for an account that was in a team and no longer is. It is a record.ErrNotFound, so that
// programs get the same answer as for a team that does not exist; pages can say more, since the account knew the team.
type FormerMember struct{ Team string }

// Error implements error.
func (f *FormerMember) Error() string { return "no longer a member of " + f.Team }

// Unwrap makes it a record.ErrNotFound.
func (f *FormerMember) Unwrap() error { return errs.NotFound }

// FormerAdmin is the error for a member who had the right to the Admin Panel and no longer has it. It is the refusal that
// programs get, as for any other member; pages can say more.
type FormerAdmin struct {
	Actor   *Actor
	Helpers []Helper // who can give the role again
	Refusal error
}

// Error implements error.
func (f *FormerAdmin) Error() string { return f.Refusal.Error() }

// Unwrap makes it the refusal.
func (f *FormerAdmin) Unwrap() error { return f.Refusal }

// FindForPage is Find for a page: an account that left the team, or was removed from it, gets a *FormerMember, and one that
// was in it until it was deleted a *DeletedTeam. A stranger gets the plain record.ErrNotFound, as for an unknown team. What is known of the account comes from the departures of its own
// confirmed address.
func FindForPage(app core.App, account *core.Record, team string) (*Actor, error) {
	actor, err := Find(app, account, team)
	if !errors.Is(err, errs.NotFound) || account == nil || team == "" || !account.Verified() {
		return actor, err
	}
	name := ""
	row := app.DB().NewQuery(`SELECT t.name FROM departures d JOIN teams t ON t.id = d.team
		WHERE d.email = {:email} AND (t.id = {:team} OR t.slug = {:team})`).Bind(dbx.Params{"email": account.Email(), "team": team}).Row(&name)
	switch {
	case errors.Is(row, sql.ErrNoRows):
		return nil, findDeleted(app, account, team, err)
	case row != nil:
		return nil, fmt.Errorf("find whether somebody was in a team: %w", row)
	}
	return nil, &FormerMember{Team: name}
}

package actors

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// FormerMember is the error for an account that is no longer in a team. It wraps errs.ErrNotFound, so that API clients get the
// same response as for a team that doesn't exist; pages can say more.
type FormerMember struct{ Team string }

// Error implements error.
func (f *FormerMember) Error() string { return "no longer a member of " + f.Team }

// Unwrap returns errs.ErrNotFound.
func (f *FormerMember) Unwrap() error { return errs.ErrNotFound }

// FormerAdmin is the error for a member who has lost access to the Admin Panel. It wraps the refusal that any other member
// gets; pages can say more.
type FormerAdmin struct {
	Actor   *Actor
	Helpers []Helper // who can restore the role
	Refusal error
}

// Error implements error.
func (f *FormerAdmin) Error() string { return f.Refusal.Error() }

// Unwrap returns the refusal.
func (f *FormerAdmin) Unwrap() error { return f.Refusal }

// FindForPage is Find for pages: it returns a *FormerMember for an account that left or was removed, a *DeletedTeam if the team
// was deleted, and plain errs.ErrNotFound for everyone else. Past memberships are looked up by the account's confirmed address.
func FindForPage(app core.App, account *core.Record, team string) (*Actor, error) {
	actor, err := Find(app, account, team)
	if !errors.Is(err, errs.ErrNotFound) || account == nil || team == "" || !account.Verified() {
		return actor, err
	}
	name := ""
	row := app.DB().Select("teams.name").From("departures d").InnerJoin("teams", dbx.NewExp("teams.id = d.team")).
		Where(dbx.HashExp{"d.email": account.Email()}).AndWhere(TeamRef(team)).Row(&name)
	switch {
	case errors.Is(row, sql.ErrNoRows):
		return nil, findDeleted(app, account, team, err)
	case row != nil:
		return nil, fmt.Errorf("find a former team of an account: %w", row)
	}
	return nil, &FormerMember{Team: name}
}

package actors

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// DeletedTeam is the error for an account that was in a team that has been deleted. It wraps errs.ErrNotFound, so that API
// clients get the same response as for a team that never existed.
type DeletedTeam struct{ Team string }

// Error implements error.
func (d *DeletedTeam) Error() string { return d.Team + " was deleted" }

// Unwrap returns errs.ErrNotFound.
func (d *DeletedTeam) Unwrap() error { return errs.ErrNotFound }

// WasMember reports whether err means that the account used to be in the team, and may learn what happened.
func WasMember(err error) bool {
	var former *FormerMember
	var deleted *DeletedTeam
	return errors.As(err, &former) || errors.As(err, &deleted)
}

// findDeleted returns a *DeletedTeam if the account was in the deleted team with that id, slug or previous slug, otherwise unknown.
// The result doesn't reveal whether another team has the slug now.
func findDeleted(app core.App, account *core.Record, team string, unknown error) error {
	return deletedTeam(app, account, "t.id = {:ref} OR t.slug = {:ref} OR EXISTS (SELECT 1 FROM deleted_links l WHERE l.team = t.id AND l.link = 'admin/' || {:ref})", team, unknown)
}

// CheckDeletedLink returns a *DeletedTeam if err is errs.ErrNotFound and the link belonged to a deleted team that the account was
// in; otherwise it returns err.
func CheckDeletedLink(app core.App, account *core.Record, link string, err error) error {
	if !errors.Is(err, errs.ErrNotFound) || account == nil {
		return err
	}
	return deletedTeam(app, account, "EXISTS (SELECT 1 FROM deleted_links l WHERE l.team = t.id AND l.link = {:ref})", link, err)
}

func deletedTeam(app core.App, account *core.Record, where, ref string, unknown error) error {
	name := ""
	err := app.DB().NewQuery(`SELECT t.name FROM deleted_memberships m JOIN deleted_teams t ON t.id = m.team
		WHERE m.user = {:user} AND (` + where + `) ORDER BY t.created DESC LIMIT 1`).
		Bind(dbx.Params{"user": account.Id, "ref": ref}).Row(&name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return unknown
	case err != nil:
		return fmt.Errorf("find a deleted team of an account: %w", err)
	}
	return &DeletedTeam{Team: name}
}

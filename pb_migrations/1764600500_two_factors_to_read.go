package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Where a team requires two-factor authentication of its Owner and Admins, those without it can't read Admin Panel data through
// PocketBase's own API and realtime either. They can read what every other user of the team can.
func init() {
	const secured = `(team.require_two_factors = false || @request.auth.authenticators_via_user.enabled ?!= "")`
	plain := panelOf("team")
	m.Register(func(app core.App) error {
		return replaceInReadRules(app, plain, `(`+plain+` && `+secured+`)`)
	}, func(app core.App) error {
		return replaceInReadRules(app, `(`+plain+` && `+secured+`)`, plain)
	})
}

// replaceInReadRules replaces a part of the rules of all collections with Admin Panel data.
func replaceInReadRules(app core.App, old, replacement string) error {
	for _, name := range []string{"memberships", "invitations", "imports", "tags", "sessions"} {
		collection, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		collection.ListRule = rule(strings.ReplaceAll(*collection.ListRule, old, replacement))
		collection.ViewRule = collection.ListRule
		if err := app.Save(collection); err != nil {
			return err
		}
	}
	return nil
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Deleted teams, so that their former users, and only they, learn of the deletion: name and slug, accounts and links. The id is
// that of the team.
func init() {
	m.Register(func(app core.App) error {
		teams := core.NewBaseCollection("deleted_teams")
		teams.Fields.Add(
			&core.TextField{Name: "name", Required: true, Max: 200},
			&core.TextField{Name: "slug", Required: true, Max: 200},
			created(),
		)
		teams.AddIndex("idx_deleted_teams_slug", false, "slug", "")
		if err := app.Save(teams); err != nil {
			return err
		}
		team, err := relation(app, "team", "deleted_teams", true, true)
		if err != nil {
			return err
		}
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		memberships := core.NewBaseCollection("deleted_memberships")
		memberships.Fields.Add(team, user)
		memberships.AddIndex("idx_deleted_memberships_user", true, "user, team", "")
		memberships.AddIndex("idx_deleted_memberships_team", false, "team", "")
		if err := app.Save(memberships); err != nil {
			return err
		}
		if team, err = relation(app, "team", "deleted_teams", true, true); err != nil {
			return err
		}
		links := core.NewBaseCollection("deleted_links")
		links.Fields.Add(team, &core.TextField{Name: "link", Required: true, Hidden: true, Max: 200})
		links.AddIndex("idx_deleted_links_link", false, "link", "")
		links.AddIndex("idx_deleted_links_team", false, "team", "")
		return app.Save(links)
	}, drop("deleted_links", "deleted_memberships", "deleted_teams"))
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Previous slugs of teams, which redirect to the current one.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		slugs := core.NewBaseCollection("team_slugs")
		slugs.Fields.Add(team, &core.TextField{Name: "slug", Required: true, Max: 60, Pattern: slugPattern}, created())
		slugs.AddIndex("idx_team_slugs_slug", true, "slug COLLATE NOCASE", "")
		slugs.AddIndex("idx_team_slugs_team", false, "team", "")
		return app.Save(slugs)
	}, drop("team_slugs"))
}

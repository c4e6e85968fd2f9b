package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Readable by everyone in the team; written through actions only.
const inTheTeam = `@request.auth.id != "" && @collection.memberships.team ?= %s && @collection.memberships.user ?= @request.auth.id`

func init() {
	m.Register(func(app core.App) error {
		plan, err := relation(app, "plan", "plans", true, false)
		if err != nil {
			return err
		}
		teams := core.NewBaseCollection("teams")
		teams.Fields.Add(
			&core.TextField{Name: "name", Required: true, Max: 60},
			&core.TextField{Name: "slug", Required: true, Max: 60, Pattern: `^[a-z0-9]+(-[a-z0-9]+)*$`},
			&core.TextField{Name: "description", Max: 500},
			&core.FileField{Name: "logo", MaxSelect: 1, MaxSize: 1 << 20, MimeTypes: []string{"image/png"}},
			&core.TextField{Name: "timezone", Max: 64},
			plan,
			&core.NumberField{Name: "admin_seats", OnlyInt: true, Min: atLeast(-1)},
			&core.NumberField{Name: "organizer_seats", OnlyInt: true, Min: atLeast(-1)},
			&core.NumberField{Name: "licences", OnlyInt: true, Min: atLeast(-1)},
			&core.BoolField{Name: "admins_manage_admins"},
			created(), updated(),
		)
		teams.AddIndex("idx_teams_slug", true, "slug COLLATE NOCASE", "")
		return app.Save(teams)
	}, drop("teams"))
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A team can require two-factor authentication of its Owner and Admins.
func init() {
	m.Register(func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.Add(&core.BoolField{Name: "require_two_factors"})
		return app.Save(teams)
	}, func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.RemoveByName("require_two_factors")
		return app.Save(teams)
	})
}

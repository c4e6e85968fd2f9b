package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// When a member lost access to the Admin Panel, so that open pages can say so; empty while they have access.
func init() {
	m.Register(func(app core.App) error {
		memberships, err := app.FindCollectionByNameOrId("memberships")
		if err != nil {
			return err
		}
		memberships.Fields.Add(&core.DateField{Name: "panel_lost", Hidden: true})
		return app.Save(memberships)
	}, func(app core.App) error {
		memberships, err := app.FindCollectionByNameOrId("memberships")
		if err != nil {
			return err
		}
		memberships.Fields.RemoveByName("panel_lost")
		return app.Save(memberships)
	})
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// When an email address last left a team or was removed: older links no longer work (R71). And when a participant last got a
// token, which reserves capacity until they connect.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		departures := core.NewBaseCollection("departures")
		departures.Fields.Add(team, &core.TextField{Name: "email", Required: true, Max: 254}, &core.DateField{Name: "at", Required: true}, created())
		departures.AddIndex("idx_departures_address", true, "team, email", "")
		if err := app.Save(departures); err != nil {
			return err
		}
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.Fields.Add(&core.DateField{Name: "passed", Hidden: true})
		return app.Save(participants)
	}, func(app core.App) error {
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.Fields.RemoveByName("passed")
		if err := app.Save(participants); err != nil {
			return err
		}
		return drop("departures")(app)
	})
}

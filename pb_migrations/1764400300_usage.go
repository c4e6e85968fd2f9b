package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Usage by month. A session that is held in another tool can run more than once: later_seconds is how long its runs after the
// first one took. Sessions are found by when they started. A plan can have a price per hour; 0 is included.
func init() {
	m.Register(func(app core.App) error {
		sessions, err := app.FindCollectionByNameOrId("sessions")
		if err != nil {
			return err
		}
		sessions.Fields.Add(&core.NumberField{Name: "later_seconds", OnlyInt: true, Min: atLeast(0)})
		sessions.AddIndex("idx_sessions_started", false, "team, started", "started != ''")
		if err := app.Save(sessions); err != nil {
			return err
		}
		plans, err := app.FindCollectionByNameOrId("plans")
		if err != nil {
			return err
		}
		plans.Fields.Add(
			&core.NumberField{Name: "hourly_rate", Min: atLeast(0)},
			&core.TextField{Name: "currency", Max: 3, Pattern: `^[A-Z]{3}$`},
		)
		return app.Save(plans)
	}, func(app core.App) error {
		plans, err := app.FindCollectionByNameOrId("plans")
		if err != nil {
			return err
		}
		plans.Fields.RemoveByName("hourly_rate")
		plans.Fields.RemoveByName("currency")
		if err := app.Save(plans); err != nil {
			return err
		}
		sessions, err := app.FindCollectionByNameOrId("sessions")
		if err != nil {
			return err
		}
		sessions.RemoveIndex("idx_sessions_started")
		sessions.Fields.RemoveByName("later_seconds")
		return app.Save(sessions)
	})
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Marks ends of attendance that were estimated from the last known time. Stores reports of external sessions, so that attendance
// can be derived from them in any order.
func init() {
	m.Register(func(app core.App) error {
		attendances, err := app.FindCollectionByNameOrId("attendances")
		if err != nil {
			return err
		}
		attendances.Fields.Add(&core.BoolField{Name: "estimated"})
		if err := app.Save(attendances); err != nil {
			return err
		}
		reports, err := app.FindCollectionByNameOrId("session_reports")
		if err != nil {
			return err
		}
		reports.Fields.Add(
			&core.TextField{Name: "person", Max: 254},
			&core.JSONField{Name: "settings", MaxSize: 2000},
		)
		return app.Save(reports)
	}, func(app core.App) error {
		reports, err := app.FindCollectionByNameOrId("session_reports")
		if err != nil {
			return err
		}
		reports.Fields.RemoveByName("person")
		reports.Fields.RemoveByName("settings")
		if err := app.Save(reports); err != nil {
			return err
		}
		attendances, err := app.FindCollectionByNameOrId("attendances")
		if err != nil {
			return err
		}
		attendances.Fields.RemoveByName("estimated")
		return app.Save(attendances)
	})
}

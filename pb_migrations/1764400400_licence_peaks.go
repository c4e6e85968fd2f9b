package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Finds the sessions of a team that ran in a period, for the peaks of its licences, and reads nothing else of them.
func init() {
	m.Register(func(app core.App) error {
		sessions, err := app.FindCollectionByNameOrId("sessions")
		if err != nil {
			return err
		}
		sessions.AddIndex("idx_sessions_ran", false, "team, ended, started", "ended != ''")
		return app.Save(sessions)
	}, func(app core.App) error {
		sessions, err := app.FindCollectionByNameOrId("sessions")
		if err != nil {
			return err
		}
		sessions.RemoveIndex("idx_sessions_ran")
		return app.Save(sessions)
	})
}

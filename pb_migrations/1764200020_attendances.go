package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Attendance of participants with their media, and the reports it is derived from, each of which counts once (R125).
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		session, err := relation(app, "session", "sessions", true, true)
		if err != nil {
			return err
		}
		participant, err := relation(app, "participant", "participants", false, false)
		if err != nil {
			return err
		}
		user, err := relation(app, "user", "users", false, false)
		if err != nil {
			return err
		}
		size := func(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true, Min: atLeast(0)} }
		attendances := core.NewBaseCollection("attendances")
		attendances.Fields.Add(
			team, session, participant, user,
			&core.TextField{Name: "name", Max: 254},
			&core.TextField{Name: "sid", Required: true, Max: 100}, // the media server's id of the connection
			&core.DateField{Name: "joined", Required: true},
			&core.DateField{Name: "left"},
			size("width"), size("height"), size("fps"),
			&core.TextField{Name: "codec", Max: 20},
			&core.TextField{Name: "audio", Max: 20},
			created(), updated(),
		)
		attendances.AddIndex("idx_attendances_sid", true, "session, sid", "")
		attendances.AddIndex("idx_attendances_session", false, "session, joined", "")
		attendances.AddIndex("idx_attendances_open", false, "session", "left = ''")
		attendances.AddIndex("idx_attendances_user", false, "user, team", "user != ''")
		if err := app.Save(attendances); err != nil {
			return err
		}

		reports := core.NewBaseCollection("session_reports")
		reports.Fields.Add(
			session,
			&core.TextField{Name: "event", Required: true, Max: 100},
			&core.TextField{Name: "type", Required: true, Max: 60},
			&core.DateField{Name: "at", Required: true},
			created(),
		)
		reports.AddIndex("idx_session_reports_event", true, "session, event", "")
		return app.Save(reports)
	}, drop("session_reports", "attendances"))
}

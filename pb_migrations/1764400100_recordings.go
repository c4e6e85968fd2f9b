package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Recordings of sessions. A recording outlives its session, room, host and participants, so their names are stored. Its files are
// outside of the database: a trigger stores which ones are to be deleted, whatever deletes the recording.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		recordings := core.NewBaseCollection("recordings")
		recordings.Fields.Add(team)
		for _, link := range [][2]string{{"session", "sessions"}, {"room", "rooms"}, {"host", "users"}, {"started_by", "users"}} {
			field, err := relation(app, link[0], link[1], false, false)
			if err != nil {
				return err
			}
			recordings.Fields.Add(field)
		}
		size := func(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true, Min: atLeast(0)} }
		one := func(name string, required bool, values ...string) core.Field {
			return &core.SelectField{Name: name, Required: required, MaxSelect: 1, Values: values}
		}
		recordings.Fields.Add(
			&core.TextField{Name: "title", Required: true, Max: 200},
			&core.TextField{Name: "host_name", Max: 254},
			&core.TextField{Name: "room_name", Max: 60},
			&core.TextField{Name: "started_by_name", Max: 254}, // empty: started automatically
			one("status", true, "recording", "processing", "ready", "failed"),
			&core.TextField{Name: "stop_reason", Max: 40},
			&core.DateField{Name: "started", Required: true},
			&core.DateField{Name: "ended"},
			size("milliseconds"),
			size("bytes"), // of all files but the MP4
			one("location", true, "local", "s3"),
			&core.BoolField{Name: "shared"},
			&core.DateField{Name: "trashed"},
			&core.TextField{Name: "trashed_by", Max: 254}, // empty: by the retention period
			&core.DateField{Name: "restored"},             // from the trash, which starts its retention period again
			&core.DateField{Name: "warned"},               // when the email about its retention period was sent
			one("mp4_status", false, "queued", "rendering", "ready", "failed"),
			&core.NumberField{Name: "mp4_progress", OnlyInt: true, Min: atLeast(0), Max: atLeast(100)},
			size("mp4_bytes"),
			created(), updated(),
		)
		recordings.AddIndex("idx_recordings_current", true, "session", "status = 'recording' AND session != ''")
		recordings.AddIndex("idx_recordings_team", false, "team, started, id", "")
		recordings.AddIndex("idx_recordings_session", false, "session, started", "session != ''")
		recordings.AddIndex("idx_recordings_open", false, "status, started", "status = 'recording' OR status = 'processing'")
		recordings.AddIndex("idx_recordings_trashed", false, "trashed", "trashed != ''")
		recordings.AddIndex("idx_recordings_mp4", false, "mp4_status", "mp4_status = 'queued' OR mp4_status = 'rendering'")
		if err := app.Save(recordings); err != nil {
			return err
		}
		err = run(app, "CREATE TABLE recording_files_deleted (recording TEXT PRIMARY KEY NOT NULL, location TEXT NOT NULL) WITHOUT ROWID",
			"CREATE TRIGGER recordings_deleted AFTER DELETE ON recordings BEGIN INSERT OR IGNORE INTO recording_files_deleted VALUES (OLD.id, OLD.location); END")
		if err != nil {
			return err
		}
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.Add(&core.NumberField{Name: "retention_days", OnlyInt: true, Min: atLeast(0), Max: atLeast(3650)})
		return app.Save(teams)
	}, func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.RemoveByName("retention_days")
		if err := app.Save(teams); err != nil {
			return err
		}
		if err := run(app, "DROP TRIGGER recordings_deleted", "DROP TABLE recording_files_deleted"); err != nil {
			return err
		}
		return drop("recordings")(app)
	})
}

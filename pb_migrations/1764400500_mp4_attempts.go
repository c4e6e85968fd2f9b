package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// How often making the MP4 of a recording was tried, and why it failed.
func init() {
	m.Register(func(app core.App) error {
		recordings, err := app.FindCollectionByNameOrId("recordings")
		if err != nil {
			return err
		}
		recordings.Fields.Add(
			&core.NumberField{Name: "mp4_attempts", OnlyInt: true, Min: atLeast(0)},
			&core.TextField{Name: "mp4_error", Max: 200},
		)
		recordings.AddIndex("idx_recordings_no_mp4", false, "started", "status = 'ready' AND mp4_status = ''")
		return app.Save(recordings)
	}, func(app core.App) error {
		recordings, err := app.FindCollectionByNameOrId("recordings")
		if err != nil {
			return err
		}
		recordings.RemoveIndex("idx_recordings_no_mp4")
		recordings.Fields.RemoveByName("mp4_attempts")
		recordings.Fields.RemoveByName("mp4_error")
		return app.Save(recordings)
	})
}

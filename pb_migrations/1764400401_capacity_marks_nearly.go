package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// When the last email that one licence is left was queued: apart from the one that none is, which may follow it soon.
func init() {
	m.Register(func(app core.App) error {
		marks, err := app.FindCollectionByNameOrId("capacity_marks")
		if err != nil {
			return err
		}
		marks.Fields.Add(&core.DateField{Name: "told_nearly"})
		return app.Save(marks)
	}, func(app core.App) error {
		marks, err := app.FindCollectionByNameOrId("capacity_marks")
		if err != nil {
			return err
		}
		marks.Fields.RemoveByName("told_nearly")
		return app.Save(marks)
	})
}

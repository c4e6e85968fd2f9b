package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The last capacity notice to a team, so that it is sent once: the level reached, and when the email was queued.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		marks := core.NewBaseCollection("capacity_marks")
		marks.Fields.Add(team,
			&core.TextField{Name: "resource", Required: true, Max: 20},
			&core.TextField{Name: "level", Max: 20},
			&core.DateField{Name: "told"},
			created(), updated(),
		)
		marks.AddIndex("idx_capacity_marks_resource", true, "team, resource", "")
		return app.Save(marks)
	}, drop("capacity_marks"))
}

package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A change of a plan can wait for its payment (R138). payment is the provider's ID of it, on pay_page it can be paid until pay_by.
func init() {
	const waiting = "idx_plan_changes_waiting"
	m.Register(func(app core.App) error {
		changes, err := app.FindCollectionByNameOrId("plan_changes")
		if err != nil {
			return err
		}
		status := changes.Fields.GetByName("status").(*core.SelectField)
		status.Values = append(status.Values, "unpaid")
		changes.Fields.Add(
			&core.TextField{Name: "payment", Max: 200, Hidden: true},
			&core.TextField{Name: "pay_page", Max: 4_000, Hidden: true},
			&core.DateField{Name: "pay_by"},
		)
		changes.RemoveIndex(waiting)
		changes.AddIndex(waiting, true, "team", "status = 'requested' OR status = 'scheduled' OR status = 'unpaid'")
		return app.Save(changes)
	}, func(app core.App) error {
		if err := run(app, "UPDATE plan_changes SET status = 'withdrawn' WHERE status = 'unpaid'"); err != nil {
			return err
		}
		changes, err := app.FindCollectionByNameOrId("plan_changes")
		if err != nil {
			return err
		}
		status := changes.Fields.GetByName("status").(*core.SelectField)
		status.Values = slices.DeleteFunc(status.Values, func(value string) bool { return value == "unpaid" })
		for _, name := range []string{"payment", "pay_page", "pay_by"} {
			changes.Fields.RemoveByName(name)
		}
		changes.RemoveIndex(waiting)
		changes.AddIndex(waiting, true, "team", "status = 'requested' OR status = 'scheduled'")
		return app.Save(changes)
	})
}

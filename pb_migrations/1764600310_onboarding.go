package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What the list for getting started can't see elsewhere: whether the team's licences and plan were looked at, and which Admin hid the
// list (R18).
func init() {
	fields := map[string][]string{"teams": {"licences_seen", "plan_seen"}, "memberships": {"start_hidden"}}
	each := func(app core.App, change func(*core.Collection, string)) error {
		for name, added := range fields {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			for _, field := range added {
				change(collection, field)
			}
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	}
	m.Register(func(app core.App) error {
		return each(app, func(c *core.Collection, field string) { c.Fields.Add(&core.BoolField{Name: field, Hidden: true}) })
	}, func(app core.App) error {
		return each(app, func(c *core.Collection, field string) { c.Fields.RemoveByName(field) })
	})
}

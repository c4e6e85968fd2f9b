package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const gigabyte = 1_000_000_000

// Plans are data that server administrators may edit (R135). -1 is unlimited.
func init() {
	m.Register(func(app core.App) error {
		plans := core.NewBaseCollection("plans")
		number := func(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true, Min: atLeast(-1)} }
		plans.Fields.Add(
			&core.TextField{Name: "key", Required: true, Max: 40, Pattern: `^[a-z][a-z0-9-]*$`},
			&core.TextField{Name: "name", Required: true, Max: 60},
			number("admin_seats"), number("organizer_seats"), number("licences"),
			number("session_minutes"), number("session_people"), number("storage_bytes"),
			&core.NumberField{Name: "position", OnlyInt: true},
			created(), updated(),
		)
		plans.AddIndex("idx_plans_key", true, "key", "")
		if err := app.Save(plans); err != nil {
			return err
		}
		for i, p := range []struct {
			key, name                                              string
			admins, organizers, licences, minutes, people, storage int
		}{
			{"free", "Free", 2, 3, 1, 2 * 60, 25, 2 * gigabyte},
			{"pro", "Pro", 5, 25, 5, 40 * 60, 100, 100 * gigabyte},
			{"business", "Business", 10, 100, 20, 40 * 60, 300, 1000 * gigabyte},
			{"unlimited", "Unlimited", -1, -1, -1, -1, -1, -1},
		} {
			plan := core.NewRecord(plans)
			plan.Load(map[string]any{
				"key": p.key, "name": p.name, "position": i,
				"admin_seats": p.admins, "organizer_seats": p.organizers, "licences": p.licences,
				"session_minutes": p.minutes, "session_people": p.people, "storage_bytes": p.storage,
			})
			if err := app.Save(plan); err != nil {
				return err
			}
		}
		return nil
	}, drop("plans"))
}

func atLeast(n float64) *float64 { return &n }

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Changes of plans and add-ons: what was wanted, by whom, and what became of it (R137, R138, R143). A team has at most one that is waiting.
// addons has the quantity of each add-on by its id.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		plan, err := relation(app, "plan", "plans", false, false)
		if err != nil {
			return err
		}
		changes := core.NewBaseCollection("plan_changes")
		changes.Fields.Add(
			team, plan,
			&core.JSONField{Name: "addons", MaxSize: 10_000},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1, Values: []string{"requested", "approved", "scheduled", "applied", "declined", "withdrawn"}},
			&core.TextField{Name: "summary", Required: true, Max: 2_000},
			&core.TextField{Name: "user", Max: 15},
			&core.TextField{Name: "by_name", Max: 200},
			&core.TextField{Name: "ended_by", Max: 200},
			&core.TextField{Name: "reason", Max: 500},
			&core.NumberField{Name: "price_before", OnlyInt: true, Min: atLeast(0)},
			&core.NumberField{Name: "price_after", OnlyInt: true, Min: atLeast(0)},
			&core.TextField{Name: "currency", Max: 3, Pattern: `^[A-Z]{3}$`},
			&core.DateField{Name: "starts"},
			&core.DateField{Name: "ended"},
			created(), updated(),
		)
		changes.AddIndex("idx_plan_changes_waiting", true, "team", "status = 'requested' OR status = 'scheduled'")
		changes.AddIndex("idx_plan_changes_team", false, "team, created", "")
		return app.Save(changes)
	}, drop("plan_changes"))
}

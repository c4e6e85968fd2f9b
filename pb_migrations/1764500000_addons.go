package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Add-ons raise the limits of a plan; both are data that server administrators may edit (R135, R136). A price is in the smallest unit of
// its currency, per month; without a currency there is none. A plan or an add-on that is retired isn't offered any more, and stays with the
// teams that have it. retention_days is how long recordings may be kept at most.
func init() {
	m.Register(func(app core.App) error {
		if err := addPlanPrices(app); err != nil {
			return err
		}
		addons := core.NewBaseCollection("addons")
		addons.Fields.Add(
			&core.TextField{Name: "key", Required: true, Max: 40, Pattern: `^[a-z][a-z0-9-]*$`},
			&core.TextField{Name: "name", Required: true, Max: 60},
			&core.TextField{Name: "description", Max: 200},
			&core.SelectField{Name: "raises", Required: true, MaxSelect: 1, Values: planLimits},
			&core.NumberField{Name: "amount", Required: true, OnlyInt: true, Min: atLeast(1)},
			&core.NumberField{Name: "most", OnlyInt: true, Min: atLeast(0)},
			&core.NumberField{Name: "price", OnlyInt: true, Min: atLeast(0)},
			&core.TextField{Name: "currency", Max: 3, Pattern: `^[A-Z]{3}$`},
			&core.BoolField{Name: "retired"},
			&core.NumberField{Name: "position", OnlyInt: true},
			created(), updated(),
		)
		addons.AddIndex("idx_addons_key", true, "key", "")
		if err := app.Save(addons); err != nil {
			return err
		}
		for i, a := range []struct {
			key, name, description, raises string
			amount                         int
		}{
			{"admin-seat", "Admin seat", "One more person can manage users, rooms and settings.", "admin_seats", 1},
			{"organizer-seat", "Organizer seat", "One more person can schedule and host sessions.", "organizer_seats", 1},
			{"licence", "Licence", "One more session can run at the same time.", "licences", 1},
			{"storage", "Storage", "100 GB more for recordings.", "storage_bytes", 100 * gigabyte},
			{"longer-sessions", "Longer sessions", "Each session can run for 10 hours more.", "session_minutes", 10 * 60},
			{"more-participants", "More participants", "50 more people in each session.", "session_people", 50},
			{"longer-retention", "Longer retention", "Recordings can be kept for a year more.", "retention_days", 365},
		} {
			addon := core.NewRecord(addons)
			addon.Load(map[string]any{"key": a.key, "name": a.name, "description": a.description, "raises": a.raises, "amount": a.amount, "position": i})
			if err := app.Save(addon); err != nil {
				return err
			}
		}
		return addTeamAddons(app, addons)
	}, func(app core.App) error {
		if err := drop("team_addons", "addons")(app); err != nil {
			return err
		}
		plans, err := app.FindCollectionByNameOrId("plans")
		if err != nil {
			return err
		}
		for _, name := range []string{"retention_days", "price", "retired"} {
			plans.Fields.RemoveByName(name)
		}
		return app.Save(plans)
	})
}

// planLimits are the fields of a plan that an add-on can raise.
var planLimits = []string{"admin_seats", "organizer_seats", "licences", "storage_bytes", "session_minutes", "session_people", "retention_days"}

func addPlanPrices(app core.App) error {
	plans, err := app.FindCollectionByNameOrId("plans")
	if err != nil {
		return err
	}
	plans.Fields.Add(
		&core.NumberField{Name: "retention_days", OnlyInt: true, Min: atLeast(-1)},
		&core.NumberField{Name: "price", OnlyInt: true, Min: atLeast(0)},
		&core.BoolField{Name: "retired"},
	)
	if err := app.Save(plans); err != nil {
		return err
	}
	_, err = app.DB().NewQuery("UPDATE plans SET retention_days = -1").Execute()
	return err
}

// addTeamAddons adds the collection of how many of each add-on a team has.
func addTeamAddons(app core.App, addons *core.Collection) error {
	team, err := relation(app, "team", "teams", true, true)
	if err != nil {
		return err
	}
	held := core.NewBaseCollection("team_addons")
	held.Fields.Add(
		team,
		&core.RelationField{Name: "addon", CollectionId: addons.Id, Required: true, MaxSelect: 1},
		&core.NumberField{Name: "quantity", Required: true, OnlyInt: true, Min: atLeast(1), Max: atMost(10_000)},
		created(), updated(),
	)
	held.AddIndex("idx_team_addons", true, "team, addon", "")
	return app.Save(held)
}

func atMost(n float64) *float64 { return &n }

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The plan of a team is Admin Panel data: PocketBase's endpoints show it only to the Owner and Admins, and only they can filter or
// sort by it (R25).
func init() {
	m.Register(hidePlan(true), hidePlan(false))
}

func hidePlan(hidden bool) func(core.App) error {
	return func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		for _, name := range []string{"plan", "admin_seats", "organizer_seats", "licences"} {
			teams.Fields.GetByName(name).SetHidden(hidden)
		}
		return app.Save(teams)
	}
}

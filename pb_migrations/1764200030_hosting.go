package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Whether every member of a team may host. Empty: yes if Organizer seats are unlimited (D2).
func init() {
	m.Register(func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.Add(&core.SelectField{Name: "members_host", MaxSelect: 1, Values: []string{"on", "off"}})
		return app.Save(teams)
	}, func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.RemoveByName("members_host")
		return app.Save(teams)
	})
}

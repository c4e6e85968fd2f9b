package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Memberships of teams. Roles are booleans, so that seats and the single Owner are plain indexes.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		memberships := core.NewBaseCollection("memberships")
		memberships.Fields.Add(
			team, user,
			&core.SelectField{Name: "kind", Values: []string{"member", "guest"}, Required: true, MaxSelect: 1},
			&core.BoolField{Name: "owner"},
			&core.BoolField{Name: "admin"},
			&core.BoolField{Name: "organizer"},
			&core.BoolField{Name: "came_as_guest"},
			created(), updated(),
		)
		memberships.AddIndex("idx_memberships_team_user", true, "team, user", "")
		memberships.AddIndex("idx_memberships_owner", true, "team", "owner = 1")
		memberships.AddIndex("idx_memberships_user", false, "user", "")
		memberships.AddIndex("idx_memberships_seats", false, "team, owner, admin, organizer", "")
		if err := app.Save(memberships); err != nil {
			return err
		}

		memberships.ListRule = rule(`@request.auth.id != "" && (user = @request.auth.id || ` + panelOf("team") + `)`)
		memberships.ViewRule = memberships.ListRule
		if err := app.Save(memberships); err != nil {
			return err
		}
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.ListRule = rule(fmt.Sprintf(inTheTeam, "id"))
		teams.ViewRule = teams.ListRule
		return app.Save(teams)
	}, drop("memberships"))
}

// panelOf is the API rule for Admin Panel data: the caller is Owner or Admin of that team. The relation ensures that team, user
// and role are of one membership.
func panelOf(team string) string {
	by := team + ".memberships_via_team"
	return fmt.Sprintf(`(%[1]s.user ?= @request.auth.id && (%[1]s.owner ?= true || %[1]s.admin ?= true))`, by)
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The team that a sign-up asks for is created when its address is verified: until then the account holds its name (R149).
// Teams of unverified sign-ups become such names. Teams with other data are kept.
func init() {
	m.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.Fields.Add(&core.TextField{Name: "signup_team", Max: 60, Hidden: true})
		if err := app.Save(users); err != nil {
			return err
		}
		return run(app,
			`CREATE TEMP TABLE signup_teams AS SELECT t.id AS team, t.name, m.user FROM teams t
				JOIN memberships m ON m.team = t.id AND m.owner JOIN users u ON u.id = m.user AND NOT u.verified
				WHERE EXISTS (SELECT 1 FROM audit a WHERE a.action = 'account.signup' AND a.team = t.id AND a.actor = m.user)
				AND (SELECT count(*) FROM memberships o WHERE o.team = t.id) = 1
				AND NOT EXISTS (SELECT 1 FROM rooms r WHERE r.team = t.id)
				AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.team = t.id)
				AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.team = t.id)
				AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.team = t.id)
				AND NOT EXISTS (SELECT 1 FROM tags x WHERE x.team = t.id)`,
			`UPDATE users SET signup_team = (SELECT s.name FROM signup_teams s WHERE s.user = users.id)
				WHERE id IN (SELECT user FROM signup_teams)`,
			`DELETE FROM memberships WHERE team IN (SELECT team FROM signup_teams)`,
			`DELETE FROM teams WHERE id IN (SELECT team FROM signup_teams)`,
			`DROP TABLE signup_teams`)
	}, func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.Fields.RemoveByName("signup_team")
		return app.Save(users)
	})
}

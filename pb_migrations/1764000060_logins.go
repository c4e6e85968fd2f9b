package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A login is a device on which an account is signed in.
func init() {
	m.Register(func(app core.App) error {
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		logins := core.NewBaseCollection("logins")
		logins.Fields.Add(
			user,
			&core.TextField{Name: "token_hash", Hidden: true, Required: true, Max: 64},
			&core.TextField{Name: "key_hash", Hidden: true, Required: true, Max: 64},
			&core.TextField{Name: "agent", Max: 300},
			&core.TextField{Name: "address", Hidden: true, Max: 64},
			&core.DateField{Name: "seen", Required: true},
			// no_panel: idle for longer than the Admin Panel allows; valid for the App until the next sign-in.
			&core.BoolField{Name: "no_panel"},
			created(),
		)
		logins.AddIndex("idx_logins_token", true, "token_hash", "")
		logins.AddIndex("idx_logins_user", false, "user", "")
		logins.AddIndex("idx_logins_seen", false, "seen", "")
		return app.Save(logins)
	}, drop("logins"))
}

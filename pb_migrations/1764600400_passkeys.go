package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Passkeys (R148): credential is what the library needs to check the next sign-in, without any secret; credential_id is its ID in
// base64url, which the browser sends.
func init() {
	m.Register(func(app core.App) error {
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		passkeys := core.NewBaseCollection("passkeys")
		passkeys.Fields.Add(
			user,
			&core.TextField{Name: "credential_id", Hidden: true, Required: true, Max: 2_000},
			&core.JSONField{Name: "credential", Hidden: true, MaxSize: 20_000},
			&core.TextField{Name: "name", Required: true, Max: 200},
			&core.DateField{Name: "used"},
			created(), updated(),
		)
		passkeys.AddIndex("idx_passkeys_credential", true, "credential_id", "")
		passkeys.AddIndex("idx_passkeys_user", false, "user", "")
		return app.Save(passkeys)
	}, drop("passkeys"))
}

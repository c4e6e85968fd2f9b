package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Two-factor authentication (R148): the authenticator app of an account and its recovery codes. secret is sealed with the key of
// the data folder, recovery has the hashes of unused codes, and last_step the time step of the last code, so that a code works
// once. enabled is empty until the first code was entered.
func init() {
	m.Register(func(app core.App) error {
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		authenticators := core.NewBaseCollection("authenticators")
		authenticators.Fields.Add(
			user,
			&core.TextField{Name: "secret", Hidden: true, Required: true, Max: 200},
			&core.JSONField{Name: "recovery", Hidden: true, MaxSize: 2_000},
			&core.NumberField{Name: "last_step", Hidden: true, OnlyInt: true, Min: atLeast(0)},
			&core.DateField{Name: "enabled"},
			created(), updated(),
		)
		authenticators.AddIndex("idx_authenticators_user", true, "user", "")
		return app.Save(authenticators)
	}, drop("authenticators"))
}

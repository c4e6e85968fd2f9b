package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// One-time codes by email (R148). A row is a request of one browser, whose cookie has the secret of request_hash. user is empty
// for an address without a confirmed account: the browser can't tell. code_hash is keyed, because codes are short.
func init() {
	m.Register(func(app core.App) error {
		user, err := relation(app, "user", "users", false, true)
		if err != nil {
			return err
		}
		codes := core.NewBaseCollection("signin_codes")
		codes.Fields.Add(
			user,
			&core.EmailField{Name: "email", Required: true},
			&core.TextField{Name: "request_hash", Hidden: true, Required: true, Max: 64},
			&core.TextField{Name: "code_hash", Hidden: true, Required: true, Max: 64},
			&core.TextField{Name: "key_hash", Hidden: true, Max: 64},
			&core.NumberField{Name: "attempts", OnlyInt: true, Min: atLeast(0)},
			&core.DateField{Name: "expires", Required: true},
			created(),
		)
		codes.AddIndex("idx_signin_codes_request", true, "request_hash", "")
		codes.AddIndex("idx_signin_codes_user", false, "user", "")
		codes.AddIndex("idx_signin_codes_expires", false, "expires", "")
		return app.Save(codes)
	}, drop("signin_codes"))
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Profile pictures are shown only to the user's teams, by our own route. A change of email address is pending until it is
// confirmed with a link, stored as SHA-256 only. An account has at most one.
func init() {
	m.Register(func(app core.App) error {
		if err := protectPictures(app, true); err != nil {
			return err
		}
		user, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		changes := core.NewBaseCollection("address_changes")
		changes.Fields.Add(
			user,
			&core.EmailField{Name: "email", Required: true},
			&core.TextField{Name: "token_hash", Hidden: true, Required: true, Max: 64},
			&core.TextField{Name: "key_hash", Hidden: true, Required: true, Max: 64},
			&core.DateField{Name: "expires", Required: true},
			created(),
		)
		changes.AddIndex("idx_address_changes_user", true, "user", "")
		changes.AddIndex("idx_address_changes_token", true, "token_hash", "")
		changes.AddIndex("idx_address_changes_expires", false, "expires", "")
		return app.Save(changes)
	}, func(app core.App) error {
		if err := protectPictures(app, false); err != nil {
			return err
		}
		return drop("address_changes")(app)
	})
}

// protectPictures keeps PocketBase's file endpoint from serving pictures publicly.
func protectPictures(app core.App, protected bool) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.Fields.GetByName("avatar").(*core.FileField).Protected = protected
	return app.Save(users)
}

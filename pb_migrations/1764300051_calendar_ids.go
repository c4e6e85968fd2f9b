package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The identifier of a session or series in calendars stays what it was first, whatever the server's address becomes.
// Rows from before get theirs when the server starts: the address that emails carried so far is known only then.
func init() {
	collections := []string{"sessions", "series"}
	m.Register(func(app core.App) error {
		for _, name := range collections {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			collection.Fields.Add(&core.TextField{Name: "uid", Max: 300})
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, name := range collections {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			collection.Fields.RemoveByName("uid")
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	})
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Roles and tags of a row of an imported list, as they are written in it; empty without such a column.
func init() {
	m.Register(func(app core.App) error {
		return run(app, "ALTER TABLE import_rows ADD COLUMN roles TEXT NOT NULL DEFAULT ''",
			"ALTER TABLE import_rows ADD COLUMN tags TEXT NOT NULL DEFAULT ''")
	}, func(app core.App) error {
		return run(app, "ALTER TABLE import_rows DROP COLUMN tags", "ALTER TABLE import_rows DROP COLUMN roles")
	})
}

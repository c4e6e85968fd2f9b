package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The row of the file, or the line of the text, that a row of an import was read from; 0 where it was sent apart.
func init() {
	m.Register(func(app core.App) error {
		return run(app, "ALTER TABLE import_rows ADD COLUMN line INTEGER NOT NULL DEFAULT 0")
	}, func(app core.App) error {
		return run(app, "ALTER TABLE import_rows DROP COLUMN line")
	})
}

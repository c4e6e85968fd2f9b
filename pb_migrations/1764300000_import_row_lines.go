package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Line number in the imported file or text; 0 for rows sent separately.
func init() {
	m.Register(func(app core.App) error {
		return run(app, "ALTER TABLE import_rows ADD COLUMN line INTEGER NOT NULL DEFAULT 0")
	}, func(app core.App) error {
		return run(app, "ALTER TABLE import_rows DROP COLUMN line")
	})
}

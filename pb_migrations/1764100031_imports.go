package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Imports of email addresses to invite in the background. Their rows are a plain table: up to ten thousand per import, each
// written twice. They are deleted with the import, and imports with the team.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		creator, err := relation(app, "creator", "users", false, false)
		if err != nil {
			return err
		}
		number := func(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true, Min: atLeast(0)} }
		imports := core.NewBaseCollection("imports")
		imports.Fields.Add(
			team, creator,
			&core.BoolField{Name: "admin"}, &core.BoolField{Name: "organizer"},
			&core.TextField{Name: "note", Max: 500},
			&core.TextField{Name: "file", Max: 200},
			&core.TextField{Name: "address", Hidden: true, Max: 64},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1, Values: []string{"waiting", "running", "done", "stopped"}},
			&core.TextField{Name: "reason", Max: 300},
			number("total"), number("done"), number("invited"), number("updated_rows"), number("unchanged"), number("refused"),
			&core.DateField{Name: "started"}, &core.DateField{Name: "finished"},
			created(), updated(),
		)
		imports.AddIndex("idx_imports_team", false, "team, created", "")
		imports.AddIndex("idx_imports_open", false, "created", "finished = ''")
		imports.ListRule = rule(`@request.auth.id != "" && ` + panelOf("team"))
		imports.ViewRule = imports.ListRule
		if err := app.Save(imports); err != nil {
			return err
		}
		return run(app, `CREATE TABLE import_rows (import TEXT NOT NULL, n INTEGER NOT NULL, raw TEXT NOT NULL, name TEXT NOT NULL,
				address TEXT NOT NULL, status TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
				PRIMARY KEY (import, n)) WITHOUT ROWID`,
			`CREATE TRIGGER import_rows_go AFTER DELETE ON imports BEGIN DELETE FROM import_rows WHERE import = OLD.id; END`)
	}, func(app core.App) error {
		if err := run(app, "DROP TRIGGER import_rows_go", "DROP TABLE import_rows"); err != nil {
			return err
		}
		return drop("imports")(app)
	})
}

package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Bulk actions that run in the background, and their rows with the results. Both are plain tables, like the rows of imports.
func init() {
	m.Register(func(app core.App) error {
		return run(app, `CREATE TABLE bulk_jobs (id TEXT PRIMARY KEY NOT NULL, team TEXT NOT NULL, creator TEXT NOT NULL, address TEXT NOT NULL,
				action TEXT NOT NULL, import TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'waiting', reason TEXT NOT NULL DEFAULT '',
				total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
				created TEXT NOT NULL, started TEXT NOT NULL DEFAULT '', finished TEXT NOT NULL DEFAULT '')`,
			`CREATE TABLE bulk_rows (job TEXT NOT NULL, n INTEGER NOT NULL, target TEXT NOT NULL, result TEXT NOT NULL DEFAULT '',
				PRIMARY KEY (job, n)) WITHOUT ROWID`,
			`CREATE INDEX idx_bulk_jobs_team ON bulk_jobs (team, created)`,
			`CREATE INDEX idx_bulk_jobs_open ON bulk_jobs (created) WHERE finished = ''`,
			`CREATE TRIGGER bulk_rows_go AFTER DELETE ON bulk_jobs BEGIN DELETE FROM bulk_rows WHERE job = OLD.id; END`,
			`CREATE TRIGGER bulk_jobs_go AFTER DELETE ON teams BEGIN DELETE FROM bulk_jobs WHERE team = OLD.id; END`)
	}, func(app core.App) error {
		return run(app, "DROP TRIGGER bulk_jobs_go", "DROP TRIGGER bulk_rows_go", "DROP TABLE bulk_rows", "DROP TABLE bulk_jobs")
	})
}

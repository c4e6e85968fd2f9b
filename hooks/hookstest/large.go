package hookstest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// FillDB adds entries to the audit log, outside of its chains, until the database has that many megabytes.
func FillDB(t testing.TB, app core.App, megabytes int) {
	t.Helper()
	path := filepath.Join(app.DataDir(), "data.db")
	for at := 0; ; at += 20_000 {
		if info, err := os.Stat(path); err != nil || info.Size() >= int64(megabytes)<<20 {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		Exec(t, app, `WITH RECURSIVE n(i) AS (SELECT {:at} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {:at} + 20000)
			INSERT INTO audit (id, team, seq, actor_name, action, target_name, result, detail, at, previous, hash)
			SELECT printf('f%014d', i), 'benchmarkbench0', i, 'Marta Oliveira', 'invitation.create', 'p' || i || '@halation.example', 'ok',
				'{"note":"' || hex(randomblob(400)) || '"}', '2026-11-30 12:00:00.000Z', hex(randomblob(32)), hex(randomblob(32)) FROM n`, dbx.Params{"at": at})
		Exec(t, app, "PRAGMA wal_checkpoint(TRUNCATE)", nil)
	}
}

package hookstest

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Crowd puts n confirmed members into a team, named "Anna Berg 000001" and on, past every rule: a benchmark
// measures what comes after. Nobody of them can sign in.
func Crowd(t testing.TB, app core.App, team string, n int) {
	t.Helper()
	params := dbx.Params{"team": team, "n": n, "now": types.NowDateTime().String()}
	Exec(t, app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {:n})
		SELECT printf('u%014d', i), printf('anna.berg%06d@halation.example', i), printf('Anna Berg %06d', i), 1, '-', printf('%050d', i), {:now}, {:now}
		FROM n`, params)
	Exec(t, app, `INSERT INTO memberships (id, team, user, kind, organizer, created, updated)
		SELECT 'm' || substr(id, 2), {:team}, id, 'member', 0, created, {:now} FROM users WHERE id LIKE 'u00000%' AND password = '-'`, params)
	Exec(t, app, "PRAGMA wal_checkpoint(TRUNCATE)", nil)
}

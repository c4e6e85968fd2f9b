package hookstest

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	firstNames = `["Anna","Bruno","Clara","Dario","Elif","Freya","Grace","Hanna","Ida","Jonas","Kaito","Leo","Maeve","Noor","Owen","Priya",
		"Quentin","Ruth","Samuel","Tomás","Ute","Vera","Wiktoria","Xenia","Yusuf","Zoe","Aylin","Bilal","Chen","Dorota"]`
	lastNames = `["Abebe","Blake","Conti","Demir","Eriksen","Fontaine","Gallagher","Haddad","Ivanova","Jensen","Keller","Lindqvist","Mori",
		"Nowak","Okafor","Petrov","Quist","Raman","Sykora","Tan","Ueda","Vries","Weiss","Xu","Yilmaz","Zeman","Castel","Herrera","Holm","Lambert"]`
)

// SeedUsers adds n confirmed members to a team for benchmarks, bypassing all rules. The n-th has the address of
// SeedUserEmail. They can't sign in.
func SeedUsers(t testing.TB, app core.App, team string, n int) {
	t.Helper()
	params := dbx.Params{"team": team, "n": n, "now": types.NowDateTime().String(), "first": firstNames, "last": lastNames}
	Exec(t, app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {:n}),
			names (i, name) AS MATERIALIZED (SELECT i, json_extract({:first}, '$[' || (i * 7 % 30) || ']') || ' ' || json_extract({:last}, '$[' || (i * 11 / 30 % 30) || ']') FROM n)
		SELECT printf('u%014d', i), printf('p%06d@halation.example', i), name, 1, '-', printf('%050d', i), {:now}, {:now} FROM names`, params)
	Exec(t, app, `INSERT INTO memberships (id, team, user, kind, organizer, created, updated)
		SELECT 'm' || substr(id, 2), {:team}, id, 'member', 0, created, {:now} FROM users WHERE id LIKE 'u00000%' AND password = '-'`, params)
	Exec(t, app, "PRAGMA wal_checkpoint(TRUNCATE)", nil)
}

// SeedUserEmail returns the address of the n-th user of SeedUsers, from 1.
func SeedUserEmail(n int) string { return fmt.Sprintf("p%06d@halation.example", n) }

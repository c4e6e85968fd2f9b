package panel_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// BenchmarkBillingPage requests Billing & plans of a team with 1,000 users and 1,000 changes of its plan.
func BenchmarkBillingPage(b *testing.B) {
	s := viewstest.Serve(b, hookstest.Config())
	owner := hookstest.Account(b, s.App, "marta@elsewhere.example")
	team := hookstest.Team(b, s.App, owner, "Halation Post", "unlimited")
	hookstest.SeedUsers(b, s.App, team.Id, 1000)
	hookstest.Exec(b, s.App, `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 1000)
		INSERT INTO plan_changes (id, team, plan, addons, status, summary, by_name, starts, created, updated)
		SELECT printf('bench%010d', i), {:team}, {:plan}, '{}', 'applied', 'Pro instead of Free', 'Marta', at, at, at
		FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || i || ' hours') at FROM n)`, dbx.Params{"team": team.Id, "plan": team.GetString("plan")})
	median(b, s.As(owner).Client, s.URL+"/admin/"+team.Slug()+"/billing")
}

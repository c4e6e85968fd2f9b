package pb_migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

func TestSignUpTeam_UnverifiedOwnersKeepTheNameOfTheirTeamAlone(t *testing.T) {
	app := fresh(t)
	if _, err := core.NewMigrationsRunner(app, until("1764300035")).Up(); err != nil {
		t.Fatal(err)
	}
	sql := func(statement string) {
		t.Helper()
		if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	// Each account owns the team of its name. "operator" has no sign-up; "shared" has a second member.
	for _, s := range []struct{ id, verified, signedUp string }{{"begun", "0", "1"}, {"verified", "1", "1"}, {"operator", "0", ""}, {"shared", "0", "1"}} {
		sql(`INSERT INTO users (id, email, verified, password, tokenKey) VALUES ('` + s.id + `', '` + s.id + `@x.example', ` + s.verified + `, 'x', 'key-` + s.id + `')`)
		sql(`INSERT INTO teams (id, name, slug) VALUES ('team-` + s.id + `', 'Team ` + s.id + `', '` + s.id + `')`)
		sql(`INSERT INTO memberships (id, team, user, kind, owner) VALUES ('m-` + s.id + `', 'team-` + s.id + `', '` + s.id + `', 'member', 1)`)
		if s.signedUp != "" {
			sql(`INSERT INTO audit (id, team, actor, action, result, hash) VALUES ('a-` + s.id + `', 'team-` + s.id + `', '` + s.id + `', 'account.signup', 'ok', 'hash-` + s.id + `')`)
		}
	}
	sql(`INSERT INTO memberships (id, team, user, kind) VALUES ('m-second', 'team-shared', 'verified', 'member')`)
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	var rows []string
	err := app.DB().NewQuery(`SELECT u.id || ':' || u.signup_team || ':' || coalesce(m.team, '') FROM users u
		LEFT JOIN memberships m ON m.user = u.id AND m.owner ORDER BY u.id`).Column(&rows)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows, " "); got != "begun:Team begun: operator::team-operator shared::team-shared verified::team-verified" {
		t.Error(got)
	}
	var teams int
	if err := app.DB().NewQuery("SELECT count(*) FROM teams").Row(&teams); err != nil || teams != 3 {
		t.Errorf("%d teams, %v, want 3", teams, err)
	}
}

package pb_migrations_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// until returns Usher's migrations before a number.
func until(number string) (list core.MigrationsList) {
	all := own()
	for _, m := range all.Items() {
		if m.File < number {
			list.Add(m)
		}
	}
	return list
}

func TestPersonalLinks_CodesThatWereSentGoOnWorking(t *testing.T) {
	app := fresh(t)
	if _, err := core.NewMigrationsRunner(app, until("1764300050")).Up(); err != nil {
		t.Fatal(err)
	}
	sql := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	session := func(id, series, occurrence string) string {
		return `INSERT INTO sessions (id, team, title, series, occurrence, starts, ends, timezone, status, code, resolution, codec, audio) VALUES ('` + id +
			`', 'team', 'x', '` + series + `', '` + occurrence + `', '` + occurrence + `', '` + occurrence + `', 'UTC', 'scheduled', '` + id + `', '720p', 'vp8', 'speech')`
	}
	person := func(id, session, email string) string {
		return `INSERT INTO participants (id, team, session, email, part, state, created, token_hash) VALUES ('` + id + `', 'team', '` + session + `', '` + email + `', 'attendee', 'invited', '2026-11-01 10:00:00.000Z', 'hash-` + id + `')`
	}
	sql(session("s2", "weekly", "2026-12-02"), session("s1", "weekly", "2026-12-01"), session("alone", "", "2026-12-01"),
		person("zed2", "s2", "zed@x.example"), person("zed1", "s1", "zed@x.example"), person("kim2", "s2", "kim@x.example"), person("zeda", "alone", "zed@x.example"),
		`INSERT INTO outbox (id, kind, recipient, about, status) VALUES ('o1', 'session_invitation', 'kim@x.example', 'kim2', 'bounced'), ('o2', 'session_invitation', 'zed@x.example', 'zed1', 'delivered')`)
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	var rows []string
	err := app.DB().NewQuery(`SELECT p.id || ' ' || l.id || ' ' || l.series || ' ' || l.session || ' ' || c.token_hash || ' ' || (p.told != '')
		FROM participants p JOIN personal_links l ON l.id = p.link AND l.email = p.email JOIN personal_codes c ON c.link = l.id AND c.id = p.id AND NOT c.shown ORDER BY p.id`).Column(&rows)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"kim2 kim2 weekly  hash-kim2 0", "zed1 zed1 weekly  hash-zed1 1", "zed2 zed1 weekly  hash-zed2 1", "zeda zeda  alone hash-zeda 1"}
	if len(rows) != len(want) {
		t.Fatalf("%q, want %v", rows, len(want))
	}
	for n := range want {
		if rows[n] != want[n] {
			t.Errorf("%q, want %q", rows[n], want[n])
		}
	}
}

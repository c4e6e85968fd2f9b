package pb_migrations_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
)

// Going down and up again keeps the list of users in step with the invitations, with users, invitees and cleared ones in it.
func TestPeopleSearchAndCleared_WithRows_DownAndUp(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "zoe@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	hookstest.Invite(t, app, owner, team, "pending@x.example", "organizer")
	cleared := hookstest.FindRecord(t, app, "invitations", hookstest.Invite(t, app, owner, team, "cleared@x.example").ID)
	cleared.Set("name", "Øystein Ångström")
	cleared.Set("status", "declined")
	cleared.Set("cleared", true)
	if err := app.Save(cleared); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertPeopleIndex(t, app)
	listed := func(want ...string) {
		t.Helper()
		hookstest.Exec(t, app, "DELETE FROM people_stale", nil)
		if got := hookstest.QueryRows(t, app, "SELECT email FROM people ORDER BY email"); len(got) != len(want) || got[0] != want[0] {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	found := func(search string, want int) {
		t.Helper()
		if got := hookstest.QueryRows(t, app, "SELECT rowid FROM people_find WHERE people_find MATCH '"+search+"'"); len(got) != want {
			t.Errorf("a search for %q finds %d rows, want %d", search, len(got), want)
		}
	}
	down := func(number string) {
		t.Helper()
		all, list := own(), core.MigrationsList{}
		for _, m := range all.Items() {
			if m.File[:len(number)] == number {
				list.Add(m)
			}
		}
		if _, err := core.NewMigrationsRunner(app, list).Down(1); err != nil {
			t.Fatal(err)
		}
	}
	listed("pending@x.example", "zoe@x.example")
	down("1764300091")
	listed("cleared@x.example", "pending@x.example", "zoe@x.example")
	found("angstrom", 1)
	down("1764300090")
	listed("cleared@x.example", "pending@x.example", "zoe@x.example")
	found("Ångström", 1)
	found("angstrom", 0)
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertPeopleIndex(t, app)
	found("angstrom", 1)
	listed("cleared@x.example", "pending@x.example", "zoe@x.example") // nobody has cleared it since
}

// A database that applied a migration under its earlier name keeps its values.
func TestShareLimited_AppliedUnderItsEarlierName_KeepsValues(t *testing.T) {
	app := fresh(t)
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, app, "UPDATE _migrations SET file = '1764300090_share_limited.go' WHERE file = '1764300089_share_limited.go'", nil)
	hookstest.Exec(t, app, "INSERT INTO sessions (id, title, code, share_limited) VALUES ('1', 'A', 'a', 1)", nil)
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	if got := hookstest.QueryRows(t, app, "SELECT share_limited FROM sessions"); len(got) != 1 || got[0] != "1" {
		t.Errorf("got %q, want 1", got)
	}
}

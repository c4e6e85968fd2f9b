package pb_migrations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	_ "usher/pb_migrations"
)

// own returns Usher's migrations, without PocketBase's.
func own() core.MigrationsList {
	var list core.MigrationsList
	for _, m := range core.AppMigrations.Items() {
		if len(m.File) > 10 && m.File >= "1764000000" {
			list.Add(m)
		}
	}
	return list
}

func fresh(t *testing.T) *core.BaseApp {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	return app
}

func names(t *testing.T, app core.App) []string {
	t.Helper()
	var names []string
	if err := app.DB().NewQuery("SELECT name FROM _collections ORDER BY name").Column(&names); err != nil {
		t.Fatal(err)
	}
	return names
}

// schema returns all tables, indexes and triggers as SQL, and the rules and fields of all collections.
func schema(t *testing.T, app core.App) string {
	t.Helper()
	var parts []string
	err := app.DB().NewQuery(`
		SELECT coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' UNION ALL
		SELECT name || ' ' || coalesce(listRule, '-') || coalesce(viewRule, '-') || coalesce(createRule, '-') ||
			coalesce(updateRule, '-') || coalesce(deleteRule, '-') || json_array_length(fields) FROM _collections`).Column(&parts)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}

func TestEveryMigrationGoesDownAndUpAgain(t *testing.T) {
	app, all := fresh(t), own()
	var until []*core.Migration
	before := [][]string{names(t, app)}
	for _, m := range all.Items() {
		until = append(until, m)
		var list core.MigrationsList
		for _, m := range until {
			list.Add(m)
		}
		if _, err := core.NewMigrationsRunner(app, list).Up(); err != nil {
			t.Fatal(err)
		}
		before = append(before, names(t, app))
	}
	if len(until) < 9 {
		t.Fatalf("%d migrations, want at least 9", len(until))
	}
	first := schema(t, app)

	runner := core.NewMigrationsRunner(app, all)
	for n := len(until); n > 0; n-- {
		reverted, err := runner.Down(1)
		if err != nil || len(reverted) != 1 || reverted[0] != until[n-1].File {
			t.Fatalf("down from %s: %v %v, want 1 and %v", until[n-1].File, reverted, err, until[n-1].File)
		}
		if now := names(t, app); fmt.Sprint(now) != fmt.Sprint(before[n-1]) {
			t.Errorf("down from %s leaves %v, before it there were %v", until[n-1].File, now, before[n-1])
		}
	}
	if applied, err := runner.Up(); err != nil || len(applied) != len(until) {
		t.Fatalf("up again: %v %v, want %v", applied, err, len(until))
	}
	if again := schema(t, app); again != first {
		t.Errorf("the schema is another after down and up:\n%s, want %v", difference(first, again), first)
	}
}

func TestMigrations_NumbersAreUnique(t *testing.T) {
	all, seen := own(), map[string]string{}
	for _, m := range all.Items() {
		number, _, _ := strings.Cut(m.File, "_")
		if other := seen[number]; other != "" {
			t.Errorf("%s and %s have the same number, so their order depends on their names", other, m.File)
		}
		seen[number] = m.File
	}
}

func difference(a, b string) string {
	var b2 strings.Builder
	for _, line := range strings.Split(b, "\n") {
		if !strings.Contains(a, line) {
			b2.WriteString("+ " + line + "\n")
		}
	}
	for _, line := range strings.Split(a, "\n") {
		if !strings.Contains(b, line) {
			b2.WriteString("- " + line + "\n")
		}
	}
	return b2.String()
}

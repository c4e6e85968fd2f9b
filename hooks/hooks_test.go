package hooks_test

import (
	"testing"

	"usher/hooks/hookstest"
)

func TestMigrations_CreateCollections(t *testing.T) {
	app := hookstest.NewApp(t)
	for _, name := range []string{"plans", "teams", "memberships", "invitations", "retired_links", "logins", "outbox", "audit"} {
		if _, err := app.FindCollectionByNameOrId(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := hookstest.Count(t, app, "plans"); n != 4 {
		t.Errorf("%d plans, want 4", n)
	}
}

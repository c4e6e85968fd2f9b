package audit_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
)

func TestRecordDenied_OncePerMinuteForEachUserTeamAndArea(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "olga@x.example")
	first, second := hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Team(t, app, hookstest.Account(t, app, "otto@x.example"), "Other", "pro")
	mina, gita := hookstest.Member(t, app, first, "mina@x.example"), hookstest.Guest(t, app, first, "gita@x.example")
	other := *hookstest.Actor(t, app, mina, first)
	other.Team = second.Record
	entries := func() int {
		return hookstest.Count(t, app, "audit", dbx.HashExp{"action": "panel.enter", "result": "not_allowed"})
	}
	for n, deny := range []func(){
		func() { audit.RecordDenied(app, hookstest.Actor(t, app, mina, first), "panel.enter", "a page") },
		func() { audit.RecordDenied(app, hookstest.Actor(t, app, mina, first), "panel.enter", "a program") },
		func() { audit.RecordDenied(app, hookstest.Actor(t, app, gita, first), "panel.enter", "a page") },
		func() { audit.RecordDenied(app, &other, "panel.enter", "a page") },
	} {
		for range 3 {
			deny()
			if got := entries(); got != n+1 {
				t.Errorf("got %d entries after repeating refusal %d, want %d", got, n+1, n+1)
			}
		}
	}
	app.Store().Remove("usher.limits.turned-away") // a minute later
	audit.RecordDenied(app, hookstest.Actor(t, app, gita, first), "panel.enter", "a page")
	if got := entries(); got != 5 {
		t.Errorf("got %d entries a minute later, want 5", got)
	}
}

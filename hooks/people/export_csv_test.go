package people_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
)

func TestExport_AppliesFilters(t *testing.T) {
	p := newFixtureWithInvitations(t)
	hookstest.Exec(t, p.app, "UPDATE users SET name = '=1+1' WHERE email = 'member@x.example'", nil)
	export := func(query people.Query) [][]string {
		t.Helper()
		var b strings.Builder
		p.must(people.Export(p.app, hookstest.Actor(t, p.app, p.users["admin"], p.team), query, time.UTC, &b))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		p.must(err)
		return rows
	}
	if rows := export(people.Query{}); len(rows) != 1+11 || rows[0][1] != "Email address" || rows[0][7] != "Added (UTC)" {
		t.Errorf("%d rows: %q, want %v, %q and %q", len(rows), rows, 1+11, "Email address", "Added (UTC)")
	}
	rows := export(people.Query{Search: "member@", Status: "pending", Page: 7, Size: 1})
	if len(rows) != 2 || rows[1][0] != "'=1+1" || rows[1][3] != "" || rows[1][4] != "admin" || rows[1][9] == "" {
		t.Fatalf("%q", rows)
	}
	entry, err := p.app.FindFirstRecordByFilter("audit", "action = 'users.export' && detail ~ 'search'")
	p.must(err)
	if detail := entry.GetString("detail"); detail != `{"rows":1,"search":"member@","status":"pending"}` || entry.GetString("team") != p.team.Id {
		t.Error(detail)
	}
}

func TestExport_WithoutPanelAccess_IsRefused(t *testing.T) {
	p := newFixtureWithInvitations(t)
	for _, name := range []string{"guest", "member", "organizer"} {
		var b strings.Builder
		err := people.Export(p.app, hookstest.Actor(t, p.app, p.users[name], p.team), people.Query{}, time.UTC, &b)
		hookstest.AssertCode(t, name, err, errs.CodeNotAllowed)
		if b.Len() > 0 {
			t.Errorf("%s got %q, want at most 0", name, b.String())
		}
	}
	if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"action": "users.export", "result": errs.CodeNotAllowed}); n != 3 {
		t.Errorf("%d refusals are recorded, want 3", n)
	}
}

func TestEach_VisitsEveryRowOnce(t *testing.T) {
	p := newFixture(t, false)
	p.must(p.app.RunInTransaction(func(tx core.App) error {
		for n := range 430 {
			invitation := hookstest.NewRecord(t, tx, "invitations", map[string]any{"team": p.team.Id, "email": fmt.Sprintf("p%d@big.example", n),
				"status": "pending", "inviter": p.users["owner"].Id, "token_hash": fmt.Sprint("hash", n), "expires": time.Now().Add(time.Hour)})
			if err := tx.Save(invitation); err != nil {
				return err
			}
		}
		return nil
	}))
	seen := map[string]bool{}
	p.must(people.Each(p.app, p.team.Id, people.Query{Search: "@big.example"}, func(row people.Row) error {
		if seen[row.Email] {
			t.Errorf("%s twice", row.Email)
		}
		seen[row.Email] = true
		return nil
	}))
	if len(seen) != 430 {
		t.Errorf("%d rows, want 430", len(seen))
	}
}

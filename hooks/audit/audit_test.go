package audit_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

const chainTeam = "team00000000001"

// newChain adds three rows to a chain: with a detail, without one, and a refusal.
func newChain(t *testing.T) *core.BaseApp {
	t.Helper()
	app := hookstest.NewApp(t)
	for _, entry := range []*audit.Entry{
		{Team: chainTeam, Actor: "a", ActorName: "Ada & <Co>", IP: "192.0.2.1", Action: "team.update",
			Detail: map[string]any{"name": "Café <&> \u2028", "number": 1.50, "list": []string{"b", "a"}}},
		{Team: chainTeam, Action: "team.update", Target: "t", TargetName: "Halation"},
		{Team: chainTeam, Actor: "b", Action: "member.remove"},
	} {
		result := ""
		if entry.Action == "member.remove" {
			result = errs.CodeNotAllowed
		}
		if err := app.RunInTransaction(func(tx core.App) error {
			if result != "" {
				return audit.WriteRefused(tx, entry, result)
			}
			return audit.Write(tx, entry)
		}); err != nil {
			t.Fatal(err)
		}
	}
	return app
}

func TestVerify_UntouchedChain(t *testing.T) {
	app := newChain(t)
	for _, team := range []string{chainTeam, "", "nothing"} {
		if err := audit.Verify(app, team); err != nil {
			t.Error(err)
		}
	}
	rows, err := app.FindRecordsByFilter("audit", "team = {:t}", "seq", 0, 0, dbx.Params{"t": chainTeam})
	if err != nil || len(rows) != 3 || rows[2].GetString("result") != "not_allowed" || rows[1].GetString("result") != "ok" {
		t.Fatalf("got %v and %v, want three rows, the last refused", rows, err)
	}
	if rows[1].GetString("hash") == rows[2].GetString("hash") || rows[1].GetString("hash") != rows[2].GetString("previous") {
		t.Error("row 3 doesn't continue the chain of row 2")
	}
}

func TestRow_CannotBeChangedOrDeleted(t *testing.T) {
	app := newChain(t)
	for _, sql := range []string{"UPDATE audit SET actor = 'c'", "DELETE FROM audit", "UPDATE audit SET hash = hash WHERE seq = 3",
		"INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
		"INSERT OR REPLACE INTO audit (id, team, seq, action, result, at, hash) VALUES ('forged000000001', 'team00000000001', 2, 'a', 'ok', 'now', 'h')"} {
		if _, err := app.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("%s succeeded, want an error", sql)
		}
	}
	row, err := app.FindFirstRecordByFilter("audit", "seq = 1")
	if err != nil {
		t.Fatal(err)
	}
	row.Set("actor_name", "Someone else")
	if err := app.Save(row); err == nil {
		t.Error("a row could be changed, want an error")
	}
	if err := app.Delete(row); err == nil {
		t.Error("a row could be deleted, want an error")
	}
	forged := core.NewRecord(row.Collection())
	forged.Load(map[string]any{"team": chainTeam, "seq": 4, "action": "team.update", "result": "ok", "at": "now", "hash": "forged"})
	hookstest.AssertCode(t, "a forged row", app.Save(forged), "bad_chain")
	if err := audit.Verify(app, chainTeam); err != nil {
		t.Error(err)
	}
}

func TestVerify_ForgedRow_IsFound(t *testing.T) {
	for _, field := range []string{"actor", "actor_name", "address", "action", "target", "target_name", "result", "at", "detail", "previous", "hash"} {
		for seq, want := range map[string]string{"1": "row 1", "2": "row 2", "3": "row 3"} {
			app := newChain(t)
			hookstest.Exec(t, app, "DROP TRIGGER audit_no_UPDATE", nil)
			hookstest.Exec(t, app, "UPDATE audit SET "+field+" = '\"forged\"' WHERE seq = "+seq, nil)
			if err := audit.Verify(app, chainTeam); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s forged in row %s: got %v, want %q", field, seq, err, want)
			}
		}
	}
	for name, sql := range map[string]string{
		"a row deleted":       "DELETE FROM audit WHERE seq = 2",
		"first row deleted":   "DELETE FROM audit WHERE seq = 1",
		"rows swapped":        "UPDATE audit SET seq = 9 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 9",
		"row moved to a team": "UPDATE audit SET team = 'other' WHERE seq = 1",
	} {
		app := newChain(t)
		hookstest.Exec(t, app, "DROP TRIGGER audit_no_UPDATE; DROP TRIGGER audit_no_DELETE; "+sql, nil)
		if err := audit.Verify(app, chainTeam); err == nil {
			t.Errorf("%s: got no error, want an error", name)
		}
	}
}

func TestDo_ActionAndEntryShareTransaction(t *testing.T) {
	app := hookstest.NewApp(t)
	entry := func() *audit.Entry { return &audit.Entry{Team: chainTeam, Action: "team.update"} }
	action := func(err error) func(core.App) error {
		return func(tx core.App) error {
			hookstest.Account(t, tx, "made@x.example")
			return err
		}
	}
	err := audit.Do(app, entry(), action(errors.New("the disk is full")))
	if err == nil || hookstest.Count(t, app, "audit") != 0 || hookstest.Count(t, app, "users") != 0 {
		t.Errorf("internal error: got %v, want an error and no rows", err)
	}
	err = audit.Do(app, entry(), action(errs.Forbidden("No.")))
	hookstest.AssertCode(t, "a refusal", err, errs.CodeNotAllowed)
	if hookstest.Count(t, app, "audit", dbx.HashExp{"result": errs.CodeNotAllowed}) != 1 || hookstest.Count(t, app, "users") != 0 {
		t.Error("refusal: want the entry only, without the change")
	}
	if err := audit.Do(app, entry(), action(nil)); err != nil ||
		hookstest.Count(t, app, "audit", dbx.HashExp{"result": "ok"}) != 1 || hookstest.Count(t, app, "users") != 1 {
		t.Errorf("success: got %v, want the entry and the change", err)
	}
	if err := audit.Do(app, &audit.Entry{}, func(core.App) error { return nil }); err != nil || hookstest.Count(t, app, "audit") != 2 {
		t.Errorf("empty action: got %v, want no entry", err)
	}
}

func TestDo_Concurrent_KeepsChainsIntact(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	others := hookstest.Team(t, app, owner, "Another team", "free")
	users := make([]*actors.Actor, 20)
	for i := range users {
		users[i] = hookstest.Actor(t, app, owner, []*teams.Team{team, others}[i%2])
	}
	before := hookstest.Count(t, app, "audit")
	results := hookstest.Race(20, func(i int) error {
		return audit.Do(app, audit.NewEntry(users[i], "team.update").With("i", i), func(core.App) error {
			if i%4 == 3 {
				return errs.Forbidden("No.")
			}
			return nil
		})
	})
	if won := hookstest.CountSucceeded(t, results, errs.CodeNotAllowed); won != 15 {
		t.Errorf("%d actions succeeded, want 15", won)
	}
	if n := hookstest.Count(t, app, "audit") - before; n != 20 {
		t.Errorf("got %d rows, want 20", n)
	}
	for _, team := range []*teams.Team{team, others} {
		if err := audit.Verify(app, team.Id); err != nil {
			t.Error(err)
		}
	}
}

package people_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/teams"
)

// refreshFixture is a team whose Owner has invited others; no Keeper works for it.
type refreshFixture struct {
	app     *core.BaseApp
	owner   *core.Record
	team    *teams.Team
	invited []*core.Record
}

func newRefreshFixture(t *testing.T, dir string, guests int) *refreshFixture {
	t.Helper()
	hookstest.WriteDB(t, dir)
	w := &refreshFixture{app: hookstest.OpenApp(t, dir, hookstest.Config())}
	w.owner = hookstest.Account(t, w.app, "marta@halation.example")
	w.team = hookstest.Team(t, w.app, w.owner, "Halation Post", "unlimited")
	for n := range guests {
		account := hookstest.Account(t, w.app, fmt.Sprintf("p%d@halation.example", n))
		w.invited = append(w.invited, account)
		_, err := invitations.Invite(w.app, hookstest.Actor(t, w.app, w.owner, w.team),
			invitations.Request{Lines: invitations.ParseLines([]string{account.Email()})})
		if err != nil {
			t.Fatal(err)
		}
	}
	hookstest.Exec(t, w.app, "DELETE FROM people_stale", nil)
	return w
}

func (w *refreshFixture) accept(app core.App, n int) error {
	waiting, err := invitations.ListPending(app, w.invited[n])
	if err != nil || len(waiting) != 1 {
		return fmt.Errorf("%d invitations wait: %w", len(waiting), err)
	}
	_, err = invitations.Accept(app, invitations.Response{Account: w.invited[n], ID: waiting[0].Id})
	return err
}

// countStale is how many rows are written down as old.
func countStale(t testing.TB, app core.App) int {
	t.Helper()
	var n int
	if err := app.NonconcurrentDB().NewQuery("SELECT count(*) FROM people_stale").Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *refreshFixture) assertCounts(t testing.TB, app core.App, accepted, pending int) {
	t.Helper()
	counts, err := people.Count(app, w.team.Id)
	if err != nil || counts.Accepted != accepted || counts.Pending != pending {
		t.Errorf("%+v %v, want %d accepted and %d pending", counts, err, accepted, pending)
	}
}

func TestRefresh_EveryReaderSeesAccept(t *testing.T) {
	readers := map[string]func(w *refreshFixture) (string, error){
		"list": func(w *refreshFixture) (string, error) {
			page, err := people.List(w.app, w.team.Id, people.Query{Search: "p0@halation"})
			return fmt.Sprint(len(page.Rows) == 1 && page.Rows[0].Status == "accepted"), err
		},
		"row": func(w *refreshFixture) (string, error) {
			row, err := people.FindRow(w.app, w.team.Id, w.invited[0].Id)
			return fmt.Sprint(err == nil && row.Status == "accepted"), err
		},
		"address": func(w *refreshFixture) (string, error) {
			rows, err := people.ByAddress(w.app, w.team.Id, []string{"p0@halation.example"})
			return fmt.Sprint(rows["p0@halation.example"].Status == "accepted"), err
		},
		"ids": func(w *refreshFixture) (string, error) {
			ids, err := people.IDs(w.app, w.team.Id, people.Query{Status: "accepted"}, 10)
			return fmt.Sprint(len(ids) == 2), err
		},
		"counts": func(w *refreshFixture) (string, error) {
			counts, err := people.Count(w.app, w.team.Id)
			return fmt.Sprint(counts.Accepted == 2), err
		},
		"sizes": func(w *refreshFixture) (string, error) {
			sizes, err := members.CountByTeam(w.app, []members.TeamRole{{Team: w.team.Record}})
			return fmt.Sprint(sizes[w.team.Id] == 2), err
		},
	}
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			w := newRefreshFixture(t, t.TempDir(), 1)
			if seen, _ := read(w); seen != "false" {
				t.Fatal("seen before")
			}
			if err := w.accept(w.app, 0); err != nil || countStale(t, w.app) != 1 {
				t.Fatalf("%v, %d rows are old, want 1", err, countStale(t, w.app))
			}
			if seen, err := read(w); err != nil || seen != "true" {
				t.Errorf("not seen: %v, want %q", err, "true")
			}
			if n := countStale(t, w.app); n != 0 {
				t.Errorf("%d rows are old after a reading, want 0", n)
			}
			hookstest.AssertPeopleIndex(t, w.app)
		})
	}
}

func TestRefresh_InTransaction_SeesOwnWrites(t *testing.T) {
	w := newRefreshFixture(t, t.TempDir(), 1)
	err := w.app.RunInTransaction(func(tx core.App) error {
		if err := w.accept(tx, 0); err != nil {
			return err
		}
		w.assertCounts(t, tx, 2, 0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.assertCounts(t, w.app, 2, 0)
}

func TestRefresh_AfterRollback_NoStaleRows(t *testing.T) {
	w := newRefreshFixture(t, t.TempDir(), 1)
	back := errors.New("back")
	err := w.app.RunInTransaction(func(tx core.App) error {
		if err := w.accept(tx, 0); err != nil {
			return err
		}
		if n := countStale(t, tx); n != 1 {
			t.Errorf("%d rows are old, want 1", n)
		}
		return back
	})
	if !errors.Is(err, back) || countStale(t, w.app) != 0 {
		t.Errorf("%v, %d rows are old, want %v and 0", err, countStale(t, w.app), back)
	}
	w.assertCounts(t, w.app, 1, 1)
}

// What stands on the disk between a commit and the renewal is what a process killed there leaves.
func TestRefresh_AfterCrash_LosesNothing(t *testing.T) {
	dir := t.TempDir()
	w := newRefreshFixture(t, dir, 2)
	if err := w.accept(w.app, 0); err != nil {
		t.Fatal(err)
	}
	left := t.TempDir()
	for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := hookstest.OpenApp(t, left, hookstest.Config())
	if n := countStale(t, again); n != 1 {
		t.Fatalf("%d rows are old after the kill, want 1", n)
	}
	w.assertCounts(t, again, 2, 1)
	hookstest.AssertPeopleIndex(t, again)
}

func TestRefresh_ConcurrentReadersAndWriters(t *testing.T) {
	const guests, readers = 12, 4
	w := newRefreshFixture(t, t.TempDir(), guests)
	stop := people.StartRefresher(w.app)
	defer stop()
	for _, err := range hookstest.Race(guests+readers, func(n int) error {
		if n >= guests {
			for range 20 {
				if _, err := people.List(w.app, w.team.Id, people.Query{}); err != nil {
					return err
				}
			}
			return nil
		}
		if err := w.accept(w.app, n); err != nil {
			return err
		}
		row, err := people.FindRow(w.app, w.team.Id, w.invited[n].Id)
		if err == nil && row.Status != "accepted" {
			err = fmt.Errorf("%s reads %s after accepting", row.Email, row.Status)
		}
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	w.assertCounts(t, w.app, guests+1, 0)
	hookstest.AssertPeopleIndex(t, w.app)
}

func TestRefresher_RefreshesWithoutReaders(t *testing.T) {
	w := newRefreshFixture(t, t.TempDir(), 2)
	if err := w.accept(w.app, 0); err != nil { // a crash left it
		t.Fatal(err)
	}
	stop := people.StartRefresher(w.app)
	defer stop()
	drained := func() {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); countStale(t, w.app) > 0; {
			if time.Now().After(end) {
				t.Fatal("rows stay old")
			}
		}
	}
	drained()
	if err := w.accept(w.app, 1); err != nil {
		t.Fatal(err)
	}
	drained()
	var accepted int
	if err := w.app.DB().Select("accepted").From("tallies").Where(dbx.HashExp{"team": w.team.Id}).Row(&accepted); err != nil || accepted != 3 {
		t.Errorf("%d are in the team, %v, want 3", accepted, err)
	}
	stop()
	if err := w.app.RunInTransaction(func(tx core.App) error { return people.Refresh(tx, w.team.Id) }); err != nil {
		t.Error(err)
	}
	hookstest.AssertPeopleIndex(t, w.app)
}

func TestRefresh_MemberLeft_IsNotListed(t *testing.T) {
	w := newRefreshFixture(t, t.TempDir(), 1)
	if err := w.accept(w.app, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := members.Leave(w.app, hookstest.Actor(t, w.app, w.invited[0], w.team), members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if n := countStale(t, w.app); n != 1 {
		t.Errorf("%d rows are old, want 1", n)
	}
	w.assertCounts(t, w.app, 1, 0)
	hookstest.AssertPeopleIndex(t, w.app)
}

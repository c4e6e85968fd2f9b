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

// world is a team whose Owner has invited others; no Keeper works for it.
type world struct {
	app     *core.BaseApp
	owner   *core.Record
	team    *teams.Team
	invited []*core.Record
}

func newWorld(t *testing.T, dir string, guests int) *world {
	t.Helper()
	hookstest.Lay(t, dir)
	w := &world{app: hookstest.Open(t, dir, hookstest.Config())}
	w.owner = hookstest.Person(t, w.app, "marta@halation.example")
	w.team = hookstest.Team(t, w.app, w.owner, "Halation Post", "unlimited")
	for n := range guests {
		account := hookstest.Person(t, w.app, fmt.Sprintf("p%d@halation.example", n))
		w.invited = append(w.invited, account)
		_, err := invitations.Invite(w.app, hookstest.Actor(t, w.app, w.owner, w.team),
			invitations.Offer{Lines: invitations.Addresses([]string{account.Email()})})
		if err != nil {
			t.Fatal(err)
		}
	}
	hookstest.Exec(t, w.app, "DELETE FROM people_stale", nil)
	return w
}

func (w *world) accept(app core.App, n int) error {
	waiting, err := invitations.Waiting(app, w.invited[n])
	if err != nil || len(waiting) != 1 {
		return fmt.Errorf("%d invitations wait: %w", len(waiting), err)
	}
	_, err = invitations.Accept(app, invitations.Answer{Account: w.invited[n], ID: waiting[0].Id})
	return err
}

// old is how many rows are written down as old.
func old(t testing.TB, app core.App) int {
	t.Helper()
	var n int
	if err := app.NonconcurrentDB().NewQuery("SELECT count(*) FROM people_stale").Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) counts(t testing.TB, app core.App, accepted, pending int) {
	t.Helper()
	counts, err := members.Count(app, w.team.Id)
	if err != nil || counts.Accepted != accepted || counts.Pending != pending {
		t.Errorf("%+v %v, want %d accepted and %d pending", counts, err, accepted, pending)
	}
}

func TestEveryReaderSeesAnAcceptAtOnce(t *testing.T) {
	readers := map[string]func(w *world) (string, error){
		"list": func(w *world) (string, error) {
			page, err := members.List(w.app, w.team.Id, members.Query{Search: "p0@halation"})
			return fmt.Sprint(len(page.Rows) == 1 && page.Rows[0].Status == "accepted"), err
		},
		"row": func(w *world) (string, error) {
			row, err := members.FindRow(w.app, w.team.Id, w.invited[0].Id)
			return fmt.Sprint(err == nil && row.Status == "accepted"), err
		},
		"address": func(w *world) (string, error) {
			rows, err := members.ByAddress(w.app, w.team.Id, []string{"p0@halation.example"})
			return fmt.Sprint(rows["p0@halation.example"].Status == "accepted"), err
		},
		"ids": func(w *world) (string, error) {
			ids, err := members.IDs(w.app, w.team.Id, members.Query{Status: "accepted"}, 10)
			return fmt.Sprint(len(ids) == 2), err
		},
		"counts": func(w *world) (string, error) {
			counts, err := members.Count(w.app, w.team.Id)
			return fmt.Sprint(counts.Accepted == 2), err
		},
		"sizes": func(w *world) (string, error) {
			sizes, err := members.Sizes(w.app, []members.Place{{Team: w.team.Record}})
			return fmt.Sprint(sizes[w.team.Id] == 2), err
		},
	}
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), 1)
			if seen, _ := read(w); seen != "false" {
				t.Fatal("seen before")
			}
			if err := w.accept(w.app, 0); err != nil || old(t, w.app) != 1 {
				t.Fatalf("%v, %d rows are old", err, old(t, w.app))
			}
			if seen, err := read(w); err != nil || seen != "true" {
				t.Errorf("not seen: %v", err)
			}
			if n := old(t, w.app); n != 0 {
				t.Errorf("%d rows are old after a reading", n)
			}
			hookstest.ListsAgree(t, w.app)
		})
	}
}

func TestAReaderInsideOfTheTransactionSeesIt(t *testing.T) {
	w := newWorld(t, t.TempDir(), 1)
	err := w.app.RunInTransaction(func(tx core.App) error {
		if err := w.accept(tx, 0); err != nil {
			return err
		}
		w.counts(t, tx, 2, 0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.counts(t, w.app, 2, 0)
}

func TestARollbackLeavesNoRowOld(t *testing.T) {
	w := newWorld(t, t.TempDir(), 1)
	back := errors.New("back")
	err := w.app.RunInTransaction(func(tx core.App) error {
		if err := w.accept(tx, 0); err != nil {
			return err
		}
		if n := old(t, tx); n != 1 {
			t.Errorf("%d rows are old", n)
		}
		return back
	})
	if !errors.Is(err, back) || old(t, w.app) != 0 {
		t.Errorf("%v, %d rows are old", err, old(t, w.app))
	}
	w.counts(t, w.app, 1, 1)
}

// What stands on the disk between a commit and the renewal is what a process killed there leaves.
func TestAKillBeforeTheRenewalLosesNothing(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, dir, 2)
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
	again := hookstest.Open(t, left, hookstest.Config())
	if n := old(t, again); n != 1 {
		t.Fatalf("%d rows are old after the kill", n)
	}
	w.counts(t, again, 2, 1)
	hookstest.ListsAgree(t, again)
}

func TestReadersRenewAtOnceWhileOthersWrite(t *testing.T) {
	const guests, readers = 12, 4
	w := newWorld(t, t.TempDir(), guests)
	stop := people.NewKeeper(w.app).Start()
	defer stop()
	for _, err := range hookstest.Race(guests+readers, func(n int) error {
		if n >= guests {
			for range 20 {
				if _, err := members.List(w.app, w.team.Id, members.Query{}); err != nil {
					return err
				}
			}
			return nil
		}
		if err := w.accept(w.app, n); err != nil {
			return err
		}
		row, err := members.FindRow(w.app, w.team.Id, w.invited[n].Id)
		if err == nil && row.Status != "accepted" {
			err = fmt.Errorf("%s reads %s after accepting", row.Email, row.Status)
		}
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	w.counts(t, w.app, guests+1, 0)
	hookstest.ListsAgree(t, w.app)
}

func TestTheKeeperRenewsWithoutAReader(t *testing.T) {
	w := newWorld(t, t.TempDir(), 2)
	if err := w.accept(w.app, 0); err != nil { // a crash left it
		t.Fatal(err)
	}
	stop := people.NewKeeper(w.app).Start()
	defer stop()
	drained := func() {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); old(t, w.app) > 0; {
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
		t.Errorf("%d are in the team, %v", accepted, err)
	}
	stop()
	if err := w.app.RunInTransaction(func(tx core.App) error { return people.Renew(tx, w.team.Id) }); err != nil {
		t.Error(err)
	}
	hookstest.ListsAgree(t, w.app)
}

func TestWhoLeavesBeforeTheRenewalIsListedNoMore(t *testing.T) {
	w := newWorld(t, t.TempDir(), 1)
	if err := w.accept(w.app, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := members.Leave(w.app, hookstest.Actor(t, w.app, w.invited[0], w.team)); err != nil {
		t.Fatal(err)
	}
	if n := old(t, w.app); n != 1 {
		t.Errorf("%d rows are old", n)
	}
	w.counts(t, w.app, 1, 0)
	hookstest.ListsAgree(t, w.app)
}

package capacity_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/capacity"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
)

// countEmails counts the emails about a resource at a level, those that another replaced included.
func countEmails(t *testing.T, app core.App, resource, level string) int {
	t.Helper()
	return hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindCapacity},
		dbx.NewExp("basis LIKE {:r} AND basis LIKE {:l}", dbx.Params{"r": "%" + resource + "%", "l": "%" + level + "%"}))
}

func TestCapacity_ConcurrentAccepts_NotifyOncePerLevel(t *testing.T) {
	f := newFixture(t)
	addresses := []string{"ada@x.example", "ben@x.example"}
	var ids []string
	var accounts []*core.Record
	for _, address := range addresses {
		accounts = append(accounts, hookstest.Account(t, f.app, address))
		ids = append(ids, f.invite(address, "organizer"))
	}
	hookstest.SlowWrites(f.app, "invitations", "memberships", "capacity_marks")
	hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error {
		_, err := invitations.Accept(f.app, invitations.Response{Account: accounts[i], ID: ids[i]})
		return err
	}))
	for _, level := range []string{"nearly", "full"} {
		if n := countEmails(t, f.app, "organizer", level); n != 1 {
			t.Errorf("got %d emails that Organizer seats are %s used up, want 1", n, level)
		}
	}
}

func TestCapacity_ConcurrentStarts_NotifyOncePerLevel(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.app, "UPDATE teams SET licences = 3", nil)
	var rows []*core.Record
	for range 5 {
		r := hookstest.FindRecord(t, f.app, "sessions", hookstest.ScheduleSession(t, f.app, f.owner, f.team, sessions.Form{}).Id)
		r.Set("status", sessions.Running)
		rows = append(rows, r)
	}
	hookstest.SlowWrites(f.app, "sessions", "capacity_marks")
	won := hookstest.CountSucceeded(t, hookstest.Race(len(rows), func(i int) error { return f.app.Save(rows[i]) }), runs.CodeLicencesFull)
	for _, level := range []string{"nearly", "full"} {
		if n := countEmails(t, f.app, "licence", level); won != 3 || n != 1 {
			t.Errorf("got %d sessions started and %d emails that licences are %s used up, want 3 and 1", won, n, level)
		}
	}
}

// The control: the same check and write outside of a transaction tell a level twice.
func TestCapacity_WithoutTransaction_NotifiesTwice(t *testing.T) {
	f := newFixture(t)
	f.invite("first@x.example", "organizer") // the mark is at nearly
	marks, err := f.app.FindRecordsByFilter("capacity_marks", "team = {:t}", "", 0, 0, dbx.Params{"t": f.team.Id})
	if err != nil || !slices.ContainsFunc(marks, func(m *core.Record) bool {
		return m.GetString("resource") == "organizer" && m.GetString("level") == "nearly"
	}) {
		t.Fatalf("got the marks %v (error %v), want one that Organizer seats are nearly used up", marks, err)
	}
	membership, err := f.app.FindFirstRecordByFilter("memberships", "user = {:u}", dbx.Params{"u": f.owner.Id})
	if err != nil {
		t.Fatal(err)
	}
	plan := hookstest.FindRecord(t, f.app, "plans", f.team.GetString("plan"))
	invitation, err := f.app.FindFirstRecordByFilter("invitations", "email = 'first@x.example'")
	if err != nil {
		t.Fatal(err)
	}
	// All marks, so that neither writer creates one and both only raise that of the Organizer seats.
	rows := append(marks, hookstest.FindRecord(t, f.app, "users", f.owner.Id), hookstest.FindRecord(t, f.app, "teams", f.team.Id), membership, invitation)

	var checked atomic.Int32
	second := make(chan struct{})
	app := hookstest.NewBareApp(t, func(app core.App) {
		settings.Set(app, hookstest.Config())
		app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			return capacity.RaiseMarks(e.App, f.team.Id, false)
		})
		app.OnRecordUpdateExecute("capacity_marks").BindFunc(func(e *core.RecordEvent) error {
			if checked.Add(1) == 2 {
				close(second)
			}
			select { // a second one comes past the check before the first has written
			case <-second:
			case <-time.After(2 * time.Second):
			}
			return e.Next()
		})
	})
	if _, err := app.FindRecordById("plans", plan.Id); err != nil {
		hookstest.CopyRecords(t, app, plan)
	}
	hookstest.CopyRecords(t, app, rows...)
	hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error {
		return app.Save(hookstest.NewRecord(t, app, "invitations", map[string]any{"team": f.team.Id, "email": []string{"a@x.example", "b@x.example"}[i],
			"status": "pending", "organizer": true, "expires": "2099-01-01 00:00:00.000Z"}))
	}))
	if n := countEmails(t, app, "organizer", "full"); n < 2 {
		t.Errorf("got %d emails without the transaction, want the fault that the race shows", n)
	}
}

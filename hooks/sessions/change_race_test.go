package sessions_test

import (
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// Whoever is slower, a session that was called off stays so, and a change that was taken is not lost: by the App's own
// way, and by rows that were read before the race, as the dashboard writes them.
func TestACancellationAndAChangeAtOnceLoseNothing(t *testing.T) {
	for range 5 {
		s := open(t, "pro")
		session := s.session(sessions.Form{Guests: []string{"zed@out.example"}})
		form, _ := sessions.FormOf(s.app, session)
		form.Title = "Dailies"
		row := hookstest.Stored(t, s.app, "sessions", session.Id)
		actor := s.actor("organizer")
		hookstest.Widen(s.app, "sessions")
		results := hookstest.Race(3, func(i int) error {
			switch i {
			case 0:
				return sessions.Cancel(s.app, actor, session.Id, sessions.This)
			case 1:
				return sessions.Change(s.app, actor, session.Id, form, sessions.This)
			}
			row.Set("lobby", true)
			return s.app.Save(row)
		})
		hookstest.Won(t, results, sessions.CodeCancelled)
		after := s.stored(session.Id)
		letters, title := 1, session.Title()
		if results[1] == nil {
			letters, title = 2, "Dailies"
		}
		if results[0] != nil || after.Status() != sessions.Cancelled || after.Title() != title || after.GetInt("sequence") != letters {
			t.Errorf("%v: %s, %q, sequence %d", results, after.Status(), after.Title(), after.GetInt("sequence"))
		}
	}
}

// The control: judged outside of the transaction that writes, and written as it was read, one of the two is lost.
func TestTheRaceOfACancellationAndAChangeIsReal(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{})
	row, team := hookstest.Stored(t, s.app, "sessions", session.Id), hookstest.Stored(t, s.app, "teams", s.team.Id)
	row.Set("host", "") // nobody is copied
	var judged sync.WaitGroup
	judged.Add(2)
	app := hookstest.Wired(t, func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.GuardChange(e.App, e.Record); err != nil {
				return err
			}
			judged.Done()
			both := make(chan struct{})
			go func() { judged.Wait(); close(both) }()
			select { // the second is judged before the first has written
			case <-both:
			case <-time.After(2 * time.Second):
			}
			return e.Next()
		})
	})
	hookstest.Copy(t, app, row, team)
	won := hookstest.Won(t, hookstest.Race(2, func(i int) error {
		r, err := app.FindRecordById("sessions", session.Id)
		if err != nil {
			return err
		}
		r.Set([]string{"status", "lobby"}[i], []any{sessions.Cancelled, true}[i])
		return app.Save(r)
	}), sessions.CodeCancelled)
	after := hookstest.Stored(t, app, "sessions", session.Id)
	if won == 2 && after.GetString("status") == sessions.Cancelled && after.GetBool("lobby") {
		t.Error("nothing is lost without the transaction: the race shows nothing")
	}
}

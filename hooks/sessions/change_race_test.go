package sessions_test

import (
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// Through Change and Cancel, and with a record that was read before the race, as the dashboard saves it: a cancelled session
// stays cancelled, and an accepted change isn't lost.
func TestChange_ConcurrentWithCancel_EndsCancelled(t *testing.T) {
	for range 5 {
		s := newFixture(t, "pro")
		session := s.newSession(sessions.Form{Guests: []string{"zed@out.example"}})
		form, _ := sessions.FormOf(s.app, session)
		form.Title = "Changed"
		row := hookstest.FindRecord(t, s.app, "sessions", session.Id)
		hookstest.SlowWrites(s.app, "sessions")
		actors := []func() error{
			func() error {
				return sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession)
			},
			func() error { return sessions.Cancel(s.app, s.actor("organizer"), session.Id, sessions.ScopeSession) },
			func() error {
				row.Set("lobby", true)
				return s.app.Save(row)
			},
		}
		results := hookstest.Race(3, func(n int) error { return actors[n]() })
		hookstest.CountSucceeded(t, results, sessions.CodeCancelled)
		if now := s.reload(session.Id); results[1] != nil || now.Status() != sessions.Cancelled || (results[0] == nil) != (now.Title() == "Changed") {
			t.Errorf("got %s, %s, %v", now.Status(), now.Title(), results)
		}
		if now := s.reload(session.Id); (results[0] == nil) != (now.GetInt("sequence") == 2) { // changed first, and then cancelled
			t.Errorf("sequence %d, %v", now.GetInt("sequence"), results)
		}
	}
}

// The control: checked outside of the transaction, and saved as it was read, one of the two changes is lost.
func TestChange_WithoutTx_LosesRace(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{})
	row, team := hookstest.FindRecord(t, s.app, "sessions", session.Id), hookstest.FindRecord(t, s.app, "teams", s.team.Id)
	row.Set("host", "") // no participant is created
	var judged sync.WaitGroup
	judged.Add(2)
	app := hookstest.NewBareApp(t, func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.ValidateChange(e.App, e.Record); err != nil {
				return err
			}
			judged.Done()
			both := make(chan struct{})
			go func() { judged.Wait(); close(both) }()
			select { // the second is checked before the first has saved
			case <-both:
			case <-time.After(2 * time.Second):
			}
			return e.Next()
		})
	})
	hookstest.CopyRecords(t, app, row, team)
	won := hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error {
		r, err := app.FindRecordById("sessions", session.Id)
		if err != nil {
			return err
		}
		r.Set([]string{"status", "lobby"}[i], []any{sessions.Cancelled, true}[i])
		return app.Save(r)
	}), sessions.CodeCancelled)
	after := hookstest.FindRecord(t, app, "sessions", session.Id)
	if won == 2 && after.GetString("status") == sessions.Cancelled && after.GetBool("lobby") {
		t.Error("nothing is lost without the transaction: the race shows nothing")
	}
}

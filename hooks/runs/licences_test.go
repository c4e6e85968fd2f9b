package runs_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/runs"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestStart_WithoutLicence_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	hookstest.Exec(t, s.app, "UPDATE teams SET licences = 1", nil)
	s.users["both"] = hookstest.Member(t, s.app, s.team, "both@x.example", "admin", "organizer")
	first := s.newRunning(sessions.Form{Title: "Dailies"})
	second := s.newStartable(sessions.Form{Title: "Grading"})
	_, err := runs.Start(s.app, s.actor("organizer"), second.Id)
	_, code, sentence, _ := errs.Details(err)
	if code != runs.CodeLicencesFull || strings.Contains(sentence, "Dailies") {
		t.Errorf("an Organizer got %q (%s), want %v and it without %q", sentence, code, runs.CodeLicencesFull, "Dailies")
	}
	own := hookstest.ScheduleSession(t, s.app, s.users["both"], s.team, sessions.Form{Title: "Board", Starts: time.Now().Add(5 * time.Minute)})
	_, err = runs.Start(s.app, s.actor("both"), own.Id)
	if _, code, sentence, _ := errs.Details(err); code != runs.CodeLicencesFull || !strings.Contains(sentence, "“Dailies” (Organizer)") {
		t.Errorf("an Admin got %q (%s), want %v and it with %q", sentence, code, runs.CodeLicencesFull, "“Dailies” (Organizer)")
	}
	bare := hookstest.FindRecord(t, s.app, "sessions", second.Id)
	bare.Set("status", sessions.Running)
	hookstest.AssertCode(t, "a bare save", s.app.Save(bare), runs.CodeLicencesFull)

	use, err := runs.Licences(s.app, s.team.Id)
	if err != nil || use.Limit != 1 || use.Used() != 1 || use.Free() != 0 || use.Sessions[0].Id != first.Id {
		t.Errorf("got %+v, %v", use, err)
	}
	if all, err := seats.Of(s.app, s.team.Id); err != nil || all.Licences.Used != 1 || all.Licences.Free() != 0 {
		t.Errorf("got %+v, %v, want 1 and 0", all.Licences, err)
	}
	if err := runs.End(s.app, s.actor("organizer"), first.Id); err != nil {
		t.Fatal(err)
	}
	if _, err := runs.Start(s.app, s.actor("organizer"), second.Id); err != nil {
		t.Errorf("with the licence that came back: %v", err)
	}
}

func TestLicences_CannotFallBelowRunningSessions(t *testing.T) {
	s := newFixture(t, "pro")
	s.newRunning(sessions.Form{Title: "Dailies"})
	s.newRunning(sessions.Form{})
	team := hookstest.FindRecord(t, s.app, "teams", s.team.Id)
	for _, step := range []struct {
		licences int
		code     string
	}{{1, runs.CodeLicencesFull}, {0, runs.CodeLicencesFull}, {2, ""}, {plans.Unlimited, ""}} {
		team.Set("licences", step.licences)
		err := s.app.Save(team)
		hookstest.AssertCode(t, fmt.Sprint(step.licences), err, step.code)
		if step.code != "" && !strings.Contains(err.Error(), "Dailies") {
			t.Errorf("got %v, want the names of sessions", err)
		}
	}
}

func TestStart_ConcurrentForLastLicence_OneWins(t *testing.T) {
	const n = 12
	for name, start := range map[string]func(s *fixture, id string) error{
		"start": func(s *fixture, id string) error {
			_, err := runs.Start(s.app, s.actor("organizer"), id)
			return err
		},
		"bare save": func(s *fixture, id string) error {
			r, err := s.app.FindRecordById("sessions", id)
			if err != nil {
				return err
			}
			r.Set("status", sessions.Running)
			return s.app.Save(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, "free")
			var ids []string
			for range n {
				ids = append(ids, s.newStartable(sessions.Form{}).Id)
			}
			hookstest.SlowWrites(s.app, "sessions")
			won := hookstest.CountSucceeded(t, hookstest.Race(n, func(i int) error { return start(s, ids[i]) }), runs.CodeLicencesFull)
			if running := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "running"}); won != 1 || running != 1 {
				t.Errorf("%d won, %d run, want 1 and 1", won, running)
			}
		})
	}
}

func TestStart_LastLicenceWithoutTx_LosesRace(t *testing.T) {
	var ids []string
	s := newFixture(t, "free")
	for range 12 {
		ids = append(ids, s.newStartable(sessions.Form{}).Id)
	}
	var rows []*core.Record
	for _, id := range ids {
		r := hookstest.FindRecord(t, s.app, "sessions", id)
		r.Set("host", "") // no participant is created
		rows = append(rows, r)
	}
	team := hookstest.FindRecord(t, s.app, "teams", s.team.Id)
	var checked atomic.Int32
	second := make(chan struct{})
	app := hookstest.NewBareApp(t, func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := runs.ValidateRun(e.App, e.Record); err != nil {
				return err
			}
			if err := runs.ValidateLicence(e.App, e.Record); err != nil {
				return err
			}
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
	hookstest.CopyRecords(t, app, append(rows, team)...)
	won := hookstest.CountSucceeded(t, hookstest.Race(len(ids), func(i int) error {
		r, err := app.FindRecordById("sessions", ids[i])
		if err != nil {
			return err
		}
		r.Set("status", sessions.Running)
		return app.Save(r)
	}), runs.CodeLicencesFull)
	if won < 2 {
		t.Errorf("%d won without the transaction: the race shows nothing, want at least 2", won)
	}
}

package attendances

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
)

// Run is one run of a session. Ended is zero while it runs.
type Run struct{ Started, Ended time.Time }

// Seconds is how long the run took, rounded to seconds; now is its end while it runs.
func (r Run) Seconds(now time.Time) int {
	ended := r.Ended
	if ended.IsZero() {
		ended = now
	}
	return max(0, int(ended.Sub(r.Started).Round(time.Second)/time.Second))
}

// Runs returns the runs of a session, in order; none if it was never started. A session in Usher runs once. One that is held in
// another tool can be started there again after its end, and then has later runs.
func Runs(app core.App, session *sessions.Session) ([]Run, error) {
	if session.Started().IsZero() {
		return nil, nil
	}
	first := Run{session.Started(), session.Ended()}
	if session.ExternalLink() == "" || first.Ended.IsZero() {
		return []Run{first}, nil
	}
	later, err := laterRuns(app, session)
	return append([]Run{first}, later...), err
}

// laterRuns reads the runs after the first one from the reports. A run whose end wasn't reported lasted until its last report.
func laterRuns(app core.App, session *sessions.Session) ([]Run, error) {
	var reports []struct {
		Type string
		At   string
	}
	err := app.DB().NewQuery("SELECT type, at FROM session_reports WHERE session = {:session} AND at > {:ended} ORDER BY at, event").
		Bind(dbx.Params{"session": session.Id, "ended": record.FormatTime(session.Ended())}).All(&reports)
	if err != nil {
		return nil, fmt.Errorf("list the later runs of a session: %w", err)
	}
	var all []Run
	open := false
	for _, r := range reports {
		at := record.ParseTime(r.At)
		switch {
		case !open && r.Type == EventStarted:
			all, open = append(all, Run{at, at}), true
		case open:
			all[len(all)-1].Ended = at
			open = r.Type != EventEnded
		}
	}
	return all, nil
}

// saveLaterRuns records how long the later runs of an external session took.
func saveLaterRuns(tx core.App, session *sessions.Session) error {
	runs, err := Runs(tx, session)
	if err != nil || len(runs) == 0 {
		return err
	}
	seconds := 0
	for _, run := range runs[1:] {
		seconds += run.Seconds(run.Ended)
	}
	if session.LaterSeconds() == seconds {
		return nil
	}
	session.Set("later_seconds", seconds)
	if err := tx.Save(session); err != nil {
		return fmt.Errorf("record the later runs of a session: %w", err)
	}
	return nil
}

// runOf returns the run that an attendance belongs to: the session's first one, or a later one that it joined.
func runOf(app core.App, a *Attendance, session *sessions.Session) (Run, error) {
	run := Run{session.Started(), session.Ended()}
	if session.ExternalLink() == "" || run.Ended.IsZero() || !a.Joined().After(run.Ended) {
		return run, nil
	}
	later, err := laterRuns(app, session)
	for _, one := range later {
		if !a.Joined().Before(one.Started) {
			run = one
		}
	}
	return run, err
}

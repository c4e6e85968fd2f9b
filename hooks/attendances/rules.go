package attendances

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/events"
	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// Register registers the rules for every write: an attendance ends after its start and within a run of its session, the session records
// since when it is empty, and its end closes open attendances. It also subscribes to the reports of the media server, and runs
// Reconcile every minute and when the server starts.
func Register(app core.App) {
	app.OnRecordCreateExecute("attendances").BindFunc(validateAndSave)
	app.OnRecordUpdateExecute("attendances").BindFunc(validateAndSave)
	app.OnRecordDeleteExecute("attendances").BindFunc(afterDelete)
	app.OnRecordUpdateExecute("sessions").BindFunc(closeOnSessionEnd)
	publish := func(e *core.RecordEvent) error {
		events.Publish(e.App, e.Record.GetString("team"), events.Sessions)
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("attendances").BindFunc(publish)
	app.OnRecordAfterUpdateSuccess("attendances").BindFunc(publish)

	live.OnReport(app, handleReport)
	jobs.EveryMinute(app, "usherAttendances", "ask the media server who is in", reconcileAndSweep)
	registerHeartbeat(app)
}

// reconcileAndSweep is Reconcile. The first one also ends the sessions that it shows to be over since before the server started.
func reconcileAndSweep(app core.App, now time.Time) error {
	first := !app.Store().Has(reconciledKey)
	err := Reconcile(app, now)
	if first {
		err = errors.Join(err, runs.Sweep(app, now))
	}
	return err
}

// validateAndSave fits an attendance into a run of its session, and updates since when the session is empty.
func validateAndSave(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		r := e.Record
		if !r.IsNew() && record.Changed(r, "team", "session", "sid") {
			return errs.Invalid("base", sessions.CodeFixed, "The session of an attendance can't be changed.")
		}
		session, err := sessions.FindByID(e.App, r.GetString("session"))
		if err != nil {
			return err
		}
		if session.Status() != sessions.Running && session.Status() != sessions.Ended {
			return errs.Invalid("session", sessions.CodeNotStarted, "The session isn't running.")
		}
		run, err := runOf(e.App, &Attendance{r}, session)
		if err != nil {
			return err
		}
		clamp(&Attendance{r}, run)
		if err := e.Next(); err != nil {
			return err
		}
		if err := recordActivity(e.App, &Attendance{r}); err != nil {
			return err
		}
		return updateEmptySince(e.App, session)
	})
}

// recordActivity records that attending a session is activity in its team, for guests and members.
func recordActivity(tx core.App, a *Attendance) error {
	at := a.Left()
	if at.IsZero() {
		at = a.Joined()
	}
	if a.UserID() == "" || at.IsZero() {
		return nil
	}
	return actors.MarkSeen(tx, a.GetString("team"), a.UserID(), at)
}

// afterDelete updates since when the session is empty after an attendance was deleted, unless the session was deleted with it.
func afterDelete(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		session, err := sessions.FindByID(e.App, e.Record.GetString("session"))
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		return updateEmptySince(e.App, session)
	})
}

func clamp(a *Attendance, run Run) {
	ended := run.Ended
	if a.Joined().Before(run.Started) {
		a.Set("joined", run.Started)
	}
	if !ended.IsZero() && a.Joined().After(ended) {
		a.Set("joined", ended)
	}
	if !ended.IsZero() && (a.Left().IsZero() || a.Left().After(ended)) {
		a.Set("estimated", a.Left().IsZero() || a.Estimated())
		a.Set("left", ended)
	}
	if !a.Left().IsZero() && a.Left().Before(a.Joined()) {
		a.Set("left", a.Joined())
	}
	if a.Left().IsZero() {
		a.Set("estimated", false)
	}
}

// updateEmptySince sets since when a running session is empty: the last departure, or the start if no one joined.
func updateEmptySince(tx core.App, session *sessions.Session) error {
	if session.Status() != sessions.Running {
		return nil
	}
	var in int
	var last string
	err := tx.DB().NewQuery(`SELECT count(*) FILTER (WHERE "left" = ''), coalesce(max("left"), '') FROM attendances WHERE session = {:session}`).
		WithContext(record.Prepared).Bind(dbx.Params{"session": session.Id}).Row(&in, &last)
	if err != nil {
		return fmt.Errorf("count who is in a session: %w", err)
	}
	empty := record.FormatTime(session.Started())
	switch {
	case in > 0:
		empty = ""
	case last > empty:
		empty = last
	}
	if session.GetString("empty") == empty {
		return nil
	}
	session.Set("empty", empty)
	return tx.Save(session)
}

// closeOnSessionEnd ends all attendances with the session, in the same transaction.
func closeOnSessionEnd(e *core.RecordEvent) error {
	if e.Record.GetString("status") != sessions.Ended {
		return e.Next()
	}
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		open, err := listOpen(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		for _, a := range open {
			a.setLeft(e.Record.GetDateTime("ended").Time(), true)
			if err := e.App.Save(a); err != nil {
				return fmt.Errorf("end a stay with its session: %w", err)
			}
		}
		return nil
	})
}

func listOpen(app core.App, session string) ([]*Attendance, error) {
	var open []*Attendance
	err := app.RecordQuery("attendances").AndWhere(dbx.HashExp{"session": session, "left": ""}).OrderBy("joined").All(&open)
	if err != nil {
		return nil, fmt.Errorf("list who is in a session: %w", err)
	}
	return open, nil
}

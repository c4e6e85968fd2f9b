package recordings

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// Register registers the rules for every write: one recording of a session at a time, of a running session, and at most as many at the
// same time as the server allows; a recording ends with its session. It runs the recorders while the app is served, and deletes what is
// due. PocketBase's backups don't contain recordings.
func Register(app core.App) {
	s := supervisorOf(app)
	app.OnRecordCreateExecute("recordings").BindFunc(record.Guard(validateStart))
	app.OnRecordUpdateExecute("recordings").BindFunc(record.Guard(validateChange))
	app.OnRecordUpdateExecute("sessions").BindFunc(stopOnSessionEnd)
	app.OnRecordUpdateExecute("teams").BindFunc(forgetWarnings)
	app.OnRecordAfterCreateSuccess("recordings").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") == StatusRecording {
			s.launch(e.Record.Id, e.Record.GetString("team"))
		}
		return e.Next()
	})
	app.OnRecordAfterUpdateSuccess("recordings").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != StatusRecording {
			s.stop(e.Record.Id)
			jobs.Wake(s.app, loopID)
		}
		return e.Next()
	})
	app.OnRecordAfterDeleteSuccess("recordings").BindFunc(func(e *core.RecordEvent) error {
		s.stop(e.Record.Id)
		jobs.Wake(s.app, loopID)
		return e.Next()
	})
	app.OnRecordAfterCreateSuccess("attendances").BindFunc(func(e *core.RecordEvent) error {
		jobs.Wake(s.app, loopID)
		return e.Next()
	})
	exclude := func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, FolderName)
		return e.Next()
	}
	app.OnBackupCreate().BindFunc(exclude)
	app.OnBackupRestore().BindFunc(exclude) // which replaces everything else
	registerEmails(app)
	jobs.WhileServing(app, loopID, func(core.App) (stop func()) { return s.serve() })
	jobs.EveryMinute(app, "usherRecordingsDue", "delete the recordings that are due", DeleteDue)
}

// stopOnSessionEnd stops the recording of a session that ends, in the same transaction.
func stopOnSessionEnd(e *core.RecordEvent) error {
	if e.Record.GetString("status") != sessions.Ended {
		return e.Next()
	}
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		r, err := FindCurrent(e.App, e.Record.Id)
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		r.setStopped(StoppedWithEnd, time.Now())
		return e.App.Save(r)
	})
}

// DeleteDue sends the emails about recordings whose retention period is about to end, moves those whose period has ended to the trash,
// and deletes those that were in the trash for TrashPeriod.
func DeleteDue(app core.App, now time.Time) error {
	var teams []*core.Record
	if err := app.RecordQuery("teams").AndWhere(dbx.NewExp("retention_days > 0")).All(&teams); err != nil {
		return fmt.Errorf("list the teams with a retention period: %w", err)
	}
	var faults []error
	for _, team := range teams {
		faults = append(faults, warnDue(app, team, now), trashDue(app, team, now))
	}
	return errors.Join(append(faults, purgeTrash(app, now))...)
}

// maxDue is how many recordings one transaction of DeleteDue handles.
const maxDue = 200

// warnDue sends one email to each person about the recordings of a team that will be moved to the trash, WarningPeriod before.
func warnDue(app core.App, team *core.Record, now time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		var due []*Recording
		err := tx.RecordQuery("recordings").AndWhere(dueBefore(team.Id, RetentionDays(team), now.Add(WarningPeriod))).AndWhere(dbx.HashExp{"warned": ""}).
			OrderBy("started", "id").Limit(maxDue).All(&due)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, r := range due {
			r.Set("warned", now)
			if err := tx.Save(r); err != nil {
				return err
			}
		}
		return sendWarnings(tx, team, due)
	})
}

// trashDue moves the recordings of a team to the trash whose retention period has ended, if everyone was warned.
func trashDue(app core.App, team *core.Record, now time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		var due []*Recording
		err := tx.RecordQuery("recordings").AndWhere(dueBefore(team.Id, RetentionDays(team), now)).
			AndWhere(dbx.NewExp("warned != '' AND warned <= {:warned}", dbx.Params{"warned": record.FormatTime(now.Add(-WarningPeriod))})).
			OrderBy("started", "id").Limit(maxDue).All(&due)
		if err != nil {
			return fmt.Errorf("list the recordings whose retention period has ended: %w", err)
		}
		for _, r := range due {
			r.Set("trashed", now)
			if err := tx.Save(r); err != nil {
				return err
			}
			entry := &audit.Entry{Team: r.TeamID(), Action: "recording.trash", Target: r.Id, TargetName: r.Title()}
			if err := audit.Write(tx, entry.With("reason", "retention")); err != nil {
				return err
			}
		}
		return nil
	})
}

// purgeTrash deletes the recordings that were in the trash for TrashPeriod.
func purgeTrash(app core.App, now time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		var due []*Recording
		err := tx.RecordQuery("recordings").AndWhere(dbx.NewExp("trashed != '' AND trashed <= {:until}", dbx.Params{"until": record.FormatTime(now.Add(-TrashPeriod))})).
			OrderBy("trashed").Limit(maxDue).All(&due)
		if err != nil {
			return fmt.Errorf("list the recordings in the trash: %w", err)
		}
		for _, r := range due {
			if err := tx.Delete(r); err != nil {
				return err
			}
			entry := &audit.Entry{Team: r.TeamID(), Action: "recording.delete", Target: r.Id, TargetName: r.Title()}
			if err := audit.Write(tx, entry.With("reason", "trash").With("bytes", r.TotalBytes())); err != nil {
				return err
			}
		}
		return nil
	})
}

package sessions

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// UndoWindow is how long the cancellation of a session can be undone.
const UndoWindow = 10 * time.Minute

// CodeNotCancelled is the code of an error because the session isn't cancelled.
const CodeNotCancelled = "not_cancelled"

// UndoCancel makes a session that Cancel cancelled within UndoWindow scheduled again, with every other session of its series
// that the same action cancelled. Sessions whose start has passed stay cancelled. It is refused if none is left, if a host can no
// longer host, if a room is no longer free, and if the series has changed since. Answers are kept. Invitees who were notified get
// an email.
func UndoCancel(app core.App, actor *actors.Actor, id string) error {
	return manageAny(app, actor, id, "session.restore", func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error {
		at := s.cancelledAt()
		back, err := findUndoable(tx, s, time.Now())
		if err != nil {
			return err
		}
		about := ScopeSession
		if len(back) > 1 {
			entry.With("series", true)
			about = ScopeSeries
		}
		for _, one := range back {
			one.Set("status", Scheduled)
			one.Set("cancelled", "")
			if err := saveCancellation(tx, one); err != nil {
				return err
			}
		}
		p := newNotifier(tx, actor, about)
		p.notifyReinstated(at, back...)
		return p.err
	})
}

// CanUndoCancel returns nil if UndoCancel would make the session scheduled again now, provided that its host can host and its
// room is free.
func CanUndoCancel(app core.App, actor *actors.Actor, s *Session) error {
	if err := CheckManage(app, actor, s); err != nil {
		return err
	}
	_, err := findUndoable(app, s, time.Now())
	return err
}

// cancelledAt is when Cancel cancelled the session, or zero.
func (s *Session) cancelledAt() time.Time { return s.GetDateTime("cancelled").Time() }

// findUndoable finds the session and those of its series that the same action cancelled, without those whose start has passed.
func findUndoable(app core.App, s *Session, now time.Time) ([]*Session, error) {
	if err := validateUndoWindow(s.Record, now); err != nil {
		return nil, err
	}
	all := []*Session{s}
	if s.SeriesID() != "" {
		all = nil
		err := app.RecordQuery("sessions").OrderBy("starts", "id").
			AndWhere(dbx.HashExp{"series": s.SeriesID(), "status": Cancelled, "cancelled": s.GetString("cancelled")}).All(&all)
		if err != nil {
			return nil, fmt.Errorf("find what a cancellation cancelled: %w", err)
		}
	}
	var back []*Session
	for _, one := range all {
		if one.Starts().After(now) {
			back = append(back, one)
		}
	}
	if len(back) == 0 {
		return nil, tooLateToUndo("The start has passed.")
	}
	return back, nil
}

func tooLateToUndo(reason string) error {
	return errs.Invalid("base", members.CodeTooLate, reason+" Schedule a new session instead.")
}

// validateUndoWindow refuses a session that isn't cancelled, that no action cancelled, or that was cancelled too long ago.
func validateUndoWindow(r *core.Record, now time.Time) error {
	at := r.GetDateTime("cancelled").Time()
	switch {
	case r.GetString("status") != Cancelled:
		return errs.Invalid("base", CodeNotCancelled, "This session isn't cancelled.")
	case at.IsZero():
		return tooLateToUndo("This cancellation can't be undone.")
	case now.Sub(at) > UndoWindow:
		return tooLateToUndo("A cancellation can be undone for " + text.Duration(UndoWindow) + ".")
	}
	return nil
}

type cancellationKey struct{}

// saveCancellation saves a session whose status an action sets to Cancelled or back. Only an action can undo a cancellation and
// store when it was: other writers can't set either.
func saveCancellation(tx core.App, s *Session) error {
	return tx.SaveWithContext(context.WithValue(context.Background(), cancellationKey{}, true), s)
}

func isCancellation(ctx context.Context) bool { return ctx.Value(cancellationKey{}) != nil }

// validateUndo checks a cancelled session before it is scheduled again, because much can have changed since.
func validateUndo(app core.App, r *core.Record) error {
	before, now := r.Original(), time.Now()
	if err := validateUndoWindow(before, now); err != nil {
		return err
	}
	if !r.GetDateTime("starts").Time().After(now) {
		return tooLateToUndo("The start has passed.")
	}
	team, err := teams.Find(app, r.GetString("team"))
	if err != nil {
		return fmt.Errorf("find the team of a session: %w", err)
	}
	if err := validateHostStillHosts(app, r, team.Record); err != nil {
		return err
	}
	if id := r.GetString("series"); id != "" {
		series, err := FindSeries(app, id)
		if err != nil {
			return err
		}
		if series.GetDateTime("updated").Time().After(before.GetDateTime("cancelled").Time()) {
			return tooLateToUndo("The series has changed since.")
		}
	}
	return validateRoomStillFree(app, r, team.Zone())
}

// validateHostStillHosts refuses a session whose host can no longer host, or was removed from the team since it was cancelled, even
// if they are back.
func validateHostStillHosts(app core.App, r, team *core.Record) error {
	err := validateHost(app, team, r.GetString("host"))
	if errs.Code(err) == CodeCannotHost {
		return errs.Invalid("host", CodeCannotHost, "The host can no longer host in this team. Assign the Organizer role first, or schedule a new session.")
	}
	if err != nil {
		return err
	}
	removed, err := app.CountRecords("participants", dbx.HashExp{"session": r.Id, "part": Host, "state": StateRemoved})
	if err != nil {
		return fmt.Errorf("look for the host of a session: %w", err)
	}
	if removed > 0 {
		return tooLateToUndo("The host left the team since.")
	}
	return nil
}

// validateRoomStillFree refuses a session whose room was booked or archived since it was cancelled. The rules of rooms check the
// booking again.
func validateRoomStillFree(app core.App, r *core.Record, zone *time.Location) error {
	room, err := findBookableRoom(app, r)
	if err != nil || room == nil {
		return err
	}
	if !room.Archived().IsZero() {
		return errs.Invalid("room", rooms.CodeArchived, room.Name()+" is archived. Restore the room first, or schedule a new session.")
	}
	clash, err := rooms.FindConflict(app, room.Id, r.GetDateTime("starts").Time(), r.GetDateTime("ends").Time(), r.Id)
	if err != nil || clash == nil {
		return err
	}
	return errs.Invalid("room", rooms.CodeBusy, room.Name()+" is now booked for “"+clash.Title+"”, "+clash.TimeText(zone)+". Schedule a new session instead.")
}

// undoableCancellation is the SQL condition of sessions that UndoCancel may still make scheduled again; {:undo} is the earliest
// cancellation.
const undoableCancellation = "status = 'cancelled' AND cancelled >= {:undo}"

func earliestUndoable() string { return record.FormatTime(time.Now().Add(-UndoWindow)) }

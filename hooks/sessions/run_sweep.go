package sessions

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// GracePeriod is how long a session goes on over its time, and how long without anybody in it (R111).
const GracePeriod = 10 * time.Minute

// roomCloseWindow is how long a media room of an ended session is looked for.
const roomCloseWindow = 24 * time.Hour

// registerSweep looks each minute, and when the server starts, for what has ended without anybody's word.
func registerSweep(app core.App) {
	jobs.EveryMinute(app, "usherSessions", "end the sessions that are over", Sweep)
}

// Sweep ends every session that is over at that moment: ten minutes beyond its time, as old as the plan lets it
// become, or without anybody for ten minutes, as after a crash, or without anybody to lead it. Nothing runs for ever.
// Media rooms of sessions that ended are closed again. One that cannot be ended does not keep the others.
func Sweep(app core.App, now time.Time) error {
	var running []*Session
	err := app.RecordQuery("sessions").WithContext(record.Prepared).AndWhere(dbx.HashExp{"status": Running}).OrderBy("started").All(&running)
	if err != nil {
		return fmt.Errorf("list the sessions that run: %w", err)
	}
	var faults []error
	for _, session := range running {
		faults = append(faults, ensureHost(app, session, now), endIfDue(app, session, now))
	}
	return errors.Join(append(faults, closeEndedRooms(app, now))...)
}

func endIfDue(app core.App, session *Session, now time.Time) error {
	at, reason, err := dueAt(app, session)
	if err != nil || at.After(now) || reason == EndedEmpty && hasParticipants(app, session) {
		return err
	}
	entry := newAuditEntry(nil, session, "session.end").With("reason", reason)
	return audit.Do(app, entry, func(tx core.App) error {
		again, err := FindByID(tx, session.Id)
		if errors.Is(err, errs.NotFound) {
			entry.Action = ""
			return nil
		}
		if err != nil {
			return err
		}
		at, reason, err := dueAt(tx, again)
		if again.Status() != Running || err == nil && at.After(now) {
			entry.Action = "" // somebody was quicker
			return nil
		}
		if err != nil {
			return err
		}
		entry.With("reason", reason)
		return setEnded(tx, again, at, reason)
	})
}

// dueAt is when a running session ends by itself, and why.
func dueAt(app core.App, session *Session) (at time.Time, reason string, err error) {
	team, err := app.FindRecordById("teams", session.TeamID())
	if err != nil {
		return at, "", fmt.Errorf("find the team of a session: %w", err)
	}
	plan, err := loadPlanLimits(app, team)
	if err != nil {
		return at, "", err
	}
	at, reason = session.Ends().Add(GracePeriod), EndedByTime
	if early := session.Starts().Sub(session.Started()); early > StartWindow {
		at = at.Add(-early) // what is held elsewhere can be begun long before its time, and keeps no licence until then
	}
	if longest := session.Started().Add(time.Duration(plan.minutes) * time.Minute); plan.minutes != plans.Unlimited && longest.Before(at) {
		at = longest
	}
	if empty := session.GetDateTime("empty").Time(); !empty.IsZero() && session.Media() != "" && empty.Add(GracePeriod).Before(at) {
		at, reason = empty.Add(GracePeriod), EndedEmpty
	}
	if since := session.GetDateTime("leaderless").Time(); !since.IsZero() && since.Add(GracePeriod).Before(at) {
		at, reason = since.Add(GracePeriod), EndedHostGone
	}
	return at, reason, nil
}

// hasParticipants asks the media server itself before a session is ended as empty: its word that somebody came may have
// been lost. The embedded one that does not run has nobody; one outside that does not answer may have.
func hasParticipants(app core.App, session *Session) bool {
	people, err := live.ListParticipants(app, session.Media())
	if err != nil {
		return live.IsExternal(app)
	}
	return slices.ContainsFunc(people, func(p live.Participant) bool { return p.Active })
}

// closeEndedRooms closes the media rooms that are open though their sessions have ended. Rooms of others, on a media
// server that is shared, are left alone.
func closeEndedRooms(app core.App, now time.Time) error {
	var ended []string
	err := app.DB().NewQuery("SELECT media FROM sessions WHERE status = 'ended' AND media != '' AND ended > {:since}").
		WithContext(record.Prepared).Bind(dbx.Params{"since": record.FormatTime(now.Add(-roomCloseWindow))}).Column(&ended)
	if err != nil || len(ended) == 0 {
		return err
	}
	open, err := live.ListRooms(app)
	if errors.Is(err, live.ErrUnavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, room := range open {
		if slices.Contains(ended, room) {
			closeMedia(app, room)
		}
	}
	return nil
}

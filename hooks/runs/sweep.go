package runs

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
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// GracePeriod is how long a session continues past its end, or without participants or a host (R111).
const GracePeriod = 10 * time.Minute

// roomCloseWindow is how long after its end the media room of a session is still looked for.
const roomCloseWindow = 24 * time.Hour

// registerSweep runs Sweep every minute and when the server starts.
func registerSweep(app core.App) {
	jobs.EveryMinute(app, "usherSessions", "end the sessions that are over", Sweep)
}

// Sweep ends every running session that is due: GracePeriod past its end, at the plan's limit, empty for GracePeriod (as
// after a crash) or without a host for GracePeriod. It also closes media rooms of sessions that have ended. An error with
// one session doesn't affect the others.
func Sweep(app core.App, now time.Time) error {
	var running []*sessions.Session
	err := app.RecordQuery("sessions").WithContext(record.Prepared).AndWhere(dbx.HashExp{"status": sessions.Running}).OrderBy("started").All(&running)
	if err != nil {
		return fmt.Errorf("list the sessions that run: %w", err)
	}
	var faults []error
	for _, session := range running {
		faults = append(faults, ensureHost(app, session, now), endIfDue(app, session, now))
	}
	return errors.Join(append(faults, closeEndedRooms(app, now))...)
}

func endIfDue(app core.App, session *sessions.Session, now time.Time) error {
	at, reason, err := dueAt(app, session)
	if err != nil || at.After(now) || reason == EndedEmpty && hasParticipants(app, session) {
		return err
	}
	entry := &audit.Entry{Team: session.TeamID(), Action: "session.end"}
	entry.WithTarget(session.Id, session.Title()).With("reason", reason)
	return audit.Do(app, entry, func(tx core.App) error {
		again, err := sessions.FindByID(tx, session.Id)
		if errors.Is(err, errs.ErrNotFound) {
			entry.Action = ""
			return nil
		}
		if err != nil {
			return err
		}
		at, reason, err := dueAt(tx, again)
		if again.Status() != sessions.Running || err == nil && at.After(now) {
			entry.Action = "" // already ended
			return nil
		}
		if err != nil {
			return err
		}
		entry.With("reason", reason)
		return setEnded(tx, again, at, reason)
	})
}

// dueAt is when a running session ends automatically, and why.
func dueAt(app core.App, session *sessions.Session) (at time.Time, reason string, err error) {
	plan, err := plans.ForTeam(app, session.TeamID())
	if err != nil {
		return at, "", err
	}
	minutes := plan.SessionMinutes()
	at, reason = session.Ends().Add(GracePeriod), EndedByTime
	if early := session.Starts().Sub(session.Started()); early > sessions.StartWindow {
		at = at.Add(-early) // an external session can start long before its time, and must not use a licence until then
	}
	if longest := session.Started().Add(time.Duration(minutes) * time.Minute); minutes != plans.Unlimited && longest.Before(at) {
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

// hasParticipants asks the media server before a session is ended as empty, because a report may have been lost. An embedded
// server that isn't running has no participants; an external one that doesn't respond may have some.
func hasParticipants(app core.App, session *sessions.Session) bool {
	people, err := live.ListParticipants(app, session.Media())
	if err != nil {
		return live.IsExternal(app)
	}
	return slices.ContainsFunc(people, func(p live.Participant) bool { return p.Active })
}

// closeEndedRooms closes media rooms that are still open after their sessions ended. Rooms of other applications on a shared
// media server are left alone.
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

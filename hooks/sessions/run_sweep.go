package sessions

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/jobs"
	"usher/hooks/live"
	"usher/hooks/plans"
	"usher/hooks/record"
)

// Grace is how long a session goes on over its time, and how long without anybody in it (R111).
const Grace = 10 * time.Minute

// closedAgain is how long a media room of an ended session is looked for.
const closedAgain = 24 * time.Hour

// registerSweep looks each minute, and when the server starts, for what has ended without anybody's word.
func registerSweep(app core.App) {
	jobs.EachMinute(app, "usherSessions", "end the sessions that are over", Sweep)
}

// Sweep ends every session that is over at that moment: ten minutes beyond its time, as old as the plan lets it
// become, or without anybody for ten minutes, as after a crash, or without anybody to lead it. Nothing runs for ever.
// Media rooms of sessions that ended are closed again. One that cannot be ended does not keep the others.
func Sweep(app core.App, now time.Time) error {
	var running []*Session
	err := app.RecordQuery("sessions").WithContext(record.Kept).AndWhere(dbx.HashExp{"status": Running}).OrderBy("started").All(&running)
	if err != nil {
		return fmt.Errorf("list the sessions that run: %w", err)
	}
	var faults []error
	for _, session := range running {
		faults = append(faults, keepLed(app, session, now), sweep(app, session, now))
	}
	return errors.Join(append(faults, closeLeft(app, now))...)
}

func sweep(app core.App, session *Session, now time.Time) error {
	at, reason, err := due(app, session)
	if err != nil || at.After(now) || reason == ByEmpty && somebodyIn(app, session) {
		return err
	}
	entry := deedOn(nil, session, "session.end").With("reason", reason)
	return audit.Do(app, entry, func(tx core.App) error {
		again, err := ByID(tx, session.Id)
		if errors.Is(err, record.ErrNotFound) {
			entry.Action = ""
			return nil
		}
		if err != nil {
			return err
		}
		at, reason, err := due(tx, again)
		if again.Status() != Running || err == nil && at.After(now) {
			entry.Action = "" // somebody was quicker
			return nil
		}
		if err != nil {
			return err
		}
		entry.With("reason", reason)
		return finish(tx, again, at, reason)
	})
}

// due is when a running session ends by itself, and why.
func due(app core.App, session *Session) (at time.Time, reason string, err error) {
	team, err := app.FindRecordById("teams", session.TeamID())
	if err != nil {
		return at, "", fmt.Errorf("find the team of a session: %w", err)
	}
	plan, err := boundsOf(app, team)
	if err != nil {
		return at, "", err
	}
	at, reason = session.Ends().Add(Grace), ByTime
	if early := session.Starts().Sub(session.Started()); early > StartsBefore {
		at = at.Add(-early) // what is held elsewhere can be begun long before its time, and keeps no licence until then
	}
	if longest := session.Started().Add(time.Duration(plan.minutes) * time.Minute); plan.minutes != plans.Unlimited && longest.Before(at) {
		at = longest
	}
	if empty := session.GetDateTime("empty").Time(); !empty.IsZero() && session.Media() != "" && empty.Add(Grace).Before(at) {
		at, reason = empty.Add(Grace), ByEmpty
	}
	if since := session.GetDateTime("leaderless").Time(); !since.IsZero() && since.Add(Grace).Before(at) {
		at, reason = since.Add(Grace), ByNobody
	}
	return at, reason, nil
}

// somebodyIn asks the media server itself before a session is ended as empty: its word that somebody came may have
// been lost. The embedded one that does not run has nobody; one outside that does not answer may have.
func somebodyIn(app core.App, session *Session) bool {
	people, err := live.People(app, session.Media())
	if err != nil {
		return live.Outside(app)
	}
	return slices.ContainsFunc(people, func(p live.Person) bool { return p.Active })
}

// closeLeft closes the media rooms that are open though their sessions have ended. Rooms of others, on a media
// server that is shared, are left alone.
func closeLeft(app core.App, now time.Time) error {
	var ended []string
	err := app.DB().NewQuery("SELECT media FROM sessions WHERE status = 'ended' AND media != '' AND ended > {:since}").
		WithContext(record.Kept).Bind(dbx.Params{"since": record.Stamp(now.Add(-closedAgain))}).Column(&ended)
	if err != nil || len(ended) == 0 {
		return err
	}
	open, err := live.Rooms(app)
	if errors.Is(err, live.ErrDown) {
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

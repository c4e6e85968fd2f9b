package recordings

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/events"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

const (
	// retryAfter is how long after a failed recording of a session another one starts automatically, at most maxFailed times.
	retryAfter = time.Minute
	maxFailed  = 5
)

// startDue starts to record the sessions that should be recorded and aren't, when someone is in them: those that are always recorded, and
// those whose recording was interrupted by a restart of the server. waiting reports whether one waits for the media server.
func (s *supervisor) startDue(now time.Time) (waiting bool, err error) {
	var due []*sessions.Session
	err = s.app.RecordQuery("sessions").WithContext(record.Prepared).AndWhere(dbx.NewExp(`sessions.status = 'running' AND sessions.elsewhere = ''
		AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.session = sessions.id AND r.status = 'recording')
		AND EXISTS (SELECT 1 FROM attendances a WHERE a.session = sessions.id AND a."left" = '')
		AND (sessions.recording = 'always' OR EXISTS (SELECT 1 FROM rooms WHERE rooms.id = sessions.room AND rooms.recording = 'always')
			OR (SELECT r.stop_reason FROM recordings r WHERE r.session = sessions.id ORDER BY r.started DESC LIMIT 1) = 'restart')
		AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.session = sessions.id AND r.stop_reason = 'media' AND r.ended > {:since})
		AND (SELECT count(*) FROM recordings r WHERE r.session = sessions.id AND r.status = 'failed') < {:failed}`,
		dbx.Params{"since": record.FormatTime(now.Add(-retryAfter)), "failed": maxFailed})).OrderBy("started").All(&due)
	if err != nil {
		return false, fmt.Errorf("list the sessions to record: %w", err)
	}
	if len(due) > 0 && engineOf(s.app).Ready(s.app) != nil {
		return true, nil
	}
	var faults []error
	for _, session := range due {
		faults = append(faults, s.startAutomatically(session))
	}
	return false, errors.Join(faults...)
}

// startAutomatically starts to record a session. If that is refused, the hosts see why, the audit log has it once, and the host gets an email
// once.
func (s *supervisor) startAutomatically(session *sessions.Session) error {
	entry := &audit.Entry{Team: session.TeamID(), Action: "recording.start", Target: session.Id, TargetName: session.Title()}
	err := s.app.RunInTransaction(func(tx core.App) error {
		now, err := sessions.FindByID(tx, session.Id)
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		by, byName, err := interruptedBy(tx, now.Id)
		if err != nil || by == "" && sessions.RecordingOf(tx, now) != rooms.RecordingAlways {
			return err
		}
		r, err := startTx(tx, now, by, byName)
		if err != nil {
			return err
		}
		return audit.Write(tx, entry.With("recording", r.Id))
	})
	_, code, sentence, refused := errs.Details(err)
	switch {
	case err == nil:
		s.setRefused(session.Id, "")
		return nil
	case !refused:
		return fmt.Errorf("start to record a session: %w", err)
	case code == CodeOn || code == sessions.CodeEnded || !s.setRefused(session.Id, sentence):
		return nil
	}
	events.Publish(s.app, session.TeamID(), events.Sessions)
	return s.app.RunInTransaction(func(tx core.App) error {
		return errors.Join(audit.WriteRefused(tx, entry, code), sendNotRecorded(tx, session, sentence))
	})
}

// interruptedBy returns who started the recording that a restart of the server interrupted.
func interruptedBy(tx core.App, session string) (id, name string, err error) {
	last, err := record.One[Recording](tx.RecordQuery("recordings").AndWhere(dbx.HashExp{"session": session}).OrderBy("started DESC"), "find a recording")
	if err != nil || last.StopReason() != StoppedRestart {
		return "", "", errs.IgnoreNotFound(err)
	}
	return last.StartedBy(), last.StartedByName(), nil
}

// setRefused stores why a session isn't recorded, and reports whether that is new.
func (s *supervisor) setRefused(session, sentence string) (changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed = s.refused[session] != sentence
	s.refused[session] = sentence
	if sentence == "" {
		delete(s.refused, session)
	}
	return changed
}

// State is whether a session is recorded, for its pages.
type State struct {
	Setting string    // sessions.RecordingOf
	On      bool      // it is being recorded
	Since   time.Time // when that started
	Stopped string    // why the last recording stopped by itself, or ""
	Refused string    // why the session isn't recorded although it should be, or ""
}

// StateOf returns the state of a session.
func StateOf(app core.App, session *sessions.Session) (State, error) {
	state := State{Setting: sessions.RecordingOf(app, session)}
	if session.Status() != sessions.Running {
		return state, nil
	}
	last, err := record.One[Recording](app.RecordQuery("recordings").WithContext(record.Prepared).
		AndWhere(dbx.HashExp{"session": session.Id}).OrderBy("started DESC"), "find a recording")
	if err == nil {
		state.On, state.Since = last.Status() == StatusRecording, last.Started()
		if reason := last.StopReason(); reason == StoppedStorage || reason == StoppedDisk || reason == StoppedMedia {
			state.Stopped = reason
		}
	}
	s := supervisorOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Refused = s.refused[session.Id]
	return state, errs.IgnoreNotFound(err)
}

package attendances

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// handledTypes are the reports about presence; others are ignored.
var handledTypes = []string{live.EventJoined, live.EventLeft, live.EventAborted, live.EventPublished, live.EventFinished}

// handleReport records a report of the media server, once, in whatever order reports arrive. A room that isn't ours is ignored:
// an external media server may have others.
func handleReport(app core.App, report live.Report) error {
	if !slices.Contains(handledTypes, report.Type) {
		return nil
	}
	if report.Type == live.EventJoined && report.Participant != nil {
		kickUnauthorized(app, report.Room, report.Participant.Identity)
	}
	return app.RunInTransaction(func(tx core.App) error {
		session, err := sessions.FindByMedia(tx, report.Room)
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		first, err := saveReport(tx, session, map[string]any{"event": report.ID, "type": report.Type, "at": report.At})
		if err != nil || !first {
			return err
		}
		if report.Type == live.EventFinished {
			return closeOnRoomFinished(tx, session, report.At)
		}
		if report.Participant == nil || report.Participant.SID == "" {
			return nil
		}
		a, err := findOrNew(tx, session, report.Participant.SID)
		if err != nil || a.IsNew() && report.Type == live.EventAborted { // never joined
			return err
		}
		if err := a.identify(tx, session, report.Participant); err != nil {
			return err
		}
		if a.setJoined(report.Participant.Joined); a.Joined().IsZero() {
			a.setJoined(report.At)
		}
		switch report.Type {
		case live.EventLeft, live.EventAborted:
			a.setLeft(report.At, false)
		case live.EventPublished:
			if report.Track != nil {
				a.addTrack(*report.Track)
			}
		}
		return tx.Save(a)
	})
}

// kickUnauthorized disconnects a participant that Authorize would refuse. An external media server isn't behind our proxy and accepts
// an older token until it expires.
func kickUnauthorized(app core.App, room, identity string) {
	if _, err := sessions.FindByMedia(app, room); err != nil {
		return // not ours, or a database error that will be logged elsewhere
	}
	err := join.Authorize(app, identity, room)
	if err == nil || errs.Code(err) == "" && !errors.Is(err, errs.ErrNotFound) {
		return
	}
	routine.FireAndForget(func() {
		if err := live.Kick(app, room, identity); err != nil {
			app.Logger().Warn("disconnect a participant without access", "error", err)
		}
	})
}

// saveReport stores a report. first is false if it was already stored.
func saveReport(tx core.App, session *sessions.Session, values map[string]any) (first bool, err error) {
	n, err := tx.CountRecords("session_reports", dbx.HashExp{"session": session.Id, "event": values["event"]})
	if err != nil || n > 0 {
		return false, err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("session_reports")
	if err != nil {
		return false, fmt.Errorf("find reports: %w", err)
	}
	r := core.NewRecord(collection)
	r.Load(values)
	r.Set("session", session.Id)
	if err := tx.Save(r); err != nil {
		return false, fmt.Errorf("keep a report: %w", err)
	}
	return true, nil
}

// closeOnRoomFinished ends the attendances of a media room that was closed. People who joined later are in a new one.
func closeOnRoomFinished(tx core.App, session *sessions.Session, at time.Time) error {
	open, err := listOpen(tx, session.Id)
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.Joined().After(at) {
			continue
		}
		a.setLeft(at, true)
		if err := tx.Save(a); err != nil {
			return err
		}
	}
	return nil
}

// identify sets the participant of an attendance from its identity on the media server.
func (a *Attendance) identify(tx core.App, session *sessions.Session, person *live.Participant) error {
	if a.ParticipantID() != "" {
		return nil
	}
	p, err := sessions.FindParticipant(tx, person.Identity)
	if err != nil && errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil && p.SessionID() == session.Id {
		a.setParticipant(p)
		return nil
	}
	a.Set("name", text.Truncate(cmp.Or(person.Name, person.Identity), 254))
	return nil
}

func (a *Attendance) setParticipant(p *sessions.Participant) {
	a.Load(map[string]any{"participant": p.Id, "user": p.UserID(), "name": cmp.Or(p.GetString("name"), p.Address())})
}

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

	"usher/hooks/entry"
	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// taken are the reports that tell who is in; others are passed over.
var taken = []string{live.Joined, live.Left, live.Aborted, live.Published, live.Finished}

// take writes down what the media server reports, once, in whatever order it comes. A room that is none of ours is
// passed over: an outside media server may have others.
func take(app core.App, report live.Report) error {
	if !slices.Contains(taken, report.Type) {
		return nil
	}
	if report.Type == live.Joined && report.Person != nil {
		turnOut(app, report.Room, report.Person.Identity)
	}
	return app.RunInTransaction(func(tx core.App) error {
		session, err := sessions.ByMedia(tx, report.Room)
		if err != nil {
			return record.UnlessNotFound(err)
		}
		first, err := note(tx, session, map[string]any{"event": report.ID, "type": report.Type, "at": report.At})
		if err != nil || !first {
			return err
		}
		if report.Type == live.Finished {
			return finish(tx, session, report.At)
		}
		if report.Person == nil || report.Person.SID == "" {
			return nil
		}
		a, err := stay(tx, session, report.Person.SID)
		if err != nil || a.IsNew() && report.Type == live.Aborted { // he never came
			return err
		}
		if err := a.is(tx, session, report.Person); err != nil {
			return err
		}
		if a.came(report.Person.Joined); a.Joined().IsZero() {
			a.came(report.At)
		}
		switch report.Type {
		case live.Left, live.Aborted:
			a.went(report.At, false)
		case live.Published:
			if report.Track != nil {
				a.sends(*report.Track)
			}
		}
		return tx.Save(a)
	})
}

// turnOut puts somebody out again who is in a media room though the gate would not let him in. None of ours stands
// before an outside media server, and it lets an old pass in while that is good.
func turnOut(app core.App, room, identity string) {
	if _, err := sessions.ByMedia(app, room); err != nil {
		return // none of ours, or the database will say so again
	}
	err := entry.Gate(app, identity, room)
	if err == nil || record.Code(err) == "" && !errors.Is(err, record.ErrNotFound) {
		return
	}
	routine.FireAndForget(func() {
		if err := live.PutOut(app, room, identity); err != nil {
			app.Logger().Warn("put somebody out who came back", "error", err)
		}
	})
}

// note keeps a report. first is false if it was kept before.
func note(tx core.App, session *sessions.Session, values map[string]any) (first bool, err error) {
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

// finish ends the stays of a media room that is over. Who came after that came to it opened anew.
func finish(tx core.App, session *sessions.Session, at time.Time) error {
	open, err := openIn(tx, session.Id)
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.Joined().After(at) {
			continue
		}
		a.went(at, true)
		if err := tx.Save(a); err != nil {
			return err
		}
	}
	return nil
}

// is takes in who it is, by the name that he has on the media server.
func (a *Attendance) is(tx core.App, session *sessions.Session, person *live.Person) error {
	if a.ParticipantID() != "" {
		return nil
	}
	p, err := sessions.FindParticipant(tx, person.Identity)
	if err != nil && record.UnlessNotFound(err) != nil {
		return err
	}
	if err == nil && p.SessionID() == session.Id {
		a.known(p)
		return nil
	}
	a.Set("name", record.Cut(cmp.Or(person.Name, person.Identity), 254))
	return nil
}

func (a *Attendance) known(p *sessions.Participant) {
	a.Load(map[string]any{"participant": p.Id, "user": p.UserID(), "name": cmp.Or(p.GetString("name"), p.Address())})
}

package attendances

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The types of events in a session that is held in another tool (R118).
const (
	EventStarted = "started"
	EventJoined  = "joined"
	EventLeft    = "left"
	EventEnded   = "ended"
)

// Codes of errors of a report.
const (
	CodeNotExternal = "not_elsewhere"
	CodeBadEvent    = "bad_event"
)

const (
	MaxEvents = 1000            // in one request
	MaxAhead  = 5 * time.Minute // ahead of our clock
	MaxBehind = 366 * 24 * time.Hour
)

// Event is an event in a session that is held in another tool.
type Event struct {
	ID       string
	Type     string // EventStarted, EventJoined, EventLeft or EventEnded
	At       time.Time
	Person   string // of joined and left: a participant's address, or a name
	Settings Settings
}

// Settings are the actual audio and video settings. Those of "started" are the defaults for everyone.
type Settings struct {
	Resolution string `json:"resolution,omitempty"` // "720p"
	FPS        int    `json:"fps,omitempty"`
	Codec      string `json:"codec,omitempty"`
	Audio      string `json:"audio,omitempty"`
}

// Report records events of a session that is held in another tool, for its host, its co-hosts, the Owner and Admins. Events
// are applied by time, in whatever order they arrive; an id counts once; all events of a request are recorded, or none.
// counted is the number of new ones.
func Report(app core.App, actor *actors.Actor, id string, events []Event) (counted int, err error) {
	if err := validateEvents(events, time.Now()); err != nil {
		return 0, err
	}
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	entry := audit.NewEntry(actor, "session.report").WithTarget(id, "")
	err = audit.Do(app, entry, func(tx core.App) error {
		session, err := findReportable(tx, actor, id)
		if err != nil {
			return err
		}
		entry.WithTarget(session.Id, session.Title())
		for _, event := range events {
			first, err := event.apply(tx, session)
			if err != nil {
				return err
			}
			if first {
				counted++
			}
		}
		if entry.With("events", counted); counted == 0 {
			entry.Action = ""
			return nil
		}
		return rebuild(tx, session)
	})
	if err != nil {
		return 0, err
	}
	return counted, nil
}

// findReportable finds the session that the actor can report events of.
func findReportable(tx core.App, actor *actors.Actor, id string) (*sessions.Session, error) {
	actor, err := actor.Reload(tx)
	if err != nil {
		return nil, err
	}
	session, err := sessions.Find(tx, actor.Team.Id, id)
	if err != nil {
		return nil, err
	}
	leads, err := sessions.Leads(tx, session, actor)
	switch {
	case err != nil:
		return nil, err
	case !leads && !actor.CanUsePanel():
		return nil, actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the host, co-hosts, the Owner and Admins can report events of this session."))
	case session.ExternalLink() == "":
		return nil, errs.Invalid("base", CodeNotExternal, "This session takes place in Usher. You can only report events of sessions in another tool.")
	}
	return session, nil
}

// validateEvents refuses a request with an invalid event and names the first one.
func validateEvents(events []Event, now time.Time) error {
	refuse := func(n int, code, sentence string) error {
		return errs.Invalid("events", code, fmt.Sprintf("Event %d: %s", n+1, sentence))
	}
	if len(events) > MaxEvents {
		return errs.Invalid("events", errs.CodeTooMany, fmt.Sprintf("Send up to %d events at a time.", MaxEvents))
	}
	for n, event := range events {
		withPerson := event.Type == EventJoined || event.Type == EventLeft
		person, err := text.CleanLine("person", "The person", event.Person, 254)
		switch {
		case event.ID == "" || len(event.ID) > 100:
			return refuse(n, CodeBadEvent, "id must have 1 to 100 characters. Use the same id when you send the event again.")
		case !slices.Contains([]string{EventStarted, EventJoined, EventLeft, EventEnded}, event.Type):
			return refuse(n, CodeBadEvent, "type must be started, joined, left or ended.")
		case event.At.IsZero() || event.At.Before(now.Add(-MaxBehind)):
			return refuse(n, sessions.CodeBadTime, "at must be a time such as 2026-11-22T10:00:00Z.")
		case event.At.After(now.Add(MaxAhead)):
			return refuse(n, sessions.CodeBadTime, "at is more than "+text.Duration(MaxAhead)+" ahead of this server's clock.")
		case err != nil || withPerson && person == "":
			return refuse(n, CodeBadEvent, "person must be an address or a name of up to 254 characters.")
		case len(event.Settings.Codec) > 20 || len(event.Settings.Audio) > 20 || len(event.Settings.Resolution) > 20 || event.Settings.FPS < 0 || event.Settings.FPS > 1000:
			return refuse(n, CodeBadEvent, "settings are invalid.")
		}
	}
	return nil
}

// apply stores an event and updates the session. first is false if it was already stored.
func (e Event) apply(tx core.App, session *sessions.Session) (first bool, err error) {
	first, err = saveReport(tx, session, map[string]any{"event": e.ID, "type": e.Type, "at": e.At,
		"person": strings.Join(strings.Fields(e.Person), " "), "settings": e.Settings})
	if err != nil || !first {
		return false, err
	}
	switch {
	case e.Type == EventStarted && session.Status() == sessions.Scheduled:
		return true, runs.StartExternal(tx, session, e.At)
	case e.Type == EventEnded && session.Status() != sessions.Ended:
		return true, runs.EndExternal(tx, session, e.At)
	case session.Status() == sessions.Scheduled:
		return true, errs.Invalid("events", sessions.CodeNotStarted, "The session hasn't started. Send a started event first or in the same request.")
	case session.Status() == sessions.Cancelled:
		return true, errs.Invalid("events", sessions.CodeCancelled, "The session was cancelled.")
	}
	return true, nil
}

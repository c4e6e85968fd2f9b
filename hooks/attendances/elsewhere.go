package attendances

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// What a program reports of a session that is held elsewhere (R118).
const (
	EventStarted = "started"
	EventJoined  = "joined"
	EventLeft    = "left"
	EventEnded   = "ended"
)

// Codes of refusals of a report.
const (
	CodeNotExternal = "not_elsewhere"
	CodeBadEvent    = "bad_event"
)

const (
	maxEvents = 1000            // in one batch
	maxAhead  = 5 * time.Minute // of our clock
	maxBehind = 366 * 24 * time.Hour
)

// Event is one thing that happened in a session that is held elsewhere.
type Event struct {
	ID       string
	Type     string // EventStarted, EventJoined, EventLeft or EventEnded
	At       time.Time
	Person   string // of joined and left: an address on the session's list, or a name
	Settings Settings
}

// Settings are those of a picture and of sound as they really were. Of "started" they stand for everybody.
type Settings struct {
	Resolution string `json:"resolution,omitempty"` // "720p"
	FPS        int    `json:"fps,omitempty"`
	Codec      string `json:"codec,omitempty"`
	Audio      string `json:"audio,omitempty"`
}

// Report takes what a program says has happened in a session that is held elsewhere, for its host, its co-hosts, the
// Owner and Admins. Events are taken in order of their time, whatever order they come in; an id counts once; all of
// a batch is taken, or none. counted is how many are new.
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

// findReportable is the session that the actor may report of.
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
		return nil, errs.Forbidden("The host, the co-hosts, the Owner and Admins report of this session.")
	case session.ExternalLink() == "":
		return nil, errs.Invalid("base", CodeNotExternal, "This session is held here, where what happens in it is known. Only one that is held elsewhere is reported of.")
	}
	return session, nil
}

// validateEvents refuses a batch in which an event cannot be one, naming the first.
func validateEvents(events []Event, now time.Time) error {
	refuse := func(n int, code, sentence string) error {
		return errs.Invalid("events", code, fmt.Sprintf("Event %d: %s", n+1, sentence))
	}
	if len(events) > maxEvents {
		return errs.Invalid("events", errs.CodeTooMany, fmt.Sprintf("Send at most %d events at a time.", maxEvents))
	}
	for n, event := range events {
		withPerson := event.Type == EventJoined || event.Type == EventLeft
		person, err := text.CleanLine("person", "The person", event.Person, 254)
		switch {
		case event.ID == "" || len(event.ID) > 100:
			return refuse(n, CodeBadEvent, "give it an id of 1 to 100 characters, the same whenever it is sent again.")
		case !slices.Contains([]string{EventStarted, EventJoined, EventLeft, EventEnded}, event.Type):
			return refuse(n, CodeBadEvent, "its type is started, joined, left or ended.")
		case event.At.IsZero() || event.At.Before(now.Add(-maxBehind)):
			return refuse(n, sessions.CodeBadTime, "give the time at which it happened, such as 2026-11-22T10:00:00Z.")
		case event.At.After(now.Add(maxAhead)):
			return refuse(n, sessions.CodeBadTime, "it is more than five minutes ahead of this server's clock.")
		case err != nil || withPerson && person == "":
			return refuse(n, CodeBadEvent, "give the person as an address or a name of at most 254 characters.")
		case len(event.Settings.Codec) > 20 || len(event.Settings.Audio) > 20 || len(event.Settings.Resolution) > 20 || event.Settings.FPS < 0 || event.Settings.FPS > 1000:
			return refuse(n, CodeBadEvent, "its settings cannot be any.")
		}
	}
	return nil
}

// apply keeps an event, and moves the session by it. first is false if it was taken before.
func (e Event) apply(tx core.App, session *sessions.Session) (first bool, err error) {
	first, err = saveReport(tx, session, map[string]any{"event": e.ID, "type": e.Type, "at": e.At,
		"person": strings.Join(strings.Fields(e.Person), " "), "settings": e.Settings})
	if err != nil || !first {
		return false, err
	}
	switch {
	case e.Type == EventStarted && session.Status() == sessions.Scheduled:
		return true, sessions.StartExternal(tx, session, e.At)
	case e.Type == EventEnded && session.Status() != sessions.Ended:
		return true, sessions.EndExternal(tx, session, e.At)
	case session.Status() == sessions.Scheduled:
		return true, errs.Invalid("events", sessions.CodeNotStarted, "The session has not been started. Send an event of that type first, or with these.")
	case session.Status() == sessions.Cancelled:
		return true, errs.Invalid("events", sessions.CodeCancelled, "The session was cancelled.")
	}
	return true, nil
}

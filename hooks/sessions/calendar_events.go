package sessions

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// CalendarEvent is a session as every calendar shows it, whether the file comes with an email, from the join page or in a feed:
// the same UID and SEQUENCE, and one of a series with its RECURRENCE-ID. p is for whom it is and may be nil; link is what
// opens it.
func CalendarEvent(app core.App, s *Session, p *Participant, link string) (calendar.Event, error) {
	if s.SeriesID() == "" {
		return singleEvent(app, s, p, link)
	}
	rows, err := ListInSeries(app, s.SeriesID())
	if err != nil {
		return calendar.Event{}, err
	}
	series, err := FindSeries(app, s.SeriesID())
	if err != nil {
		return calendar.Event{}, err
	}
	return occurrenceEvent(app, series, seriesSequence(series, rows), s, p, link)
}

// occurrenceEvent is one session of a series. sequence is that of the series.
func occurrenceEvent(app core.App, series *Series, sequence int, s *Session, p *Participant, link string) (calendar.Event, error) {
	e, err := singleEvent(app, s, p, link)
	e.UID, e.Sequence, e.RecurrenceID = calendarUID(app, series.Record), sequence, s.GetDateTime("occurrence").Time()
	return e, err
}

// singleEvent is a session by itself. p may be nil: no invitee is named.
func singleEvent(app core.App, s *Session, p *Participant, link string) (calendar.Event, error) {
	place, err := RoomName(app, s)
	if err != nil {
		return calendar.Event{}, err
	}
	e := calendar.Event{
		UID: calendarUID(app, s.Record), Sequence: s.GetInt("sequence"), Stamp: s.GetDateTime("updated").Time(),
		Starts: s.Starts(), Ends: s.Ends(), Zone: s.Zone(), Title: s.Title(), Description: s.GetString("description"),
		Location: place, Link: link, Cancelled: s.Status() == Cancelled,
		// The sender, for the host may change, and calendars take news from one organizer alone.
		Organizer: calendar.Person{Name: s.GetString("host_name"), Email: mail.SenderAddress(app)},
	}
	if link != "" {
		if e.Description != "" {
			e.Description += "\n\n"
		}
		e.Description += "Open the session: " + link
	}
	if p != nil {
		e.Attendees = []calendar.Person{{Name: p.GetString("name"), Email: p.Address()}}
	}
	return e, nil
}

// seriesCalendar is a series as one calendar shows it.
type seriesCalendar struct {
	model       *Session              // one that is as the series is
	participant *Participant          // for whom it is; nil: no invitee is named
	rows        []*Session            // all of the series
	include     map[string]bool       // ids of those that the reader is invited to; nil: all
	link        func(*Session) string // what opens a session
}

// seriesEvents are a series as a calendar shows it: its rule, without what was cancelled and what the reader is not
// invited to, and every session that differs from the model.
func seriesEvents(app core.App, v seriesCalendar) ([]calendar.Event, error) {
	series, err := FindSeries(app, v.model.SeriesID())
	if err != nil {
		return nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	n, link := seriesSequence(series, v.rows), v.link(v.model)
	main, err := occurrenceEvent(app, series, n, v.model, v.participant, link)
	if err != nil {
		return nil, err
	}
	length := main.Ends.Sub(main.Starts)
	main.RecurrenceID, main.Rule, main.Zone = time.Time{}, series.Rule(), series.Zone()
	main.Starts, main.Ends = series.Starts(), series.Starts().Add(length)
	held := map[int64]*Session{}
	for _, row := range v.rows {
		if (row.Status() != Cancelled || v.model.Status() == Cancelled) && (v.include == nil || v.include[row.Id]) {
			held[row.GetDateTime("occurrence").Time().Unix()] = row
		}
	}
	events := []calendar.Event{main}
	for _, at := range occurrences {
		row := held[at.Unix()]
		if row == nil {
			events[0].ExceptionDates = append(events[0].ExceptionDates, at)
			continue
		}
		if row.Starts().Equal(at) && !row.differsInCalendar(v.model) && v.link(row) == link {
			continue
		}
		e, err := occurrenceEvent(app, series, n, row, v.participant, v.link(row))
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// differsInCalendar reports whether a calendar shows a session otherwise than another one, the time not counted.
func (s *Session) differsInCalendar(other *Session) bool {
	return slices.ContainsFunc([]string{"title", "description", "room", "minutes", "extra", "timezone", "host_name"}, func(field string) bool {
		return s.GetString(field) != other.GetString(field)
	})
}

// seriesSequence is the number of a series' newest state: it is higher after every change of any of its sessions.
func seriesSequence(series *Series, rows []*Session) int {
	n := series.GetInt("sequence")
	for _, row := range rows {
		n += row.GetInt("sequence")
	}
	return n
}

// calendarUID is the identifier of a session or a series in calendars. It is stored when the row is made, so that it outlives a
// change of the server's address.
func calendarUID(app core.App, r *core.Record) string {
	if fixed := r.GetString("uid"); fixed != "" {
		return fixed
	}
	return r.Id + "@" + uidHost(app)
}

func uidHost(app core.App) string {
	if own, err := url.Parse(settings.Of(app).URL); err == nil && own.Hostname() != "" {
		return own.Hostname()
	}
	return "usher"
}

// ensureUID stores the identifier of a new session or series, and refuses another one for it.
func ensureUID(app core.App, r *core.Record) error {
	if !r.IsNew() && r.Original().GetString("uid") != "" && record.Changed(r, "uid") {
		return errs.Invalid("base", CodeFixed, "The identifier in calendars can't be changed.")
	}
	if r.GetString("uid") == "" {
		r.Set("uid", calendarUID(app, r))
	}
	return nil
}

// registerUIDs stores, when the server starts, the identifiers of rows that have none: those from before they were
// stored, of which emails have carried the server's address.
func registerUIDs(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := BackfillUIDs(e.App); err != nil {
			return err
		}
		return e.Next()
	})
}

// BackfillUIDs stores the identifiers of all sessions and series that have none yet.
func BackfillUIDs(app core.App) error {
	for _, table := range []string{"sessions", "series"} {
		_, err := app.NonconcurrentDB().NewQuery("UPDATE " + table + " SET uid = id || '@' || {:host} WHERE uid = ''").
			Bind(dbx.Params{"host": uidHost(app)}).Execute()
		if err != nil {
			return fmt.Errorf("store the calendar identifiers of %s: %w", table, err)
		}
	}
	return nil
}

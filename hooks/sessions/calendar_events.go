package sessions

import (
	"cmp"
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

// CalendarEvent is a session as a calendar event, the same in emails, on the join page and in feeds: UID and SEQUENCE,
// and RECURRENCE-ID for one of a series. p is the attendee and may be nil; link opens the session.
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

// occurrenceEvent is one session of a series with the sequence of the series.
func occurrenceEvent(app core.App, series *Series, sequence int, s *Session, p *Participant, link string) (calendar.Event, error) {
	e, err := singleEvent(app, s, p, link)
	e.UID, e.Sequence, e.RecurrenceID = calendarUID(app, series.Record), sequence, s.GetDateTime("occurrence").Time()
	return e, err
}

// singleEvent is a session as an event without a series. p may be nil: the event has no attendee.
func singleEvent(app core.App, s *Session, p *Participant, link string) (calendar.Event, error) {
	place, err := RoomName(app, s)
	if err != nil {
		return calendar.Event{}, err
	}
	e := calendar.Event{
		UID: calendarUID(app, s.Record), Sequence: s.GetInt("sequence"), Stamp: s.GetDateTime("updated").Time(),
		Starts: s.Starts(), Ends: s.Ends(), Zone: s.Zone(), Title: s.Title(), Description: s.GetString("description"),
		Location: place, Link: link, Cancelled: s.Status() == Cancelled,
		// The sender, because the host can change and calendars accept updates from one organizer only.
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

// seriesCalendar describes a series for one calendar.
type seriesCalendar struct {
	model       *Session              // the session that the recurring event is made from
	participant *Participant          // the attendee; nil: none
	rows        []*Session            // all sessions of the series
	include     map[string]bool       // ids of the sessions that the attendee is invited to; nil: all
	link        func(*Session) string // opens a session
	seriesLink  string                // opens the running or next session; empty: the link of the model
}

// seriesEvents are the events of a series: the recurring event without the sessions that were cancelled or that the
// attendee isn't invited to, and an event for each session that differs from the model.
func seriesEvents(app core.App, v seriesCalendar) ([]calendar.Event, error) {
	series, err := FindSeries(app, v.model.SeriesID())
	if err != nil {
		return nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	n, link := seriesSequence(series, v.rows), cmp.Or(v.seriesLink, v.link(v.model))
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

// differsInCalendar reports whether two sessions look different in a calendar, apart from their time.
func (s *Session) differsInCalendar(other *Session) bool {
	return slices.ContainsFunc([]string{"title", "description", "room", "minutes", "extra", "timezone", "host_name"}, func(field string) bool {
		return s.GetString(field) != other.GetString(field)
	})
}

// seriesSequence is the SEQUENCE of a series: it grows with every change of any of its sessions.
func seriesSequence(series *Series, rows []*Session) int {
	n := series.GetInt("sequence")
	for _, row := range rows {
		n += row.GetInt("sequence")
	}
	return n
}

// calendarUID is the UID of a session or a series. It is stored when the record is created, so that it stays the same
// when the server's address changes.
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

// ensureUID stores the UID of a new session or series, and refuses to change one.
func ensureUID(app core.App, r *core.Record) error {
	if !r.IsNew() && r.Original().GetString("uid") != "" && record.Changed(r, "uid") {
		return errs.Invalid("base", CodeFixed, "The calendar UID can't be changed.")
	}
	if r.GetString("uid") == "" {
		r.Set("uid", calendarUID(app, r))
	}
	return nil
}

// registerUIDs stores the UIDs of older records when the server starts. Emails have already used the server's address
// for these.
func registerUIDs(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := BackfillUIDs(e.App); err != nil {
			return err
		}
		return e.Next()
	})
}

// BackfillUIDs stores the UID of every session and series that has none.
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

package sessions

import (
	"net/url"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/calendar"
	"usher/hooks/mail"
	"usher/hooks/settings"
)

// eventOf is a session as a calendar shows it to one person; link is his. One of a series is told as such.
func eventOf(app core.App, s *Session, p *Participant, link string) (calendar.Event, error) {
	e, err := plainEvent(app, s, p, link)
	if err != nil || s.SeriesID() == "" {
		return e, err
	}
	rows, err := InSeries(app, s.SeriesID())
	if err != nil {
		return e, err
	}
	series, err := FindSeries(app, s.SeriesID())
	if err != nil {
		return e, err
	}
	e.UID, e.Sequence, e.Of = uid(app, series.Id), sequence(series, rows), s.GetDateTime("occurrence").Time()
	return e, nil
}

// EventOf is a session as an event by itself: link is what its reader opens it by.
func EventOf(app core.App, s *Session, link string) (calendar.Event, error) {
	return plainEvent(app, s, nil, link)
}

// plainEvent is a session by itself. p may be nil: nobody is named as asked.
func plainEvent(app core.App, s *Session, p *Participant, link string) (calendar.Event, error) {
	place, err := RoomName(app, s)
	if err != nil {
		return calendar.Event{}, err
	}
	e := calendar.Event{
		UID: uid(app, s.Id), Sequence: s.GetInt("sequence"), Stamp: s.GetDateTime("updated").Time(),
		Starts: s.Starts(), Ends: s.Ends(), Zone: s.Zone(), Title: s.Title(), Description: s.GetString("description"),
		Place: place, Link: link, Cancelled: s.Status() == Cancelled,
		// The sender, for the host may change, and calendars take news from one organizer alone.
		Organizer: calendar.Person{Name: s.GetString("host_name"), Address: mail.SenderAddress(app)},
	}
	if link != "" {
		if e.Description != "" {
			e.Description += "\n\n"
		}
		e.Description += "Open the session: " + link
	}
	if p != nil {
		e.Asked = []calendar.Person{{Name: p.GetString("name"), Address: p.Address()}}
	}
	return e, nil
}

// seriesEvents are a series as a calendar shows it to one person: its rule, without what was cancelled, and every
// session that differs from the others. s is one that is as the series is.
func seriesEvents(app core.App, s *Session, p *Participant, rows []*Session, link string) ([]calendar.Event, error) {
	series, err := FindSeries(app, s.SeriesID())
	if err != nil {
		return nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	main, err := plainEvent(app, s, p, link)
	if err != nil {
		return nil, err
	}
	length := main.Ends.Sub(main.Starts)
	main.UID, main.Sequence, main.Rule, main.Zone = uid(app, series.Id), sequence(series, rows), series.Rule(), series.Zone()
	main.Starts, main.Ends = series.Starts(), series.Starts().Add(length)
	held := map[int64]*Session{}
	for _, row := range rows {
		if row.Status() != Cancelled || s.Status() == Cancelled {
			held[row.GetDateTime("occurrence").Time().Unix()] = row
		}
	}
	events := []calendar.Event{main}
	for _, at := range occurrences {
		row := held[at.Unix()]
		if row == nil {
			events[0].Except = append(events[0].Except, at)
			continue
		}
		if row.Starts().Equal(at) && !row.differs(s) {
			continue
		}
		e, err := plainEvent(app, row, p, link)
		if err != nil {
			return nil, err
		}
		e.UID, e.Sequence, e.Of = main.UID, main.Sequence, at
		events = append(events, e)
	}
	return events, nil
}

// differs reports whether a calendar shows a session otherwise than another one, the time not counted.
func (s *Session) differs(other *Session) bool {
	return slices.ContainsFunc([]string{"title", "description", "room", "minutes", "extra", "timezone", "host_name"}, func(field string) bool {
		return s.GetString(field) != other.GetString(field)
	})
}

// sequence is the number of a series' newest state: it is higher after every change of any of its sessions.
func sequence(series *Series, rows []*Session) int {
	n := series.GetInt("sequence")
	for _, row := range rows {
		n += row.GetInt("sequence")
	}
	return n
}

func uid(app core.App, id string) string {
	host := "usher"
	if own, err := url.Parse(settings.Of(app).URL); err == nil && own.Hostname() != "" {
		host = own.Hostname()
	}
	return id + "@" + host
}

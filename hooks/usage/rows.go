package usage

import (
	"fmt"
	"strings"
	"time"

	"usher/hooks/record"
)

// Row compares what was scheduled for a session with what ran.
type Row struct {
	ID, Title              string
	OrganizerID, Organizer string // the ID is empty if the account was deleted
	RoomID, Room           string
	Guests                 int // participants in the list, without the host
	Attended               int // people who were in the session
	External               bool
	Status, EndReason      string
	Starts, Started, Ended time.Time
	ScheduledSeconds       int
	ActualSeconds          int
	Scheduled, Actual      Settings // Actual is empty where nothing is known
	Reasons                []string // at least one; see the Reason constants
}

// Reason is the first of Reasons.
func (r Row) Reason() string { return r.Reasons[0] }

// At is when the session started, or was planned to.
func (r Row) At() time.Time {
	if r.Started.IsZero() {
		return r.Starts
	}
	return r.Started
}

// Ends is the scheduled end, without extensions.
func (r Row) Ends() time.Time { return r.Starts.Add(time.Duration(r.ScheduledSeconds) * time.Second) }

// Sorts are the orders of rows: by time, title, organizer, scheduled and actual time.
var Sorts = []string{"time", "title", "organizer", "scheduled", "actual"}

// orderBy is the ORDER BY clause of a sort; the newest come first unless another one is asked for.
func orderBy(sort string) string {
	column, descending := strings.CutPrefix(sort, "-")
	expression, known := map[string]string{"time": "at", "title": "title COLLATE NOCASE", "organizer": "host_name COLLATE NOCASE",
		"scheduled": "minutes", "actual": actualSeconds}[column]
	if !known {
		expression, descending = "at", true
	}
	if descending {
		expression += " DESC"
	}
	return expression + ", at DESC, id"
}

// storedRow is a row as read from the database.
type storedRow struct {
	ID, Title, Host, HostName, Room, Status, EndReason, Elsewhere string
	Starts, Started, Ended                                        string
	Minutes, Actual, Guests                                       int
	Resolution, Codec, Audio                                      string
	FPS                                                           int `db:"fps"`
}

// rows reads the rows of the page, or all; total is the number of rows on all pages. It returns the number of the first one.
func (s selection) rows(total int) ([]Row, int, error) {
	limit, first := "", 1
	if !s.query.All {
		page := min(max(1, s.query.Page), max(1, (total+PerPage-1)/PerPage))
		first = (page-1)*PerPage + 1
		limit = fmt.Sprintf(" LIMIT %d OFFSET %d", PerPage, first-1)
	}
	if total == 0 {
		return []Row{}, 0, nil
	}
	columns := "id, host, host_name, room, title, status, end_reason, elsewhere, starts, started, ended, ends, minutes, later_seconds, resolution, fps, codec, audio"
	var stored []storedRow
	err := s.app.DB().NewQuery("SELECT m.*, " + actualSeconds + " actual, (SELECT count(*) FROM participants p WHERE p.session = m.id AND p.part != 'host') guests" +
		s.from(columns) + " WHERE NOT " + upcoming + " AND " + s.filtered() + " ORDER BY " + orderBy(s.query.Sort) + limit).
		Bind(s.params()).All(&stored)
	if err != nil {
		return nil, 0, fmt.Errorf("list usage: %w", err)
	}
	rooms, err := s.roomNames()
	if err != nil {
		return nil, 0, err
	}
	actual, err := s.measure(stored)
	if err != nil {
		return nil, 0, err
	}
	rows := make([]Row, len(stored))
	for n, one := range stored {
		rows[n] = one.row(rooms, actual[one.ID])
	}
	return rows, first, nil
}

func (r storedRow) row(rooms map[string]string, actual measured) Row {
	row := Row{ID: r.ID, Title: r.Title, OrganizerID: r.Host, Organizer: r.HostName, RoomID: r.Room, Room: rooms[r.Room], Guests: r.Guests, Attended: actual.people,
		External: r.Elsewhere != "", Status: r.Status, EndReason: r.EndReason,
		Starts: record.ParseTime(r.Starts), Started: record.ParseTime(r.Started), Ended: record.ParseTime(r.Ended),
		ScheduledSeconds: r.Minutes * 60, ActualSeconds: r.Actual,
		Scheduled: Settings{r.Resolution, r.FPS, r.Codec, r.Audio}, Actual: actual.settings}
	row.Reasons = row.reasons()
	return row
}

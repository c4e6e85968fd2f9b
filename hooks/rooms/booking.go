package rooms

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// Booking is a session that has a room from Starts to Ends.
type Booking struct {
	ID      string    `db:"id"`
	Room    string    `db:"room"`
	Title   string    `db:"title"`
	HostID  string    `db:"host"`
	Host    string    `db:"host_name"`
	Running bool      `db:"running"`
	Starts  time.Time `db:"-"`
	Ends    time.Time `db:"-"`
}

// VisibleTo reports whether the actor may know what the session is about: who runs the team, and who hosts it. Others
// see that the room is taken, until when, and by whom.
func (b Booking) VisibleTo(actor *actors.Actor) bool {
	return actor.CanUsePanel() || b.HostID != "" && b.HostID == actor.Account.Id
}

// bookingQuery are the sessions that keep a room from others, in the words of their index. Ended ones do not: what is left
// of their time is free.
const bookingQuery = `SELECT id, room, title, host, host_name, status = 'running' running, starts, ends FROM sessions
	WHERE room != '' AND status != 'ended' AND status != 'cancelled' AND `

// FindConflict finds what has the room at some moment between from and to, other than the sessions except; nil if it is
// free. Ends that touch do not clash (R87). Asked inside the transaction that books, the answer holds.
func FindConflict(tx core.App, room string, from, to time.Time, except ...string) (*Booking, error) {
	ids, err := json.Marshal(append([]string{}, except...))
	if err != nil {
		return nil, err
	}
	found, err := queryBookings(tx, "room = {:room} AND id NOT IN (SELECT value FROM json_each({:except})) AND starts < {:to} AND ends > {:from} ORDER BY starts LIMIT 1",
		dbx.Params{"room": room, "except": string(ids), "from": record.FormatTime(from), "to": record.FormatTime(to)})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// ListBookings lists what has a room of the team, or with an empty room any of them, at some moment between from and
// to, by start. A zero to is the end of time.
func ListBookings(app core.App, team, room string, from, to time.Time) ([]Booking, error) {
	where, params := "team = {:team} AND ends > {:from}", dbx.Params{"team": team, "from": record.FormatTime(from)}
	if room != "" {
		where, params["room"] = where+" AND room = {:room}", room
	}
	if !to.IsZero() {
		where, params["to"] = where+" AND starts < {:to}", record.FormatTime(to)
	}
	return queryBookings(app, where+" ORDER BY starts, id", params)
}

// NextBookings finds what each room of the team has now or next.
func NextBookings(app core.App, team string, now time.Time) (map[string]Booking, error) {
	found, err := queryBookings(app, `team = {:team} AND ends > {:now} AND NOT EXISTS (SELECT 1 FROM sessions before
		WHERE before.room = sessions.room AND before.room != '' AND before.status != 'ended' AND before.status != 'cancelled'
		AND before.ends > {:now} AND before.starts < sessions.starts)`, dbx.Params{"team": team, "now": record.FormatTime(now)})
	if err != nil {
		return nil, err
	}
	next := map[string]Booking{}
	for _, booking := range found {
		next[booking.Room] = booking
	}
	return next, nil
}

func queryBookings(app core.App, where string, params dbx.Params) ([]Booking, error) {
	var rows []struct {
		Booking
		From string `db:"starts"`
		To   string `db:"ends"`
	}
	if err := app.DB().NewQuery(bookingQuery + where).WithContext(record.Prepared).Bind(params).All(&rows); err != nil {
		return nil, fmt.Errorf("read the bookings of rooms: %w", err)
	}
	all := make([]Booking, len(rows))
	for n, row := range rows {
		all[n] = row.Booking
		all[n].Starts, all[n].Ends = record.ParseTime(row.From), record.ParseTime(row.To)
	}
	return all, nil
}

// Span is a time from From to To.
type Span struct{ From, To time.Time }

// Availability are what a room is taken by, and when it is free between.
type Availability struct {
	Room  *Room
	Taken []Booking
	Free  []Span
}

// ListAvailability tells of each room of the team that can be booked when it is free between from and to.
func ListAvailability(app core.App, team string, from, to time.Time) ([]Availability, error) {
	all, err := List(app, team)
	if err != nil {
		return nil, err
	}
	taken, err := ListBookings(app, team, "", from, to)
	if err != nil {
		return nil, err
	}
	of := map[string][]Booking{}
	for _, booking := range taken {
		of[booking.Room] = append(of[booking.Room], booking)
	}
	times := make([]Availability, len(all))
	for n, room := range all {
		times[n] = Availability{Room: room, Taken: of[room.Id], Free: freeSpans(of[room.Id], from, to)}
	}
	return times, nil
}

// Within are the times between from and to alone.
func (t Availability) Within(from, to time.Time) Availability {
	within := Availability{Room: t.Room}
	for _, booking := range t.Taken {
		if booking.Starts.Before(to) && booking.Ends.After(from) {
			within.Taken = append(within.Taken, booking)
		}
	}
	within.Free = freeSpans(within.Taken, from, to)
	return within
}

// freeSpans is what bookings, by start, leave free between from and to.
func freeSpans(taken []Booking, from, to time.Time) []Span {
	var free []Span
	for _, booking := range taken {
		if !from.Before(to) {
			return free
		}
		if booking.Starts.After(from) {
			free = append(free, Span{from, booking.Starts})
		}
		if booking.Ends.After(from) {
			from = booking.Ends
		}
	}
	if to.After(from) {
		free = append(free, Span{from, to})
	}
	return free
}

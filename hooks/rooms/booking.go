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

// Booking is a session that has a room booked from Starts to Ends.
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

// VisibleTo reports whether the actor can see the title of the session: the Owner, Admins and its host. Others only see when
// the room is booked, and by which host.
func (b Booking) VisibleTo(actor *actors.Actor) bool {
	return actor.CanUsePanel() || b.HostID != "" && b.HostID == actor.Account.Id
}

// bookingQuery selects the sessions that book a room, with the condition of their index. The rest of the time of ended
// sessions is free.
const bookingQuery = `SELECT id, room, title, host, host_name, status = 'running' running, starts, ends FROM sessions
	WHERE room != '' AND status != 'ended' AND status != 'cancelled' AND `

// FindConflict finds a booking of the room that overlaps from to to, except by the sessions except, or nil. Bookings can touch
// (R87). Inside the transaction that books the room, the result holds.
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

// ListBookings lists the bookings of a room of the team, or of all its rooms, that overlap from to to, by start. A zero to
// means no end.
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

// NextBookings finds the current or next booking of each room of the team.
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

// Availability is a room's bookings and the free time between them.
type Availability struct {
	Room  *Room
	Taken []Booking
	Free  []Span
}

// ListAvailability lists the free time between from and to for each room of the team that isn't archived.
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

// Within cuts the spans to the time between from and to.
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

// freeSpans is the free time between from and to, given the bookings by start.
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

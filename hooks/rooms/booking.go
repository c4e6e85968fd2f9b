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

// KnownTo reports whether the actor may know what the session is about: who runs the team, and who hosts it. Others
// see that the room is taken, until when, and by whom.
func (b Booking) KnownTo(actor *actors.Actor) bool {
	return actor.SeesPanel() || b.HostID != "" && b.HostID == actor.Account.Id
}

// booked are the sessions that keep a room from others, in the words of their index. Ended ones do not: what is left
// of their time is free.
const booked = `SELECT id, room, title, host, host_name, status = 'running' running, starts, ends FROM sessions
	WHERE room != '' AND status != 'ended' AND status != 'cancelled' AND `

// Clash finds what has the room at some moment between from and to, other than the sessions except; nil if it is
// free. Ends that touch do not clash (R87). Asked inside the transaction that books, the answer holds.
func Clash(tx core.App, room string, from, to time.Time, except ...string) (*Booking, error) {
	ids, err := json.Marshal(append([]string{}, except...))
	if err != nil {
		return nil, err
	}
	found, err := bookings(tx, "room = {:room} AND id NOT IN (SELECT value FROM json_each({:except})) AND starts < {:to} AND ends > {:from} ORDER BY starts LIMIT 1",
		dbx.Params{"room": room, "except": string(ids), "from": record.Stamp(from), "to": record.Stamp(to)})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Bookings lists what has a room of the team, or with an empty room any of them, at some moment between from and
// to, by start. A zero to is the end of time.
func Bookings(app core.App, team, room string, from, to time.Time) ([]Booking, error) {
	where, params := "team = {:team} AND ends > {:from}", dbx.Params{"team": team, "from": record.Stamp(from)}
	if room != "" {
		where, params["room"] = where+" AND room = {:room}", room
	}
	if !to.IsZero() {
		where, params["to"] = where+" AND starts < {:to}", record.Stamp(to)
	}
	return bookings(app, where+" ORDER BY starts, id", params)
}

// Next finds what each room of the team has now or next.
func Next(app core.App, team string, now time.Time) (map[string]Booking, error) {
	found, err := bookings(app, `team = {:team} AND ends > {:now} AND NOT EXISTS (SELECT 1 FROM sessions before
		WHERE before.room = sessions.room AND before.room != '' AND before.status != 'ended' AND before.status != 'cancelled'
		AND before.ends > {:now} AND before.starts < sessions.starts)`, dbx.Params{"team": team, "now": record.Stamp(now)})
	if err != nil {
		return nil, err
	}
	next := map[string]Booking{}
	for _, booking := range found {
		next[booking.Room] = booking
	}
	return next, nil
}

func bookings(app core.App, where string, params dbx.Params) ([]Booking, error) {
	var rows []struct {
		Booking
		From string `db:"starts"`
		To   string `db:"ends"`
	}
	if err := app.DB().NewQuery(booked + where).WithContext(record.Kept).Bind(params).All(&rows); err != nil {
		return nil, fmt.Errorf("read the bookings of rooms: %w", err)
	}
	all := make([]Booking, len(rows))
	for n, row := range rows {
		all[n] = row.Booking
		all[n].Starts, all[n].Ends = record.Time(row.From), record.Time(row.To)
	}
	return all, nil
}

// Span is a time from From to To.
type Span struct{ From, To time.Time }

// Times are what a room is taken by, and when it is free between.
type Times struct {
	Room  *Room
	Taken []Booking
	Free  []Span
}

// Free tells of each room of the team that can be booked when it is free between from and to.
func Free(app core.App, team string, from, to time.Time) ([]Times, error) {
	all, err := Of(app, team)
	if err != nil {
		return nil, err
	}
	taken, err := Bookings(app, team, "", from, to)
	if err != nil {
		return nil, err
	}
	of := map[string][]Booking{}
	for _, booking := range taken {
		of[booking.Room] = append(of[booking.Room], booking)
	}
	times := make([]Times, len(all))
	for n, room := range all {
		times[n] = Times{Room: room, Taken: of[room.Id], Free: between(of[room.Id], from, to)}
	}
	return times, nil
}

// Within are the times between from and to alone.
func (t Times) Within(from, to time.Time) Times {
	within := Times{Room: t.Room}
	for _, booking := range t.Taken {
		if booking.Starts.Before(to) && booking.Ends.After(from) {
			within.Taken = append(within.Taken, booking)
		}
	}
	within.Free = between(within.Taken, from, to)
	return within
}

// between is what bookings, by start, leave free between from and to.
func between(taken []Booking, from, to time.Time) []Span {
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

// Package rooms keeps the lasting places of a team: their links and settings, and that no two bookings of one overlap.
package rooms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Who may enter a room (R91).
const (
	Invited = "invited"
	Team    = "team"
	Anyone  = "anyone" // with the link, as a guest
)

// CodeBusy is the code of a refusal because something else has the room at that time (R87).
const CodeBusy = "room_busy"

var _ core.RecordProxy = (*Room)(nil)

// Room is a lasting place with a link and settings of its own (R85).
type Room struct{ *core.Record }

// PreValidate makes sure that the proxy holds a room.
func (r *Room) PreValidate(context.Context, core.App) error {
	if r.Record == nil || r.Collection().Name != "rooms" {
		return errors.New("not a room")
	}
	return nil
}

// ProxyRecord returns the record.
func (r *Room) ProxyRecord() *core.Record { return r.Record }

// SetProxyRecord sets the record.
func (r *Room) SetProxyRecord(rec *core.Record) { r.Record = rec }

// Name is what people call the room.
func (r *Room) Name() string { return r.GetString("name") }

// Slug is the room's name in its link, /r/{slug}.
func (r *Room) Slug() string { return r.GetString("slug") }

// TeamID is the team that the room belongs to.
func (r *Room) TeamID() string { return r.GetString("team") }

// Entry is Invited, Team or Anyone.
func (r *Room) Entry() string { return r.GetString("entry") }

// Archived is when the room was taken out of use; zero while it is in use.
func (r *Room) Archived() time.Time { return r.GetDateTime("archived").Time() }

// Find reads a room of the team by its id, or record.ErrNotFound.
func Find(app core.App, team, id string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"id": id, "team": team}).Limit(1).One(room)
	return found(room, err)
}

// BySlug reads the room with that link, of whatever team, or record.ErrNotFound.
func BySlug(app core.App, slug string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": slug})).Limit(1).One(room)
	return found(room, err)
}

func found(room *Room, err error) (*Room, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a room: %w", err)
	}
	return room, nil
}

// Of lists the rooms of a team that are in use, by name.
func Of(app core.App, team string) ([]*Room, error) {
	all := []*Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"team": team, "archived": ""}).OrderBy("name COLLATE NOCASE").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the rooms of a team: %w", err)
	}
	return all, nil
}

// Booking is a session that has a room from Starts to Ends.
type Booking struct {
	ID     string    `db:"id"`
	Title  string    `db:"title"`
	Host   string    `db:"host_name"`
	Starts time.Time `db:"-"`
	Ends   time.Time `db:"-"`
}

// Clash finds what has the room at some moment between from and to, other than the session except; nil if it is
// free. Ends that touch do not clash (R87). Asked inside the transaction that books, the answer holds.
func Clash(tx core.App, room string, from, to time.Time, except string) (*Booking, error) {
	var rows []struct {
		Booking
		From string `db:"starts"`
		To   string `db:"ends"`
	}
	err := tx.DB().NewQuery(`SELECT id, title, host_name, starts, ends FROM sessions
		WHERE room = {:room} AND id != {:except} AND starts < {:to} AND ends > {:from} AND status IN ('scheduled', 'running')
		ORDER BY starts LIMIT 1`).
		Bind(dbx.Params{"room": room, "except": except, "from": record.Stamp(from), "to": record.Stamp(to)}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("look for a clash in a room: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	clash := rows[0].Booking
	clash.Starts, clash.Ends = record.Time(rows[0].From), record.Time(rows[0].To)
	return &clash, nil
}

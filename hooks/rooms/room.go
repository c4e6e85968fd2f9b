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
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Who may enter a room (R91).
const (
	AccessInvited = "invited"
	AccessTeam    = "team"
	AccessAnyone  = "anyone" // with the link, as a guest
)

// When a session in a room is recorded (R91).
const (
	RecordingOff    = "off"
	RecordingByHost = "host"
	RecordingAlways = "always"
)

// What a room may hold, in characters, and a team in rooms that are in use.
const (
	MaxName        = 60
	MaxSlug        = 60
	MaxDescription = 500
	MaxRooms       = 200
)

// Codes of refusals.
const (
	CodeBusy      = "room_busy"     // something else has the room at that time (R87)
	CodeUnknown   = "no_room"       // the team has no such room
	CodeArchived  = "room_archived" // it takes no new bookings
	CodeTaken     = "taken"         // another room has the name or the link
	CodePlanLimit = "plan_limit"    // more than the team's plan gives
)

// Qualities are the heights of a picture that can be asked for, the lowest first.
var Qualities = []string{"360p", "720p", "1080p", "2160p"}

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

// Access is Invited, Team or Anyone.
func (r *Room) Access() string { return r.GetString("entry") }

// Archived is when the room was taken out of use; zero while it is in use.
func (r *Room) Archived() time.Time { return r.GetDateTime("archived").Time() }

// Description says in a few words what the room is for.
func (r *Room) Description() string { return r.GetString("description") }

// Link is the room's address on the web.
func (r *Room) Link(app core.App) string { return settings.Of(app).Link("/r/" + r.Slug()) }

// MaxPeople is how many may be in a session there; 0: as many as the plan lets.
func (r *Room) MaxPeople() int { return r.GetInt("people") }

// Quality is the highest picture that a session there may have, one of the Qualities.
func (r *Room) Quality() string { return r.GetString("quality") }

// Find reads a room of the team by its id, or record.ErrNotFound.
func Find(app core.App, team, id string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").WithContext(record.Prepared).AndWhere(dbx.HashExp{"id": id, "team": team}).Limit(1).One(room)
	return mapNotFound(room, err)
}

// FindForSession is Find for a session that is to be held there: a room that the team does not have is refused, whether or not
// another team has it (R152).
func FindForSession(app core.App, team, id string) (*Room, error) {
	room, err := Find(app, team, id)
	if errors.Is(err, errs.NotFound) {
		return nil, errs.Invalid("room", CodeUnknown, "There is no such room in the team. Choose another one.")
	}
	return room, err
}

func mapNotFound(room *Room, err error) (*Room, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a room: %w", err)
	}
	return room, nil
}

// List lists the rooms of a team that are in use, by name.
func List(app core.App, team string) ([]*Room, error) {
	all := []*Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"team": team, "archived": ""}).OrderBy("lower(name)").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the rooms of a team: %w", err)
	}
	return all, nil
}

// ListArchived lists the rooms of a team that were taken out of use, by name.
func ListArchived(app core.App, team string) ([]*Room, error) {
	all := []*Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"team": team}).AndWhere(dbx.NewExp("archived != ''")).
		OrderBy("lower(name)", "archived DESC").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the archived rooms of a team: %w", err)
	}
	return all, nil
}

// Package rooms manages the permanent rooms of a team: their links, settings and bookings, which never overlap.
package rooms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// The access levels of a room (R91).
const (
	AccessInvited = "invited"
	AccessTeam    = "team"
	AccessAnyone  = "anyone" // with the link, as a guest
)

// The recording settings of a room (R91).
const (
	RecordingOff    = "off"
	RecordingByHost = "host"
	RecordingAlways = "always"
)

// The limits of a room in characters, and of a team in rooms that aren't archived.
const (
	MaxName        = 60
	MaxSlug        = 60
	MaxDescription = 500
	MaxRooms       = 200
)

// Codes of errors.
const (
	CodeBusy      = "room_busy"         // booked by another session at that time (R87)
	CodeUnknown   = "no_room"           // the team has no such room
	CodeArchived  = "room_archived"     // can't be booked
	CodeTaken     = "taken"             // another room has the name or the link
	CodePlanLimit = plans.CodePlanLimit // more than the team's plan allows
)

// Qualities are the video resolutions, lowest first.
var Qualities = []string{"360p", "720p", "1080p", "2160p"}

var _ core.RecordProxy = (*Room)(nil)

// Room is a permanent room with a link and settings (R85).
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

// Name is the name of the room.
func (r *Room) Name() string { return r.GetString("name") }

// Slug is the last part of the room's link, /r/{slug}.
func (r *Room) Slug() string { return r.GetString("slug") }

// TeamID is the id of the team.
func (r *Room) TeamID() string { return r.GetString("team") }

// Access is AccessInvited, AccessTeam or AccessAnyone.
func (r *Room) Access() string { return r.GetString("entry") }

// Archived is when the room was archived, or zero.
func (r *Room) Archived() time.Time { return r.GetDateTime("archived").Time() }

// Description is a short description of the room.
func (r *Room) Description() string { return r.GetString("description") }

// Link is the URL of the room.
func (r *Room) Link(app core.App) string { return settings.Of(app).Link(paths.Room(r.Slug())) }

// MaxPeople is the maximum number of people in a session in the room; 0 is the plan's limit.
func (r *Room) MaxPeople() int { return r.GetInt("people") }

// Quality is the highest video resolution in the room, one of Qualities.
func (r *Room) Quality() string { return r.GetString("quality") }

// Lobby reports whether a host admits each participant.
func (r *Room) Lobby() bool { return r.GetBool("lobby") }

// JoinBeforeHost reports whether the first participant to join starts the session.
func (r *Room) JoinBeforeHost() bool { return r.GetBool("early") }

// Muted reports whether participants join with their microphone off.
func (r *Room) Muted() bool { return r.GetBool("muted") }

// Recording says who may record.
func (r *Room) Recording() string { return r.GetString("recording") }

// Find finds a room of the team by id, or returns errs.ErrNotFound.
func Find(app core.App, team, id string) (*Room, error) {
	return record.One[Room](app.RecordQuery("rooms").WithContext(record.Prepared).AndWhere(dbx.HashExp{"id": id, "team": team}), "find a room")
}

// FindForSession is Find for a session in the room: a room that the team doesn't have is refused, whether or not another team
// has it (R152).
func FindForSession(app core.App, team, id string) (*Room, error) {
	room, err := Find(app, team, id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, errs.Invalid("room", CodeUnknown, "This team has no such room. Choose another one.")
	}
	return room, err
}

// List lists the rooms of a team that aren't archived, by name.
func List(app core.App, team string) ([]*Room, error) {
	all := []*Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"team": team, "archived": ""}).OrderBy("lower(name)").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the rooms of a team: %w", err)
	}
	return all, nil
}

// ListArchived lists the archived rooms of a team, by name.
func ListArchived(app core.App, team string) ([]*Room, error) {
	all := []*Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.HashExp{"team": team}).AndWhere(dbx.NewExp("archived != ''")).
		OrderBy("lower(name)", "archived DESC").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the archived rooms of a team: %w", err)
	}
	return all, nil
}

package sessions

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Setting is the effective value of a session setting: On if the session or its room turns it on, ByRoom if the room
// enforces it.
type Setting struct{ On, ByRoom bool }

// RoomSettings are the settings that a room can set for every session in it (R91).
var RoomSettings = []string{"early", "lobby", "muted"}

// EffectiveSetting is the effective value of one of RoomSettings; room is nil for a session without one. Everything that
// shows or applies a setting uses it.
func EffectiveSetting(s *Session, room *rooms.Room, name string) Setting {
	return EffectiveSettingOf(s.GetBool(name), room, name)
}

// EffectiveSettingOf is EffectiveSetting for a value that isn't saved yet.
func EffectiveSettingOf(own bool, room *rooms.Room, name string) Setting {
	byRoom := room != nil && room.GetBool(name)
	return Setting{On: own || byRoom, ByRoom: byRoom}
}

// FindRoom is the room of a session, archived or not; nil for a session without one.
func FindRoom(app core.App, s *Session) (*rooms.Room, error) {
	if s.RoomID() == "" {
		return nil, nil
	}
	room, err := rooms.Find(app, s.TeamID(), s.RoomID())
	if err != nil {
		return nil, errs.IgnoreNotFound(err)
	}
	return room, nil
}

// RecordingOf is when a session is recorded: rooms.RecordingOff, RecordingByHost or RecordingAlways. External sessions can't be
// recorded, and no session on a server without recordings. A room that always records overrides the session's own choice. Everything that
// shows or applies the setting uses it.
func RecordingOf(app core.App, s *Session) string {
	if s.ExternalLink() != "" || settings.Of(app).Recordings == 0 {
		return rooms.RecordingOff
	}
	if room, err := FindRoom(app, s); err == nil && room != nil && room.GetString("recording") == rooms.RecordingAlways {
		return rooms.RecordingAlways
	}
	return s.Recording()
}

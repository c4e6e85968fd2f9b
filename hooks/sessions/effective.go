package sessions

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
)

// Setting is how a setting of a session applies: On by the session's own choice or by its room's, and ByRoom where the
// room sets it, whatever the session says.
type Setting struct{ On, ByRoom bool }

// RoomSettings are the settings that a room can set for every session in it (R91).
var RoomSettings = []string{"early", "lobby", "muted"}

// EffectiveSetting is how one of the Imposable settings of a session applies in its room; room is nil for a session without one.
// Whatever shows a setting and whatever acts on it asks here.
func EffectiveSetting(s *Session, room *rooms.Room, name string) Setting {
	return EffectiveSettingOf(s.GetBool(name), room, name)
}

// EffectiveSettingOf is Effective for a choice that is not saved yet.
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

package layout

import (
	"usher/hooks/rooms"
)

// RoomAccessIcon is the drawing of who may enter a room.
func RoomAccessIcon(entry string) string {
	switch entry {
	case rooms.AccessTeam:
		return "users"
	case rooms.AccessAnyone:
		return "globe"
	}
	return "lock"
}

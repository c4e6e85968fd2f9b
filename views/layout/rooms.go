package layout

import (
	"usher/hooks/rooms"
)

// RoomAccessIcon names the icon of a room's access setting.
func RoomAccessIcon(entry string) string {
	switch entry {
	case rooms.AccessTeam:
		return "users"
	case rooms.AccessAnyone:
		return "globe"
	}
	return "lock"
}

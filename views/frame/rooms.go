package frame

import "usher/hooks/rooms"

// EntryIcon is the drawing of who may enter a room.
func EntryIcon(entry string) string {
	switch entry {
	case rooms.Team:
		return "users"
	case rooms.Anyone:
		return "globe"
	}
	return "lock"
}

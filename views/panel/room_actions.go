package panel

import (
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// confirmArchive asks for confirmation before a room is archived, and lists its bookings (R92).
func confirmArchive(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	if !room.Archived().IsZero() {
		return errs.ErrNotFound
	}
	bookings, err := loadBookings(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomActionDialogProps{Title: "Archive " + text.Isolate(room.Name()) + "?", ConfirmLabel: "Archive room", Danger: true, Bookings: bookings, Consequences: []string{
		"The room can't be booked, and its bookings can't be moved to another time.",
		"Its link and settings are kept. You can restore it at any time."}}
	if bookings.Total > 0 {
		props.Consequences = append(props.Consequences, ui.Count(bookings.Total, "existing booking isn't affected:", "existing bookings aren't affected:"))
	} else {
		props.Consequences = append(props.Consequences, "It has no bookings.")
	}
	return renderRoomDialog(e, room, "/archive", props)
}

// confirmRotate asks for confirmation before a room's link is rotated, and lists its bookings (R92).
func confirmRotate(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	bookings, err := loadBookings(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomActionDialogProps{Title: "Rotate the link of " + text.Isolate(room.Name()) + "?", ConfirmLabel: "Rotate link", Danger: true, Bookings: bookings, Consequences: []string{
		room.Link(e.App) + " stops working. Anyone who opens it sees that it was replaced and that they need to ask you for the new link.",
		"The new link ends in random characters, so it can't be guessed.",
		"Anyone already in a session stays in it. The links of individual sessions keep working."}}
	if bookings.Total > 0 {
		props.Consequences = append(props.Consequences, "Send the new link to everyone who uses the old one for:")
	}
	return renderRoomDialog(e, room, "/rotate", props)
}

func renderRoomDialog(e *core.RequestEvent, room *rooms.Room, path string, props RoomActionDialogProps) error {
	props.Action = roomPath(e, room) + path
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, http.StatusOK, RoomActionDialog(props))
	}
	props.CloseURL = roomPath(e, room)
	return showRoom(e, http.StatusOK, room, RoomActionDialog(props), "")
}

func archiveRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.Archive, "%s was archived. It can't be booked until you restore it.", "/restore")
}

func restoreRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.Restore, "%s was restored.", "/archive")
}

func rotateRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.RotateLink, "%s has a new link. The old link no longer works.", "")
}

// runRoomAction applies an action to the room of the request. A toast names it, and offers the action undo if there is one; or the
// details say why it was refused.
func runRoomAction(e *core.RequestEvent, action func(core.App, *actors.Actor, string) (*rooms.Room, error), toast, undo string) error {
	room, err := action(e.App, web.Actor(e), e.Request.PathValue("id"))
	if _, refused := web.FormErrorsOf(err); refused {
		return renderRoomRefused(e, err)
	}
	if err != nil {
		return err
	}
	done := web.Toast{Text: fmt.Sprintf(toast, text.Isolate(room.Name()))}
	if undo != "" {
		done.UndoPath = roomPath(e, room) + undo
	}
	return renderRoomDone(e, room, done)
}

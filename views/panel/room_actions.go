package panel

import (
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/views/ui"
	"usher/views/web"
)

// confirmArchive asks before a room is archived, and lists what is booked there (R92).
func confirmArchive(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	if !room.Archived().IsZero() {
		return errs.NotFound
	}
	bookings, err := loadBookings(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomActionDialogProps{Title: "Archive " + room.Name() + "?", ConfirmLabel: "Archive the room", Danger: true, Bookings: bookings, Consequences: []string{
		"It takes no new bookings, and what is booked there cannot be moved to another time in it.",
		"Its link and settings stay. It can be put into use again at any time."}}
	if bookings.Total > 0 {
		props.Consequences = append(props.Consequences, ui.Count(bookings.Total, "session keeps its time", "sessions keep their time")+" there, as if nothing had happened:")
	} else {
		props.Consequences = append(props.Consequences, "Nothing is booked there.")
	}
	return renderRoomDialog(e, room, "/archive", props)
}

// confirmRotate asks before a room gets another link, and lists who may have the old one (R92).
func confirmRotate(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	bookings, err := loadBookings(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomActionDialogProps{Title: "Rotate the link of " + room.Name() + "?", ConfirmLabel: "Rotate the link", Danger: true, Bookings: bookings, Consequences: []string{
		room.Link(e.App) + " lets nobody in any more. Whoever opens it reads that it was replaced, and asks you for the new one.",
		"The new link ends in characters that nobody guesses.",
		"Who is in a session now stays in. Each session's own links go on working."}}
	if bookings.Total > 0 {
		props.Consequences = append(props.Consequences, "Hand the new link on to whoever has the old one for:")
	}
	return renderRoomDialog(e, room, "/rotate", props)
}

func renderRoomDialog(e *core.RequestEvent, room *rooms.Room, deed string, props RoomActionDialogProps) error {
	props.Action = roomPath(e, room) + deed
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, http.StatusOK, RoomActionDialog(props))
	}
	props.CloseURL = roomPath(e, room)
	return showRoom(e, http.StatusOK, room, RoomActionDialog(props), "")
}

func archiveRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.Archive, "The room %s is archived. It takes no new bookings.")
}

func restoreRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.Restore, "The room %s is in use again.")
}

func rotateRoom(e *core.RequestEvent) error {
	return runRoomAction(e, rooms.RotateLink, "The room %s has a new link. The old one says so.")
}

// runRoomAction does a deed to the room of the address, and shows the room as it is then, or why not.
func runRoomAction(e *core.RequestEvent, deed func(core.App, *actors.Actor, string) (*rooms.Room, error), said string) error {
	room, err := deed(e.App, web.Actor(e), e.Request.PathValue("id"))
	if _, refused := web.FormErrorsOf(err); refused {
		now, missing := findRoom(e)
		if missing != nil {
			return missing
		}
		_, _, sentence, _ := errs.Details(err)
		return showRoom(e, web.StatusCode(err), now, nil, sentence)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, fmt.Sprintf(said, room.Name()))
	return web.Redirect(e, roomPath(e, room))
}

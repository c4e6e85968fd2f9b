package panel

import (
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/views/ui"
	"usher/views/web"
)

// confirmArchive asks before a room is archived, and lists what is booked there (R92).
func confirmArchive(e *core.RequestEvent) error {
	room, err := roomOf(e)
	if err != nil {
		return err
	}
	if !room.Archived().IsZero() {
		return record.ErrNotFound
	}
	bookings, err := bookingsOf(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomDeedProps{Title: "Archive " + room.Name() + "?", Yes: "Archive the room", Danger: true, Bookings: bookings, What: []string{
		"It takes no new bookings, and what is booked there cannot be moved to another time in it.",
		"Its link and settings stay. It can be put into use again at any time."}}
	if bookings.Total > 0 {
		props.What = append(props.What, ui.Count(bookings.Total, "session keeps its time", "sessions keep their time")+" there, as if nothing had happened:")
	} else {
		props.What = append(props.What, "Nothing is booked there.")
	}
	return askRoom(e, room, "/archive", props)
}

// confirmRotate asks before a room gets another link, and lists who may have the old one (R92).
func confirmRotate(e *core.RequestEvent) error {
	room, err := roomOf(e)
	if err != nil {
		return err
	}
	bookings, err := bookingsOf(e, room, 5)
	if err != nil {
		return err
	}
	props := RoomDeedProps{Title: "Rotate the link of " + room.Name() + "?", Yes: "Rotate the link", Danger: true, Bookings: bookings, What: []string{
		room.Link(e.App) + " lets nobody in any more. Whoever opens it reads that it was replaced, and asks you for the new one.",
		"The new link ends in characters that nobody guesses.",
		"Who is in a session now stays in. Each session's own links go on working."}}
	if bookings.Total > 0 {
		props.What = append(props.What, "Hand the new link on to whoever has the old one for:")
	}
	return askRoom(e, room, "/rotate", props)
}

func askRoom(e *core.RequestEvent, room *rooms.Room, deed string, props RoomDeedProps) error {
	props.Action = roomPath(e, room) + deed
	if web.Aimed(e, "dialog") {
		return web.Render(e, http.StatusOK, RoomDeed(props))
	}
	props.Close = roomPath(e, room)
	return showRoom(e, http.StatusOK, room, RoomDeed(props), "")
}

func archiveRoom(e *core.RequestEvent) error {
	return doRoom(e, rooms.Archive, "The room %s is archived. It takes no new bookings.")
}

func restoreRoom(e *core.RequestEvent) error {
	return doRoom(e, rooms.Restore, "The room %s is in use again.")
}

func rotateRoom(e *core.RequestEvent) error {
	return doRoom(e, rooms.RotateLink, "The room %s has a new link. The old one says so.")
}

// doRoom does a deed to the room of the address, and shows the room as it is then, or why not.
func doRoom(e *core.RequestEvent, deed func(core.App, *actors.Actor, string) (*rooms.Room, error), said string) error {
	room, err := deed(e.App, web.Actor(e), e.Request.PathValue("id"))
	if _, refused := web.FaultsOf(err); refused {
		now, missing := roomOf(e)
		if missing != nil {
			return missing
		}
		_, _, sentence, _ := record.Refusal(err)
		return showRoom(e, web.Status(err), now, nil, sentence)
	}
	if err != nil {
		return err
	}
	web.Toast(e, fmt.Sprintf(said, room.Name()))
	return web.Go(e, roomPath(e, room))
}

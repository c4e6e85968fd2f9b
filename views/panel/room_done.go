package panel

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// renderRoomDone responds to an action on a room. The page stays as it is: its list keeps the query, and the details that are open
// stay open. Without script, it redirects to the room's details.
func renderRoomDone(e *core.RequestEvent, room *rooms.Room, toast web.Toast) error {
	query, open := openRoomPage(e)
	if !web.IsFragmentFor(e, "details") {
		web.SetUndoToast(e, toast)
		query.archived = false
		return web.Redirect(e, query.href(roomPath(e, room)))
	}
	if open != room.Id {
		var err error
		if room, err = rooms.Find(e.App, web.Actor(e).Team.Id, open); errors.Is(err, errs.ErrNotFound) {
			room = nil
		} else if err != nil {
			return err
		}
	}
	return renderRoomFragment(e, http.StatusOK, room, query, toast, "")
}

// renderRoomRefused shows the details of the room of the request, and why an action was refused.
func renderRoomRefused(e *core.RequestEvent, refusal error) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	_, _, sentence, _ := errs.Details(refusal)
	if !web.IsFragmentFor(e, "details") {
		return showRoom(e, web.StatusCode(refusal), room, nil, sentence)
	}
	query, _ := openRoomPage(e)
	return renderRoomFragment(e, web.StatusCode(refusal), room, query, web.Toast{}, sentence)
}

// renderRoomFragment sends the details panel after an action and updates the list beside it. It closes the dialog, and the panel if
// room is nil.
func renderRoomFragment(e *core.RequestEvent, status int, room *rooms.Room, query roomQuery, toast web.Toast, refusal string) error {
	current, path, title := "", roomsPath(e), "Rooms"
	if room != nil {
		current, path, title = room.Id, roomPath(e, room), room.Name()
	}
	list, err := loadRoomList(e, query, current)
	if err != nil {
		return err
	}
	var details templ.Component
	if room != nil {
		props, err := loadRoomDetails(e, room, query, list)
		if err != nil {
			return err
		}
		props.Error = refusal
		details = RoomDetails(props)
	}
	e.Response.Header().Set("HX-Replace-Url", query.href(path))
	return web.Render(e, status, templ.Join(roomSwap(layout.PageTitle(e, title), details, list), afterAction(doneToast(toast))))
}

// openRoomPage returns the query of the list on the page that sent the form, and the ID of the room whose details are open there.
func openRoomPage(e *core.RequestEvent) (query roomQuery, room string) {
	page, ok := sendingPage(e)
	if !ok {
		return roomQuery{}, ""
	}
	rest, ok := strings.CutPrefix(page.Path, roomsPath(e))
	if !ok {
		return roomQuery{}, ""
	}
	room, _, _ = strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	return parseRoomQuery(page.Query()), room
}

// sendingPage returns the URL of the page that sent the request.
func sendingPage(e *core.RequestEvent) (page *url.URL, ok bool) {
	address := e.Request.Header.Get("HX-Current-URL")
	if address == "" {
		address = e.Request.Referer()
	}
	page, err := url.Parse(address)
	return page, err == nil
}

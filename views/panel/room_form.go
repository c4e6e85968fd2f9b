package panel

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func newRoom(e *core.RequestEvent) error {
	return showRoomForm(e, http.StatusOK, nil, RoomFormProps{Access: rooms.AccessInvited, Recording: rooms.RecordingByHost, Quality: "2160p"})
}

// createRoom creates a room (R85).
func createRoom(e *core.RequestEvent) error {
	typed := parseRoomForm(e)
	profile, err := typed.profile()
	var room *rooms.Room
	if err == nil {
		room, err = rooms.Create(e.App, web.Actor(e), profile)
	}
	if faults, ok := web.FormErrorsOf(err); ok {
		typed.Errors = faults
		return showRoomForm(e, web.StatusCode(err), nil, typed)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, text.Isolate(room.Name())+" was created. You can copy its link here.")
	return web.Redirect(e, roomPath(e, room))
}

func editRoom(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	people := ""
	if room.MaxPeople() > 0 {
		people = strconv.Itoa(room.MaxPeople())
	}
	return showRoomForm(e, http.StatusOK, room, RoomFormProps{
		Name: room.Name(), Slug: room.Slug(), Description: room.Description(), Access: room.Access(), Lobby: room.Lobby(),
		JoinBeforeHost: room.JoinBeforeHost(), Muted: room.Muted(), Recording: room.Recording(), MaxPeople: people, Quality: room.Quality(),
	})
}

// updateRoom saves changes to a room (R91).
func updateRoom(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	typed, old := parseRoomForm(e), room.Slug()
	profile, err := typed.profile()
	if err == nil {
		room, err = rooms.Update(e.App, web.Actor(e), room.Id, profile)
	}
	if faults, ok := web.FormErrorsOf(err); ok {
		typed.Errors = faults
		return showRoomForm(e, web.StatusCode(err), nil, typed)
	}
	if err != nil {
		return err
	}
	toast := text.Isolate(room.Name()) + " was saved."
	if room.Slug() != old {
		toast += " It has a new link, and the old link no longer works."
	}
	web.SetToast(e, toast)
	return web.Redirect(e, roomPath(e, room))
}

func parseRoomForm(e *core.RequestEvent) RoomFormProps {
	field := func(name string) string { return clean(e.Request.FormValue(name)) }
	on := func(name string) bool { return field(name) != "" }
	return RoomFormProps{Name: field("name"), Slug: field("slug"), Description: field("description"), Access: field("entry"), Lobby: on("lobby"),
		JoinBeforeHost: on("early"), Muted: on("muted"), Recording: field("recording"), MaxPeople: field("people"), Quality: field("quality")}
}

// profile converts the form to the arguments of the action.
func (p RoomFormProps) profile() (rooms.Profile, error) {
	profile := rooms.Profile{Name: &p.Name, Description: &p.Description, Access: &p.Access, Lobby: &p.Lobby, JoinBeforeHost: &p.JoinBeforeHost,
		Muted: &p.Muted, Recording: &p.Recording, Quality: &p.Quality, Slug: &p.Slug}
	people := 0
	if text := strings.TrimSpace(p.MaxPeople); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return profile, errs.Invalid("people", "bad_number", "Enter a whole number, or leave it empty to use the plan's limit.")
		}
		people = n
	}
	profile.MaxPeople = &people
	return profile, nil
}

// showRoomForm shows the form of a new room, or of the room of the request.
func showRoomForm(e *core.RequestEvent, status int, room *rooms.Room, form RoomFormProps) error {
	var err error
	if room == nil && e.Request.PathValue("id") != "" {
		if room, err = findRoom(e); err != nil {
			return err
		}
	}
	plan, err := plans.ForTeam(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return err
	}
	form.Title, form.SubmitLabel, form.Action, form.CancelURL = "New room", "Create room", roomsPath(e)+"/new", roomsPath(e)
	form.MaxPeopleHelp = "Leave empty to use the plan's limit. " + planLimitText(plan)
	form.LinkPrefix = settings.Of(e.App).Link(paths.RoomPrefix)
	form.FieldErrors = layout.FieldErrors(form.Errors, "name", "slug", "description", "entry", "recording", "people", "quality")
	crumbs := []ui.Breadcrumb{{Label: "Rooms", Href: roomsPath(e)}}
	if room != nil {
		form.Title, form.SubmitLabel, form.Action, form.CancelURL = "Edit "+room.Name(), "Save room", roomPath(e, room)+"/edit", roomPath(e, room)
		form.Exists = true
		form.OpeningRotatesLink = room.Access() != rooms.AccessAnyone && rooms.IsGuessable(room.Slug())
		form.Link = room.Link(e.App)
		if form.Bookings, err = loadBookings(e, room, maxBookings); err != nil {
			return err
		}
		crumbs = append(crumbs, ui.Breadcrumb{Label: room.Name(), Href: form.CancelURL})
	}
	if form.Shell, err = shell(e, "rooms", append(crumbs, ui.Breadcrumb{Label: map[bool]string{true: "Edit", false: "New room"}[form.Exists]})...); err != nil {
		return err
	}
	form.Shell.Page.Title = layout.PageTitle(e, form.Title)
	return web.Render(e, status, RoomForm(form))
}

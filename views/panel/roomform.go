package panel

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/settings"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func newRoom(e *core.RequestEvent) error {
	return showRoomForm(e, http.StatusOK, nil, RoomFormProps{Entry: rooms.Invited, Recording: rooms.ByHost, Quality: "2160p"})
}

// createRoom makes a room (R85).
func createRoom(e *core.RequestEvent) error {
	typed := typedRoom(e)
	profile, err := typed.profile()
	var room *rooms.Room
	if err == nil {
		room, err = rooms.Create(e.App, web.Actor(e), profile)
	}
	if faults, ok := web.FaultsOf(err); ok {
		typed.Faults = faults
		return showRoomForm(e, web.Status(err), nil, typed)
	}
	if err != nil {
		return err
	}
	web.Toast(e, room.Name()+" is ready. Its link is on this page.")
	return web.Go(e, roomPath(e, room))
}

func editRoom(e *core.RequestEvent) error {
	room, err := roomOf(e)
	if err != nil {
		return err
	}
	people := ""
	if room.People() > 0 {
		people = strconv.Itoa(room.People())
	}
	return showRoomForm(e, http.StatusOK, room, RoomFormProps{
		Name: room.Name(), Slug: room.Slug(), Description: room.Description(), Entry: room.Entry(), Lobby: room.GetBool("lobby"),
		Early: room.GetBool("early"), Muted: room.GetBool("muted"), Recording: room.GetString("recording"), People: people, Quality: room.Quality(),
	})
}

// updateRoom changes a room (R91).
func updateRoom(e *core.RequestEvent) error {
	room, err := roomOf(e)
	if err != nil {
		return err
	}
	typed, old := typedRoom(e), room.Slug()
	profile, err := typed.profile()
	if err == nil {
		room, err = rooms.Update(e.App, web.Actor(e), room.Id, profile)
	}
	if faults, ok := web.FaultsOf(err); ok {
		typed.Faults = faults
		return showRoomForm(e, web.Status(err), nil, typed)
	}
	if err != nil {
		return err
	}
	said := room.Name() + " saved."
	if room.Slug() != old {
		said += " It has a new link, which is on this page. The old one says so."
	}
	web.Toast(e, said)
	return web.Go(e, roomPath(e, room))
}

func typedRoom(e *core.RequestEvent) RoomFormProps {
	field := func(name string) string { return clean(e.Request.FormValue(name)) }
	on := func(name string) bool { return field(name) != "" }
	return RoomFormProps{Name: field("name"), Slug: field("slug"), Description: field("description"), Entry: field("entry"), Lobby: on("lobby"),
		Early: on("early"), Muted: on("muted"), Recording: field("recording"), People: field("people"), Quality: field("quality")}
}

// profile is the form as the action takes it.
func (p RoomFormProps) profile() (rooms.Profile, error) {
	profile := rooms.Profile{Name: &p.Name, Description: &p.Description, Entry: &p.Entry, Lobby: &p.Lobby, Early: &p.Early,
		Muted: &p.Muted, Recording: &p.Recording, Quality: &p.Quality, Slug: &p.Slug}
	people := 0
	if text := strings.TrimSpace(p.People); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return profile, record.Refuse("people", "bad_number", "The largest number of people is a whole number. Empty: as many as the plan lets.")
		}
		people = n
	}
	profile.People = &people
	return profile, nil
}

// showRoomForm is the form of a new room, or of the room of the address.
func showRoomForm(e *core.RequestEvent, status int, room *rooms.Room, form RoomFormProps) error {
	var err error
	if room == nil && e.Request.PathValue("id") != "" {
		if room, err = roomOf(e); err != nil {
			return err
		}
	}
	most, plan, err := rooms.MostPeople(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return err
	}
	form.Title, form.Yes, form.Action, form.Cancel = "New room", "Make the room", roomsPath(e)+"/new", roomsPath(e)
	form.PeopleHelp = "Empty: as many as the plan lets. " + planLimit(most, plan)
	form.Base = settings.Of(e.App).Link("/r/")
	form.Problems = frame.Problems(form.Faults, "name", "slug", "description", "entry", "recording", "people", "quality")
	crumbs := []ui.Crumb{{Label: "Rooms", Href: roomsPath(e)}}
	if room != nil {
		form.Title, form.Yes, form.Action, form.Cancel = "Edit "+room.Name(), "Save", roomPath(e, room)+"/edit", roomPath(e, room)
		form.Old = true
		form.Closed = room.Entry() != rooms.Anyone && rooms.Guessable(room.Slug())
		form.Link = room.Link(e.App)
		if form.Bookings, err = bookingsOf(e, room, maxBookings); err != nil {
			return err
		}
		crumbs = append(crumbs, ui.Crumb{Label: room.Name(), Href: form.Cancel})
	}
	if form.Shell, err = shell(e, "rooms", append(crumbs, ui.Crumb{Label: map[bool]string{true: "Edit", false: "New room"}[form.Old]})...); err != nil {
		return err
	}
	form.Shell.Page.Title = titled(e, form.Title)
	return web.Render(e, status, RoomForm(form))
}

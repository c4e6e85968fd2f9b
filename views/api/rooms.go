package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/views/web"
)

func roomRoutes(team *web.Group) {
	group := team.Group("/rooms")
	group.GET("", listRooms).BindFunc(requireRoomAccess)
	group.GET("/{id}", showRoom).BindFunc(requireRoomAccess)
	group.POST("", createRoom)
	group.PATCH("/{id}", updateRoom)
	group.POST("/{id}/archive", roomAction(rooms.Archive)).BindFunc(requireEmptyBody)
	group.POST("/{id}/restore", roomAction(rooms.Restore)).BindFunc(requireEmptyBody)
	group.POST("/{id}/rotate", roomAction(rooms.RotateLink)).BindFunc(requireEmptyBody)
}

// requireRoomAccess refuses guests, who see only what they are invited to.
func requireRoomAccess(e *core.RequestEvent) error {
	if err := rooms.CanSee(web.Actor(e)); err != nil {
		return err
	}
	return e.Next()
}

type room struct {
	ID          string       `json:"id"`
	Slug        string       `json:"slug"`
	URL         string       `json:"url"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Settings    roomSettings `json:"settings"`
	Archived    string       `json:"archived"` // since when; empty if the room is active
}

type roomSettings struct {
	Entry     string `json:"entry"` // invited, team, anyone
	Lobby     bool   `json:"lobby"`
	Early     bool   `json:"early"` // participants may join before the host
	Muted     bool   `json:"muted"`
	Recording string `json:"recording"` // off, host, always
	People    int    `json:"people"`    // at most; 0: the limit of the plan
	Quality   string `json:"quality"`   // maximum: 360p, 720p, 1080p, 2160p
}

func roomOf(app core.App, r *rooms.Room) room {
	return room{ID: r.Id, Slug: r.Slug(), URL: r.Link(app), Name: r.Name(), Description: r.Description(), Archived: formatTime(r.Archived()),
		Settings: roomSettings{Entry: r.Access(), Lobby: r.Lobby(), Early: r.JoinBeforeHost(), Muted: r.Muted(),
			Recording: r.Recording(), People: r.MaxPeople(), Quality: r.Quality()}}
}

// listRooms lists active rooms, or with archived=true archived ones.
func listRooms(e *core.RequestEvent) error {
	read := rooms.List
	if e.Request.URL.Query().Get("archived") == "true" {
		read = rooms.ListArchived
	}
	found, err := read(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return err
	}
	items := make([]room, len(found))
	for n, r := range found {
		items[n] = roomOf(e.App, r)
	}
	return e.JSON(http.StatusOK, list[room]{items})
}

// booking is a time at which a room is booked. ID and Title are empty if the caller can't see the session.
type booking struct {
	ID     string `json:"id,omitempty"`
	Title  string `json:"title,omitempty"`
	Host   string `json:"host"`
	Starts string `json:"starts"`
	Ends   string `json:"ends"`
}

// roomDetails is a room with its current and coming bookings.
type roomDetails struct {
	room
	Bookings []booking `json:"bookings"`
}

// showRoom responds with a room and its current and upcoming bookings.
func showRoom(e *core.RequestEvent) error {
	actor := web.Actor(e)
	found, err := rooms.Find(e.App, actor.Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	taken, err := rooms.ListBookings(e.App, actor.Team.Id, found.Id, time.Now(), time.Time{})
	if err != nil {
		return err
	}
	answer := roomDetails{roomOf(e.App, found), bookingsOf(actor, taken)}
	return e.JSON(http.StatusOK, answer)
}

func bookingsOf(actor *actors.Actor, taken []rooms.Booking) []booking {
	all := make([]booking, len(taken))
	for n, b := range taken {
		all[n] = booking{Host: b.Host, Starts: formatTime(b.Starts), Ends: formatTime(b.Ends)}
		if b.VisibleTo(actor) {
			all[n].ID, all[n].Title = b.ID, b.Title
		}
	}
	return all
}

// roomForm creates or updates a room. Missing fields keep their value or get the default.
type roomForm struct {
	Name        *string `json:"name"`
	Slug        *string `json:"slug"`
	Description *string `json:"description"`
	Settings    struct {
		Entry     *string `json:"entry"`
		Lobby     *bool   `json:"lobby"`
		Early     *bool   `json:"early"`
		Muted     *bool   `json:"muted"`
		Recording *string `json:"recording"`
		People    *int    `json:"people"`
		Quality   *string `json:"quality"`
	} `json:"settings"`
}

func (f roomForm) profile() rooms.Profile {
	return rooms.Profile{Name: f.Name, Slug: f.Slug, Description: f.Description, Access: f.Settings.Entry, Lobby: f.Settings.Lobby,
		JoinBeforeHost: f.Settings.Early, Muted: f.Settings.Muted, Recording: f.Settings.Recording, MaxPeople: f.Settings.People, Quality: f.Settings.Quality}
}

func createRoom(e *core.RequestEvent) error {
	var form roomForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	made, err := rooms.Create(e.App, web.Actor(e), form.profile())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, roomOf(e.App, made))
}

func updateRoom(e *core.RequestEvent) error {
	var form roomForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	changed, err := rooms.Update(e.App, web.Actor(e), e.Request.PathValue("id"), form.profile())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, roomOf(e.App, changed))
}

// roomAction runs an action on a room and responds with the room.
func roomAction(action func(core.App, *actors.Actor, string) (*rooms.Room, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		changed, err := action(e.App, web.Actor(e), e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, roomOf(e.App, changed))
	}
}

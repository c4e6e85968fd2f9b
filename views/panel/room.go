package panel

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// maxBookings is how many bookings are listed of a room; of the others there is their number.
const maxBookings = 8

// roomOf finds the room of the address.
func roomOf(e *core.RequestEvent) (*rooms.Room, error) {
	return rooms.Find(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
}

func roomPath(e *core.RequestEvent, room *rooms.Room) string { return roomsPath(e) + "/" + room.Id }

// roomDetails are one room, beside the list.
func roomDetails(e *core.RequestEvent) error {
	room, err := roomOf(e)
	if err != nil {
		return err
	}
	query := roomQueryOf(e.Request.URL.Query())
	if !web.Aimed(e, "details") {
		return showRoom(e, http.StatusOK, room, nil, "")
	}
	list, err := roomsListed(e, query, room.Id)
	if err != nil {
		return err
	}
	props, err := roomProps(e, room, query, list)
	if err != nil {
		return err
	}
	props.Focus = true
	return web.Render(e, http.StatusOK, roomSwap(titled(e, room.Name()), Room(props), list))
}

// showRoom is the whole page with a room's details, a dialog over it or why a deed was refused.
func showRoom(e *core.RequestEvent, status int, room *rooms.Room, dialog templ.Component, fault string) error {
	query := roomQueryOf(e.Request.URL.Query())
	query.archived = query.archived || !room.Archived().IsZero()
	list, err := roomsListed(e, query, room.Id)
	if err != nil {
		return err
	}
	props, err := roomProps(e, room, query, list)
	if err != nil {
		return err
	}
	props.Fault = fault
	around, err := shell(e, "rooms", ui.Crumb{Label: "Rooms", Href: query.address(roomsPath(e))}, ui.Crumb{Label: room.Name()})
	if err != nil {
		return err
	}
	around.Details = Room(props)
	return web.Render(e, status, Rooms(RoomsProps{Shell: around, List: list, Dialog: dialog}))
}

func roomProps(e *core.RequestEvent, room *rooms.Room, query roomQuery, list RoomListProps) (RoomProps, error) {
	path := roomPath(e, room)
	props := RoomProps{
		Head: ui.DetailsProps{Label: room.Name(), Close: query.address(roomsPath(e)), Copy: true, Attrs: ui.OpenDetails()},
		Name: room.Name(), About: room.Description(), Link: room.Link(e.App), Path: path, Archived: !room.Archived().IsZero(), Open: room.Entry() == rooms.Anyone,
	}
	placeRoom(&props.Head, list, room.Id)
	var err error
	if props.Settings, err = settingLines(e, room); err != nil {
		return props, err
	}
	props.Bookings, err = bookingsOf(e, room, maxBookings)
	return props, err
}

func placeRoom(head *ui.DetailsProps, list RoomListProps, id string) {
	for n, row := range list.Rows {
		if row.ID != id {
			continue
		}
		head.Place = ui.Number(n+1) + " of " + ui.Number(len(list.Rows))
		if n > 0 {
			head.Back = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			head.Next = list.Rows[n+1].Href
		}
	}
}

// bookingsOf lists what has the room now and later, the first most of it.
func bookingsOf(e *core.RequestEvent, room *rooms.Room, most int) (BookingsProps, error) {
	actor, now := web.Actor(e), time.Now()
	taken, err := rooms.Bookings(e.App, actor.Team.Id, room.Id, now, time.Time{})
	if err != nil {
		return BookingsProps{}, err
	}
	props := BookingsProps{Total: len(taken), App: "/app/" + teams.Of(actor.Team).Slug()}
	for _, booking := range taken[:min(len(taken), most)] {
		props.Rows = append(props.Rows, BookingRow{Title: booking.Title, Host: booking.Host, Running: booking.Running,
			When: ui.During(booking.Starts, booking.Ends, now, frame.TimesOf(actor)), Href: props.App + "/sessions/" + booking.ID})
	}
	return props, nil
}

// settingLines are a room's settings in words (R91).
func settingLines(e *core.RequestEvent, room *rooms.Room) ([]SettingLine, error) {
	most, plan, err := rooms.MostPeople(e.App, room.TeamID())
	if err != nil {
		return nil, err
	}
	entry, recording := rooms.Explained(rooms.Entries, room.Entry()), rooms.Explained(rooms.Recordings, room.GetString("recording"))
	onOff := map[bool]string{true: "On", false: "Off"}
	return []SettingLine{
		{"Who may enter", entry.Does, entry.Word},
		{"Lobby", "The host lets each person in.", onOff[room.GetBool("lobby")]},
		{"Join before the host", "The first to join starts the session.", onOff[room.GetBool("early")]},
		{"Muted on entry", "People turn their microphone on themselves.", onOff[room.GetBool("muted")]},
		{"Recording", recording.Does + " " + rooms.WhoRecords, recording.Word},
		peopleLine(room.People(), most, plan),
		{"Best picture", "Sessions there choose up to this.", qualityWord(room.Quality())},
	}, nil
}

func peopleLine(people, most int, plan string) SettingLine {
	line := SettingLine{Label: "People at most", Value: ui.Number(people), Text: planLimit(most, plan)}
	switch {
	case people == 0 && most == plans.Unlimited:
		line.Value = "No limit"
	case people == 0:
		line.Value = ui.Number(most)
	case most != plans.Unlimited && people > most:
		line.Value = ui.Number(most)
		line.Text = "Set to " + ui.Number(people) + ", but " + planLimit(most, plan)
	}
	return line
}

// planLimit says how many people the plan lets into a session.
func planLimit(most int, plan string) string {
	if most == plans.Unlimited {
		return "The plan " + plan + " sets no limit."
	}
	return "The plan " + plan + " lets " + ui.Number(most) + " into a session."
}

func qualityWord(quality string) string {
	return map[string]string{"360p": "360p", "720p": "720p, HD", "1080p": "1080p, full HD", "2160p": "2160p, 4K"}[quality]
}

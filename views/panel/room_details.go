package panel

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// maxBookings is how many bookings are listed of a room; of the others there is their number.
const maxBookings = 8

// findRoom finds the room of the address.
func findRoom(e *core.RequestEvent) (*rooms.Room, error) {
	return rooms.Find(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
}

func roomPath(e *core.RequestEvent, room *rooms.Room) string { return roomsPath(e) + "/" + room.Id }

// showRoomDetails are one room, beside the list.
func showRoomDetails(e *core.RequestEvent) error {
	room, err := findRoom(e)
	if err != nil {
		return err
	}
	query := parseRoomQuery(e.Request.URL.Query())
	if !web.IsFragmentFor(e, "details") {
		return showRoom(e, http.StatusOK, room, nil, "")
	}
	list, err := loadRoomList(e, query, room.Id)
	if err != nil {
		return err
	}
	props, err := loadRoomDetails(e, room, query, list)
	if err != nil {
		return err
	}
	props.Focus = true
	return web.Render(e, http.StatusOK, roomSwap(pageTitle(e, room.Name()), RoomDetails(props), list))
}

// showRoom is the whole page with a room's details, a dialog over it or why a deed was refused.
func showRoom(e *core.RequestEvent, status int, room *rooms.Room, dialog templ.Component, fault string) error {
	query := parseRoomQuery(e.Request.URL.Query())
	query.archived = query.archived || !room.Archived().IsZero()
	list, err := loadRoomList(e, query, room.Id)
	if err != nil {
		return err
	}
	props, err := loadRoomDetails(e, room, query, list)
	if err != nil {
		return err
	}
	props.Error = fault
	around, err := shell(e, "rooms", ui.Breadcrumb{Label: "Rooms", Href: query.href(roomsPath(e))}, ui.Breadcrumb{Label: room.Name()})
	if err != nil {
		return err
	}
	around.Drawer = RoomDetails(props)
	return web.Render(e, status, Rooms(RoomsProps{Shell: around, List: list, Dialog: dialog}))
}

func loadRoomDetails(e *core.RequestEvent, room *rooms.Room, query roomQuery, list RoomListProps) (RoomDetailsProps, error) {
	path := roomPath(e, room)
	props := RoomDetailsProps{
		Drawer: ui.DrawerProps{Label: room.Name(), CloseURL: query.href(roomsPath(e)), CopyLink: true, Attrs: ui.OpenDrawer()},
		Name:   room.Name(), Description: room.Description(), Link: room.Link(e.App), Path: path, Archived: !room.Archived().IsZero(), OpenToAnyone: room.Access() == rooms.AccessAnyone,
	}
	fillRoomPosition(&props.Drawer, list, room.Id)
	var err error
	if props.Settings, err = settingLines(e, room); err != nil {
		return props, err
	}
	props.Bookings, err = loadBookings(e, room, maxBookings)
	return props, err
}

func fillRoomPosition(head *ui.DrawerProps, list RoomListProps, id string) {
	for n, row := range list.Rows {
		if row.ID != id {
			continue
		}
		head.Position = ui.Number(n+1) + " of " + ui.Number(len(list.Rows))
		if n > 0 {
			head.PreviousURL = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			head.NextURL = list.Rows[n+1].Href
		}
	}
}

// loadBookings lists what has the room now and later, the first most of it.
func loadBookings(e *core.RequestEvent, room *rooms.Room, most int) (BookingsProps, error) {
	actor, now := web.Actor(e), time.Now()
	taken, err := rooms.ListBookings(e.App, actor.Team.Id, room.Id, now, time.Time{})
	if err != nil {
		return BookingsProps{}, err
	}
	props := BookingsProps{Total: len(taken), AppURL: "/app/" + teams.Of(actor.Team).Slug()}
	for _, booking := range taken[:min(len(taken), most)] {
		props.Rows = append(props.Rows, BookingRow{Title: booking.Title, Host: booking.Host, Running: booking.Running,
			When: ui.FormatRange(booking.Starts, booking.Ends, now, layout.TimesFor(actor)), Href: props.AppURL + "/sessions/" + booking.ID})
	}
	return props, nil
}

// settingLines are a room's settings in words (R91).
func settingLines(e *core.RequestEvent, room *rooms.Room) ([]SettingLine, error) {
	most, plan, err := rooms.PlanMaxPeople(e.App, room.TeamID())
	if err != nil {
		return nil, err
	}
	entry, recording := rooms.ChoiceFor(rooms.AccessChoices, room.Access()), rooms.ChoiceFor(rooms.RecordingChoices, room.GetString("recording"))
	onOff := map[bool]string{true: "On", false: "Off"}
	return []SettingLine{
		{"Who may enter", entry.Hint, entry.Label},
		{"Lobby", "The host lets each person in.", onOff[room.GetBool("lobby")]},
		{"Join before the host", "The first to join starts the session.", onOff[room.GetBool("early")]},
		{"Muted on entry", "People turn their microphone on themselves.", onOff[room.GetBool("muted")]},
		{"Recording", recording.Hint + " " + rooms.RecordingNote, recording.Label},
		peopleLine(room.MaxPeople(), most, plan),
		{"Best picture", "Sessions there choose up to this.", qualityLabel(room.Quality())},
	}, nil
}

func peopleLine(people, most int, plan string) SettingLine {
	line := SettingLine{Label: "People at most", Value: ui.Number(people), Text: planLimitText(most, plan)}
	switch {
	case people == 0 && most == plans.Unlimited:
		line.Value = "No limit"
	case people == 0:
		line.Value = ui.Number(most)
	case most != plans.Unlimited && people > most:
		line.Value = ui.Number(most)
		line.Text = "Set to " + ui.Number(people) + ", but " + planLimitText(most, plan)
	}
	return line
}

// planLimitText says how many people the plan lets into a session.
func planLimitText(most int, plan string) string {
	if most == plans.Unlimited {
		return "The plan " + plan + " sets no limit."
	}
	return "The plan " + plan + " lets " + ui.Number(most) + " into a session."
}

func qualityLabel(quality string) string {
	return map[string]string{"360p": "360p", "720p": "720p, HD", "1080p": "1080p, full HD", "2160p": "2160p, 4K"}[quality]
}

package panel

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// maxBookings is how many bookings of a room are listed; the rest are counted.
const maxBookings = 8

// findRoom finds the room of the request.
func findRoom(e *core.RequestEvent) (*rooms.Room, error) {
	return rooms.Find(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
}

func roomPath(e *core.RequestEvent, room *rooms.Room) string { return roomsPath(e) + "/" + room.Id }

// showRoomDetails shows a room beside the list.
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
	return web.Render(e, http.StatusOK, roomSwap(layout.PageTitle(e, room.Name()), RoomDetails(props), list))
}

// showRoom shows the whole page with a room's details, and optionally a dialog or the reason why an action was refused.
func showRoom(e *core.RequestEvent, status int, room *rooms.Room, dialog templ.Component, refusal string) error {
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
	props.Error = refusal
	pageShell, err := shell(e, "rooms", ui.Breadcrumb{Label: "Rooms", Href: query.href(roomsPath(e))}, ui.Breadcrumb{Label: room.Name()})
	if err != nil {
		return err
	}
	pageShell.Drawer = RoomDetails(props)
	return web.Render(e, status, Rooms(RoomsProps{Shell: pageShell, List: list, Dialog: dialog}))
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
	if props.Bookings, err = loadBookings(e, room, maxBookings); err != nil {
		return props, err
	}
	props.History, err = loadTimeline(e, room.Id, "History")
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

// loadBookings returns the first current and future bookings of the room, at most max.
func loadBookings(e *core.RequestEvent, room *rooms.Room, max int) (BookingsProps, error) {
	actor, now := web.Actor(e), time.Now()
	taken, err := rooms.ListBookings(e.App, actor.Team.Id, room.Id, now, time.Time{})
	if err != nil {
		return BookingsProps{}, err
	}
	props := BookingsProps{Total: len(taken)}
	for _, booking := range taken[:min(len(taken), max)] {
		props.Rows = append(props.Rows, BookingRow{Title: booking.Title, Host: booking.Host, Running: booking.Running,
			When: ui.FormatRange(booking.Starts, booking.Ends, now, layout.TimesFor(actor)), Href: paths.Session(teams.Of(actor.Team).Slug(), booking.ID)})
	}
	return props, nil
}

// settingLines describes a room's settings (R91).
func settingLines(e *core.RequestEvent, room *rooms.Room) ([]SettingLine, error) {
	plan, err := plans.ForTeam(e.App, room.TeamID())
	if err != nil {
		return nil, err
	}
	entry, recording := rooms.ChoiceFor(rooms.AccessChoices, room.Access()), rooms.ChoiceFor(rooms.RecordingChoices, room.Recording())
	onOff := map[bool]string{true: "On", false: "Off"}
	return []SettingLine{
		{"Who may enter", entry.Hint, entry.Label},
		{"Waiting room", "The host admits each participant.", onOff[room.Lobby()]},
		{"Join before the host", "The first participant to join starts the session.", onOff[room.JoinBeforeHost()]},
		{"Mute on entry", "Participants join with their microphone off.", onOff[room.Muted()]},
		{"Recording", recording.Hint + " " + rooms.RecordingNote, recording.Label},
		peopleLine(room.MaxPeople(), plan),
		{"Maximum video quality", "Sessions in this room can use up to this quality.", qualityLabel(room.Quality())},
	}, nil
}

func peopleLine(people int, plan *plans.Plan) SettingLine {
	most := plan.SessionPeople()
	line := SettingLine{Label: "Maximum participants", Value: ui.Number(people), Text: planLimitText(plan)}
	switch {
	case people == 0 && most == plans.Unlimited:
		line.Value = "No limit"
	case people == 0:
		line.Value = ui.Number(most)
	case most != plans.Unlimited && people > most:
		line.Value = ui.Number(most)
		line.Text = "Set to " + ui.Number(people) + ". " + planLimitText(plan)
	}
	return line
}

// planLimitText says how many participants the plan allows in a session.
func planLimitText(plan *plans.Plan) string {
	if plan.SessionPeople() == plans.Unlimited {
		return "The " + plan.Name() + " plan has no limit."
	}
	return "The " + plan.Name() + " plan allows " + ui.Number(plan.SessionPeople()) + " per session."
}

func qualityLabel(quality string) string {
	return map[string]string{"360p": "360p", "720p": "720p, HD", "1080p": "1080p, full HD", "2160p": "2160p, 4K"}[quality]
}

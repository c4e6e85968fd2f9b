package panel

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/rooms"
	"usher/hooks/tools/dates"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// roomRoutes registers the pages of the team's rooms (R85).
func roomRoutes(panel *web.Group) {
	panel.GET("/rooms", listRooms)
	panel.GET("/rooms/new", newRoom)
	panel.POST("/rooms/new", createRoom)
	panel.GET("/rooms/{id}", showRoomDetails)
	panel.GET("/rooms/{id}/edit", editRoom)
	panel.POST("/rooms/{id}/edit", updateRoom)
	panel.GET("/rooms/{id}/archive", confirmArchive)
	panel.POST("/rooms/{id}/archive", archiveRoom)
	panel.POST("/rooms/{id}/restore", restoreRoom)
	panel.GET("/rooms/{id}/rotate", confirmRotate)
	panel.POST("/rooms/{id}/rotate", rotateRoom)
}

// roomQuery is the search and filter of the room list.
type roomQuery struct {
	search   string
	archived bool
}

func parseRoomQuery(values url.Values) roomQuery {
	return roomQuery{search: text.CleanSearch(clean(values.Get("q"))), archived: values.Get("status") == "archived"}
}

func (q roomQuery) href(path string) string {
	values := url.Values{}
	if q.search != "" {
		values.Set("q", q.search)
	}
	if q.archived {
		values.Set("status", "archived")
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// listRooms shows the rooms of the team. Fragment requests get only the list.
func listRooms(e *core.RequestEvent) error {
	query := parseRoomQuery(e.Request.URL.Query())
	list, err := loadRoomList(e, query, "")
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		list.markFocus(e.Request.Header.Get("HX-Current-URL"))
		return web.Render(e, http.StatusOK, roomSwap(layout.PageTitle(e, "Rooms"), nil, list))
	}
	if web.IsFragment(e) {
		e.Response.Header().Set("HX-Push-Url", query.href(roomsPath(e)))
		return web.Render(e, http.StatusOK, RoomList(list))
	}
	pageShell, err := shell(e, "rooms", ui.Breadcrumb{Label: "Rooms"})
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, Rooms(RoomsProps{Shell: pageShell, List: list}))
}

// loadRoomList loads the rooms that match the query. current is the ID of the room whose details are open.
func loadRoomList(e *core.RequestEvent, query roomQuery, current string) (RoomListProps, error) {
	actor, path := web.Actor(e), roomsPath(e)
	props := RoomListProps{Team: actor.TeamName(), Path: path, Search: query.search, Archived: query.archived, ClearURL: roomQuery{archived: query.archived}.href(path)}
	active, err := rooms.List(e.App, actor.Team.Id)
	if err != nil {
		return props, err
	}
	archived, err := rooms.ListArchived(e.App, actor.Team.Id)
	if err != nil {
		return props, err
	}
	props.NoRooms = len(active)+len(archived) == 0
	props.Filters = []ui.Filter{
		{Label: "Active", Count: ui.Number(len(active)), Href: roomQuery{search: query.search}.href(path), Current: !query.archived},
		{Label: "Archived", Count: ui.Number(len(archived)), Href: roomQuery{search: query.search, archived: true}.href(path), Current: query.archived},
	}
	shown := active
	if query.archived {
		shown = archived
	}
	schedule, err := loadRoomSchedule(e)
	if err != nil {
		return props, err
	}
	for _, room := range shown {
		if !matchesSearch(room, query.search) {
			continue
		}
		row := schedule.row(room)
		row.Href, row.Current, row.Path = query.href(path+"/"+room.Id), room.Id == current, path+"/"+room.Id
		row.Link = room.Link(e.App)
		props.Rows = append(props.Rows, row)
	}
	return props, nil
}

func matchesSearch(room *rooms.Room, words string) bool {
	return text.ContainsWords(room.Name()+" "+room.Slug()+" "+room.Description(), words)
}

// roomSchedule holds the next booking and today's bookings of every room.
type roomSchedule struct {
	now   time.Time
	times text.ReaderZone
	next  map[string]rooms.Booking
	today map[string][]rooms.Booking
}

func loadRoomSchedule(e *core.RequestEvent) (roomSchedule, error) {
	actor := web.Actor(e)
	d := roomSchedule{now: time.Now(), times: layout.TimesFor(actor), today: map[string][]rooms.Booking{}}
	today := d.times.In(d.now)
	taken, err := rooms.ListBookings(e.App, actor.Team.Id, "", dates.StartOfDay(today, 0), dates.StartOfDay(today, 1))
	if err != nil {
		return d, err
	}
	for _, booking := range taken {
		d.today[booking.Room] = append(d.today[booking.Room], booking)
	}
	d.next, err = rooms.NextBookings(e.App, actor.Team.Id, d.now)
	return d, err
}

// row returns the list row of a room.
func (d roomSchedule) row(room *rooms.Room) RoomRow {
	row := RoomRow{ID: room.Id, Name: room.Name(), Description: room.Description(), Slug: room.Slug(), Access: room.Access(),
		AccessLabel: rooms.ChoiceFor(rooms.AccessChoices, room.Access()).Label, Archived: room.Archived(), Times: d.times}
	if next, ok := d.next[room.Id]; ok {
		row.Next, row.When = next.Title, ui.FormatRange(next.Starts, next.Ends, d.now, d.times)
		if !next.Starts.After(d.now) {
			row.Now = true
			row.When = "Now, until " + ui.FormatTimeFor(next.Ends, d.now, d.times, ui.Clock)
		}
	}
	var taken time.Duration
	for _, booking := range d.today[room.Id] {
		taken += booking.Ends.Sub(booking.Starts)
	}
	if n := len(d.today[room.Id]); n > 0 {
		row.SessionsToday, row.TimeTaken = ui.Count(n, "session", "sessions"), durationText(taken)
	}
	return row
}

// durationText formats a duration: "1 h 30 min".
func durationText(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0:
		return ui.Number(m) + " min"
	case m == 0:
		return ui.Number(h) + " h"
	}
	return ui.Number(h) + " h " + ui.Number(m) + " min"
}

// markFocus marks the row whose details were open at url, so that focus returns to it.
func (p *RoomListProps) markFocus(url string) {
	url, _, _ = strings.Cut(url, "?")
	for n := range p.Rows {
		p.Rows[n].Focus = strings.HasSuffix(url, "/rooms/"+p.Rows[n].ID)
	}
}

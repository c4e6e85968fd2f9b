package app

import (
	"net/http"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// showRooms shows the rooms and when they are free (R87).
func showRooms(e *core.RequestEvent) error {
	if err := rooms.CanSee(web.Actor(e)); err != nil {
		return err
	}
	props, err := loadRoomsPage(e, parseRoomView(e))
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, roomsPage(props))
}

// roomView is the displayed period: a day, or the week of that day.
type roomView struct {
	team     string // slug
	week     bool
	allHours bool // show 24 hours instead of the usual ones
	day      time.Time
	now      time.Time
}

func parseRoomView(e *core.RequestEvent) roomView {
	actor, query := web.Actor(e), e.Request.URL.Query()
	zone := layout.ZoneFor(actor)
	v := roomView{team: teams.Of(actor.Team).Slug(), week: query.Get("view") == "week", allHours: query.Get("hours") == "all", now: time.Now().In(zone)}
	v.day = midnight(v.now)
	if asked, err := time.ParseInLocation(time.DateOnly, query.Get("date"), zone); err == nil {
		v.day = midnight(asked)
	}
	return v
}

// days returns the displayed days. A week begins on Monday.
func (v roomView) days() []time.Time {
	if !v.week {
		return []time.Time{v.day}
	}
	first := monday(v.day)
	days := make([]time.Time, 7)
	for n := range days {
		days[n] = addDays(first, n)
	}
	return days
}

// href returns the URL of another day in the same view.
func (v roomView) href(day time.Time) string {
	values := url.Values{}
	if v.week {
		values.Set("view", "week")
	}
	if v.allHours {
		values.Set("hours", "all")
	}
	if !day.Equal(midnight(v.now)) {
		values.Set("date", day.Format(time.DateOnly))
	}
	if len(values) == 0 {
		return paths.AppRooms(v.team)
	}
	return paths.AppRooms(v.team) + "?" + values.Encode()
}

func (v roomView) with(week, whole bool) roomView {
	v.week, v.allHours = week, whole
	return v
}

func (v roomView) title() string {
	days := v.days()
	first, last := days[0], days[len(days)-1]
	switch {
	case !v.week:
		if word := ui.FormatDay(first, v.now); word == "Today" || word == "Tomorrow" {
			return word + ", " + first.Format("Mon 2 Jan")
		}
		return ui.FormatDay(first, v.now)
	case first.Month() == last.Month():
		return first.Format("2") + " to " + last.Format("2 Jan")
	}
	return first.Format("2 Jan") + " to " + last.Format("2 Jan")
}

func loadRoomsPage(e *core.RequestEvent, v roomView) (roomsPageProps, error) {
	actor, step := web.Actor(e), map[bool]int{true: 7, false: 1}[v.week]
	around, err := shell(e, "rooms", ui.Breadcrumb{Label: "Rooms"})
	if err != nil {
		return roomsPageProps{}, err
	}
	props := roomsPageProps{
		Shell: around, Team: actor.TeamName(), Title: v.title(), Week: v.week, AllHours: v.allHours, Zone: accounts.ZoneLabel(v.now.Location()),
		Back: v.href(addDays(v.day, -step)), Next: v.href(addDays(v.day, step)), Today: v.href(midnight(v.now)),
		Views:    []ui.Filter{{Label: "Day", Href: v.with(false, v.allHours).href(v.day), Current: !v.week}, {Label: "Week", Href: v.with(true, v.allHours).href(v.day), Current: v.week}},
		HoursURL: v.with(v.week, !v.allHours).href(v.day), CanHost: actor.CanHost(), MeetURL: paths.MeetNow(v.team),
	}
	if actor.CanEditRooms() {
		props.ManageURL, props.UserURL = paths.PanelRooms(v.team), paths.User(v.team, actor.Account.Id)
	}
	if props.Contacts, err = layout.Helpers(e.App, actor, (*actors.Actor).CanEditRooms); err != nil {
		return props, err
	}
	return props, props.loadRooms(e.App, actor, v)
}

// loadRooms loads the availability of the rooms and lays it out.
func (p *roomsPageProps) loadRooms(app core.App, actor *actors.Actor, v roomView) error {
	days := v.days()
	all, err := rooms.ListAvailability(app, actor.Team.Id, days[0], addDays(days[len(days)-1], 1))
	if err != nil {
		return err
	}
	busy, err := join.BusyRooms(app, actor.Team.Id, v.now)
	if err != nil {
		return err
	}
	d := roomTimeline{view: v, actor: actor, first: 7, last: 21}
	if v.allHours {
		d.first, d.last = 0, 24
	}
	d.extendHours(all, days)
	p.Width, p.Scale = (d.last-d.first)*60, d.scale()
	for _, day := range days {
		p.Days = append(p.Days, roomDay{Label: day.Format("Mon"), Number: day.Format("2"), Href: v.with(false, v.allHours).href(day), Today: day.Equal(midnight(v.now))})
	}
	for _, times := range all {
		row := roomRow{ID: times.Room.Id, Name: times.Room.Name(), Description: times.Room.Description(), Access: times.Room.Access(), AccessLabel: rooms.ChoiceFor(rooms.AccessChoices, times.Room.Access()).Label}
		if p.CanHost {
			row.Slug, row.Link, row.CanMeet = times.Room.Slug(), times.Room.Link(app), !busy[times.Room.Id]
		}
		for _, day := range days {
			row.Bars = append(row.Bars, d.bar(times.Room, times.Within(day, addDays(day, 1)), day))
		}
		p.Rooms = append(p.Rooms, row)
	}
	return nil
}

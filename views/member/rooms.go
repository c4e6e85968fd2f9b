package member

import (
	"net/http"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// roomTimes shows which rooms can be booked, and when they are free (R87).
func roomTimes(e *core.RequestEvent) error {
	if err := rooms.MaySee(web.Actor(e)); err != nil {
		return err
	}
	props, err := roomsProps(e, roomViewOf(e))
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, roomsPage(props))
}

// roomView is what is looked at: a day, or the week that it is in.
type roomView struct {
	path  string
	week  bool
	whole bool // all hours, and not those alone in which people meet
	day   time.Time
	now   time.Time
}

func roomViewOf(e *core.RequestEvent) roomView {
	actor, query := web.Actor(e), e.Request.URL.Query()
	zone := frame.ZoneOf(actor)
	v := roomView{path: "/app/" + teams.Of(actor.Team).Slug(), week: query.Get("view") == "week", whole: query.Get("hours") == "all", now: time.Now().In(zone)}
	v.day = midnight(v.now)
	if asked, err := time.ParseInLocation(time.DateOnly, query.Get("date"), zone); err == nil {
		v.day = midnight(asked)
	}
	return v
}

// days are the days that are seen; a week begins on Monday.
func (v roomView) days() []time.Time {
	if !v.week {
		return []time.Time{v.day}
	}
	first := monday(v.day)
	days := make([]time.Time, 7)
	for n := range days {
		days[n] = first.AddDate(0, 0, n)
	}
	return days
}

// address is the page with another day, in the same view.
func (v roomView) address(day time.Time) string {
	values := url.Values{}
	if v.week {
		values.Set("view", "week")
	}
	if v.whole {
		values.Set("hours", "all")
	}
	if !day.Equal(midnight(v.now)) {
		values.Set("date", day.Format(time.DateOnly))
	}
	if len(values) == 0 {
		return v.path + "/rooms"
	}
	return v.path + "/rooms?" + values.Encode()
}

func (v roomView) as(week, whole bool) roomView {
	v.week, v.whole = week, whole
	return v
}

func (v roomView) title() string {
	days := v.days()
	first, last := days[0], days[len(days)-1]
	switch {
	case !v.week:
		if word := ui.Day(first, v.now); word == "Today" || word == "Tomorrow" {
			return word + ", " + first.Format("Mon 2 Jan")
		}
		return ui.Day(first, v.now)
	case first.Month() == last.Month():
		return first.Format("2") + " to " + last.Format("2 Jan")
	}
	return first.Format("2 Jan") + " to " + last.Format("2 Jan")
}

func roomsProps(e *core.RequestEvent, v roomView) (roomsForm, error) {
	actor, step := web.Actor(e), map[bool]int{true: 7, false: 1}[v.week]
	around, err := shell(e, "rooms", ui.Crumb{Label: "Rooms"})
	if err != nil {
		return roomsForm{}, err
	}
	props := roomsForm{
		Shell: around, Team: actor.Team.GetString("name"), Title: v.title(), Week: v.week, Whole: v.whole, Zone: accounts.ZoneWord(v.now.Location()),
		Back: v.address(v.day.AddDate(0, 0, -step)), Next: v.address(v.day.AddDate(0, 0, step)), Today: v.address(midnight(v.now)),
		Views: []ui.Filter{{Label: "Day", Href: v.as(false, v.whole).address(v.day), Current: !v.week}, {Label: "Week", Href: v.as(true, v.whole).address(v.day), Current: v.week}},
		Hours: v.as(v.week, !v.whole).address(v.day), Hosts: actor.CanHost(),
	}
	if actor.EditsRooms() {
		admin := "/admin/" + teams.Of(actor.Team).Slug()
		props.Panel, props.Users = admin+"/rooms", admin+"/users/"+actor.Account.Id
	}
	if props.Ask, err = frame.Helpers(e.App, actor, (*actors.Actor).EditsRooms); err != nil {
		return props, err
	}
	return props, props.draw(e.App, actor, v)
}

// draw reads the rooms' times, and draws them.
func (p *roomsForm) draw(app core.App, actor *actors.Actor, v roomView) error {
	days := v.days()
	all, err := rooms.Free(app, actor.Team.Id, days[0], days[len(days)-1].AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	d := roomDrawer{view: v, actor: actor, first: 7, last: 21}
	if v.whole {
		d.first, d.last = 0, 24
	}
	d.widen(all, days)
	p.Width, p.Scale = (d.last-d.first)*60, d.scale()
	for _, day := range days {
		p.Days = append(p.Days, roomDay{Word: day.Format("Mon"), Number: day.Format("2"), Href: v.as(false, v.whole).address(day), Today: day.Equal(midnight(v.now))})
	}
	for _, times := range all {
		row := roomRow{ID: times.Room.Id, Name: times.Room.Name(), About: times.Room.Description(), Entry: times.Room.Entry(), EntryWord: rooms.Explained(rooms.Entries, times.Room.Entry()).Word}
		for _, day := range days {
			row.Bars = append(row.Bars, d.bar(times.Room, times.Within(day, day.AddDate(0, 0, 1)), day))
		}
		p.Rooms = append(p.Rooms, row)
	}
	return nil
}

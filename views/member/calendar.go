package member

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// The ways to look at the calendar.
const (
	monthView  = "month"
	weekView   = "week"
	agendaView = "agenda"
)

const agendaDays = 30

// period is what a page of the calendar shows: from the midnight of one day to that of another.
type period struct {
	view     string
	date     time.Time // the day that was asked for
	from, to time.Time
	all      bool // the days of this week that are over, too
}

// periodOf reads the period of an address. What cannot be read is this week.
func periodOf(values url.Values, now time.Time) period {
	p := period{view: values.Get("view"), date: midnight(now), all: values.Has("all")}
	if date, err := time.ParseInLocation(time.DateOnly, values.Get("date"), now.Location()); err == nil && date.Year() > 1970 && date.Year() < 3000 {
		p.date = date
	}
	switch p.view {
	case monthView:
		p.from = monday(time.Date(p.date.Year(), p.date.Month(), 1, 0, 0, 0, 0, now.Location()))
		last := time.Date(p.date.Year(), p.date.Month()+1, 0, 0, 0, 0, 0, now.Location())
		p.to = after(monday(last), 7)
	case agendaView:
		p.from, p.to = p.date, after(p.date, agendaDays)
	default:
		p.view, p.from = weekView, monday(p.date)
		p.to = after(p.from, 7)
	}
	return p
}

// moved is a day in the period before or behind.
func (p period) moved(by int) time.Time {
	switch p.view {
	case monthView:
		return time.Date(p.date.Year(), p.date.Month()+time.Month(by), 1, 0, 0, 0, 0, p.date.Location())
	case agendaView:
		return after(p.date, by*agendaDays)
	}
	return after(p.from, by*7)
}

// title is the period in words: "16 to 22 Nov", "November", "30 Nov to 6 Dec 2027".
func (p period) title(now time.Time) string {
	last := after(p.to, -1)
	switch {
	case p.view == monthView:
		return p.date.Format("January" + year(p.date, now))
	case p.from.Year() != last.Year():
		return p.from.Format("2 Jan 2006") + " to " + last.Format("2 Jan 2006")
	case p.from.Month() != last.Month():
		return p.from.Format("2 Jan") + " to " + last.Format("2 Jan"+year(last, now))
	}
	return p.from.Format("2") + " to " + last.Format("2 Jan"+year(last, now))
}

func (p period) query(view string, date time.Time) string {
	return url.Values{"view": {view}, "date": {date.Format(time.DateOnly)}}.Encode()
}

// calendar is what somebody holds and is asked to, by time (R99).
func calendar(e *core.RequestEvent) error {
	props, err := calendarProps(e, e.Request.URL.Query())
	if err != nil {
		return err
	}
	if web.Aimed(e, "details") {
		return web.Render(e, http.StatusOK, detailsSwap(props.Shell.Page.Title, nil))
	}
	if e.Request.URL.Query().Has("feed") {
		feed, err := feedOf(e, strings.TrimSuffix(props.Feed, "&feed=1"))
		if err != nil {
			return err
		}
		if web.Aimed(e, "dialog") {
			feed.Close = ""
			return web.Render(e, http.StatusOK, feedDialog(feed))
		}
		props.Dialog = feedDialog(feed)
	}
	return web.Render(e, http.StatusOK, calendarPage(props))
}

func calendarProps(e *core.RequestEvent, values url.Values) (calendarForm, error) {
	actor, path := web.Actor(e), calendarPath(e)
	now := time.Now().In(frame.ZoneOf(actor))
	p := periodOf(values, now)
	shell, err := shell(e, "calendar", ui.Crumb{Label: "Calendar"})
	if err != nil {
		return calendarForm{}, err
	}
	props := calendarForm{
		Shell: shell, View: p.view, Title: p.title(now), Zone: accounts.ZoneWord(now.Location()), Word: map[string]string{monthView: "Month", weekView: "Week", agendaView: "Agenda"}[p.view],
		Back: path + "?" + p.query(p.view, p.moved(-1)), Next: path + "?" + p.query(p.view, p.moved(1)), Today: path + "?" + p.query(p.view, now),
		Feed: path + "?" + p.query(p.view, p.date) + "&feed=1", Away: now.Before(p.from) || !now.Before(p.to),
	}
	for _, view := range []string{monthView, weekView, agendaView} {
		props.Views = append(props.Views, ui.Filter{Label: map[string]string{monthView: "Month", weekView: "Week", agendaView: "Agenda"}[view],
			Href: path + "?" + p.query(view, p.date), Current: view == p.view})
	}
	if actor.CanHost() {
		props.New = sessionsPath(e) + "/new"
	}
	rows, err := sessions.During(e.App, actor, p.from, p.to)
	if err != nil {
		return props, err
	}
	drawer{path: appPath(e), you: actor.Account.Id, now: now, p: p, rows: rows, hosts: actor.CanHost()}.draw(&props)
	if p.view == weekView && props.Gone > 0 {
		props.ShowGone = path + "?" + p.query(weekView, p.date) + "&all=1"
	}
	return props, nil
}

// drawer draws sessions into a calendar.
type drawer struct {
	path  string // of the App
	you   string
	now   time.Time
	p     period
	rows  []sessions.Row
	hosts bool
}

func (d drawer) draw(props *calendarForm) {
	all := make([]stretch, len(d.rows))
	for n, row := range d.rows {
		all[n] = stretch{row.Starts(), row.Ends()}
	}
	var laid [][]piece
	for day := d.p.from; day.Before(d.p.to); day = after(day, 1) {
		laid = append(laid, pieces(day, all))
	}
	props.First, props.Last = 0, 24
	if d.p.view == weekView {
		props.First, props.Last = hours(laid)
	}
	for n, found := range laid {
		day := d.day(after(d.p.from, n), found, props.First, props.Last)
		if day.Gone {
			props.Gone += len(day.Events)
			props.Ahead -= len(day.Events)
		}
		props.Ahead += len(day.Events)
		props.Days = append(props.Days, day)
	}
}

func (d drawer) day(day time.Time, found []piece, first, last int) dayProps {
	today := midnight(d.now)
	props := dayProps{
		At: day, Today: day.Equal(today), Off: day.Weekday() == time.Saturday || day.Weekday() == time.Sunday,
		Gone: d.p.view == weekView && !d.p.all && day.Before(today) && !today.Before(d.p.from) && today.Before(d.p.to),
		Out:  d.p.view == monthView && day.Month() != d.p.date.Month(), Word: dayWord(day, d.now),
		Href: d.path + "/calendar?" + d.p.query(agendaView, day),
	}
	for _, p := range found {
		if p.lane >= mostWide && p.lanes > mostWide && d.p.view == weekView {
			props.More++
			continue
		}
		props.Events = append(props.Events, d.event(p, day, first))
	}
	if props.Today && d.now.Hour() >= first && d.now.Hour() < last {
		props.Now = wall(d.now) - first*4 + 1
	}
	if d.hosts && d.p.view != agendaView {
		props.Slots = d.slots(day, first, last)
	}
	return props
}

// event is a piece of a session as it is drawn.
func (d drawer) event(p piece, day time.Time, first int) eventProps {
	row := d.rows[p.of]
	from, to := row.Starts().In(d.now.Location()), row.Ends().In(d.now.Location())
	event := eventProps{
		Title: row.Title, When: between(from, to), Start: record.Clock(from), At: from, Row: p.from - first*4 + 1, Rows: p.to - p.from, Lane: p.lane, Lanes: lanes(p.lanes),
		Room: row.RoomName, State: stateOf(row, d.you, d.now), More: from.Before(day), Day: (int(day.Weekday())+6)%7 + 1,
		Href: d.path + "/sessions/" + row.ID + "?" + url.Values{"on": {d.p.view}, "date": {d.p.date.Format(time.DateOnly)}}.Encode(),
	}
	if event.Note = noteOf(event.State, row.RoomName); event.Lanes > 1 && event.State == isUnanswered && row.RoomName != "" {
		event.Note = row.RoomName // the hatching says the rest
	}
	return event
}

// lanes is how many lanes the width is cut into, for so many that overlap.
func lanes(n int) int {
	switch {
	case n == 5 || n > mostWide:
		return mostWide
	default:
		return n
	}
}

// slots are the free times of a day that can still be chosen: half an hour each, of a month one.
func (d drawer) slots(day time.Time, first, last int) []slotProps {
	var all []slotProps
	at := func(hour, minute int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, day.Location())
	}
	if d.p.view == monthView {
		if !day.Before(midnight(d.now)) {
			all = append(all, d.slot(day, "", day.Format("Monday 2 January")))
		}
		return all
	}
	for half := first * 2; half < last*2; half++ {
		when := at(half/2, half%2*30)
		if when.Add(2*quarter).After(d.now) && when.Hour() == half/2 {
			slot := d.slot(day, when.Format("15:04"), record.OnClock(when, "Monday 2 January"))
			slot.Row = (half-first*2)*2 + 1
			all = append(all, slot)
		}
	}
	return all
}

func (d drawer) slot(day time.Time, hour, words string) slotProps {
	values := url.Values{"date": {day.Format(time.DateOnly)}, "zone": {day.Location().String()}}
	if hour != "" {
		values.Set("time", hour)
	}
	return slotProps{Href: d.path + "/sessions/new?" + values.Encode(), Words: words}
}

// The states in which a session stands in a person's calendar.
const (
	isRunning    = "running"
	isPast       = "past"
	isCancelled  = "cancelled"
	isUnanswered = "unanswered"
	isDeclined   = "declined"
	isPlanned    = "planned"
)

func stateOf(row sessions.Row, you string, now time.Time) string {
	switch {
	case row.Status == sessions.Running:
		return isRunning
	case row.Status == sessions.Cancelled:
		return isCancelled
	case row.Status == sessions.Ended || row.Ends().Before(now):
		return isPast
	case row.Waits(you):
		return isUnanswered
	case row.Standing() == sessions.StatusNotGoing:
		return isDeclined
	}
	return isPlanned
}

// noteOf is the line under the time: what there is to know, else the room.
func noteOf(state, room string) string {
	switch state {
	case isRunning:
		return "Running now"
	case isCancelled:
		return "Cancelled"
	case isUnanswered:
		return "You have not answered"
	case isDeclined:
		return "Not going"
	}
	return room
}

func number(n int) string { return strconv.Itoa(n) }

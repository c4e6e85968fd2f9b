package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// The views of the calendar.
const (
	monthView  = "month"
	weekView   = "week"
	agendaView = "agenda"
)

const agendaDays = 30

// period is the range of days that a calendar page shows, from midnight to midnight.
type period struct {
	view     string
	date     time.Time // the requested day
	from, to time.Time
	showPast bool // include the past days of this week
}

// parsePeriod reads the period from the query. Invalid values fall back to the current week.
func parsePeriod(values url.Values, now time.Time) period {
	p := period{view: values.Get("view"), date: midnight(now), showPast: values.Has("all")}
	if date, err := time.ParseInLocation(time.DateOnly, values.Get("date"), now.Location()); err == nil && date.Year() > 1970 && date.Year() < 3000 {
		p.date = date
	}
	switch p.view {
	case monthView:
		p.from = monday(time.Date(p.date.Year(), p.date.Month(), 1, 0, 0, 0, 0, now.Location()))
		last := time.Date(p.date.Year(), p.date.Month()+1, 0, 0, 0, 0, 0, now.Location())
		p.to = addDays(monday(last), 7)
	case agendaView:
		p.from, p.to = p.date, addDays(p.date, agendaDays)
	default:
		p.view, p.from = weekView, monday(p.date)
		p.to = addDays(p.from, 7)
	}
	return p
}

// shiftedDate returns a day in a later (by > 0) or earlier period.
func (p period) shiftedDate(by int) time.Time {
	switch p.view {
	case monthView:
		return time.Date(p.date.Year(), p.date.Month()+time.Month(by), 1, 0, 0, 0, 0, p.date.Location())
	case agendaView:
		return addDays(p.date, by*agendaDays)
	}
	return addDays(p.from, by*7)
}

// title formats the period: "16 to 22 Nov", "November", "30 Nov to 6 Dec 2027".
func (p period) title(now time.Time) string {
	last := addDays(p.to, -1)
	switch {
	case p.view == monthView:
		return p.date.Format("January" + yearLayout(p.date, now))
	case p.from.Year() != last.Year():
		return p.from.Format("2 Jan 2006") + " to " + last.Format("2 Jan 2006")
	case p.from.Month() != last.Month():
		return p.from.Format("2 Jan") + " to " + last.Format("2 Jan"+yearLayout(last, now))
	}
	return p.from.Format("2") + " to " + last.Format("2 Jan"+yearLayout(last, now))
}

func (p period) query(view string, date time.Time) string {
	return url.Values{"view": {view}, "date": {date.Format(time.DateOnly)}}.Encode()
}

// showCalendar shows the sessions of the user by time (R99).
func showCalendar(e *core.RequestEvent) error {
	props, err := loadCalendar(e, e.Request.URL.Query())
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		return web.Render(e, http.StatusOK, detailsSwap(props.Shell.Page.Title, nil))
	}
	if e.Request.URL.Query().Has("feed") {
		feed, err := loadFeedDialog(e, strings.TrimSuffix(props.FeedURL, "&feed=1"))
		if err != nil {
			return err
		}
		if web.IsFragmentFor(e, "dialog") {
			feed.CloseURL = ""
			return web.Render(e, http.StatusOK, feedDialog(feed))
		}
		props.Dialog = feedDialog(feed)
	}
	return web.Render(e, http.StatusOK, calendarPage(props))
}

func loadCalendar(e *core.RequestEvent, values url.Values) (calendarPageProps, error) {
	actor, path := web.Actor(e), calendarPath(e)
	now := time.Now().In(layout.ZoneFor(actor))
	p := parsePeriod(values, now)
	shell, err := shell(e, "calendar", ui.Breadcrumb{Label: "Calendar"})
	if err != nil {
		return calendarPageProps{}, err
	}
	props := calendarPageProps{
		Shell: shell, View: p.view, Title: p.title(now), Zone: accounts.ZoneLabel(now.Location()), StepLabel: map[string]string{monthView: "month", weekView: "week", agendaView: text.Count(agendaDays, "day", "days")}[p.view],
		Back: path + "?" + p.query(p.view, p.shiftedDate(-1)), Next: path + "?" + p.query(p.view, p.shiftedDate(1)), Today: path + "?" + p.query(p.view, now),
		FeedURL: path + "?" + p.query(p.view, p.date) + "&feed=1", ExcludesToday: now.Before(p.from) || !now.Before(p.to),
	}
	for _, view := range []string{monthView, weekView, agendaView} {
		props.Views = append(props.Views, ui.Filter{Label: map[string]string{monthView: "Month", weekView: "Week", agendaView: "Agenda"}[view],
			Href: path + "?" + p.query(view, p.date), Current: view == p.view})
	}
	if actor.CanHost() {
		props.NewURL, props.MeetURL = sessionsPath(e)+"/new", paths.MeetNow(e.Request.PathValue("team"))
	}
	rows, err := sessions.ListRowsInRange(e.App, actor, p.from, p.to)
	if err != nil {
		return props, err
	}
	calendarLayout{calendar: path, sessions: sessionsPath(e), viewerID: actor.Account.Id, now: now, period: p, rows: rows, canHost: actor.CanHost()}.fill(&props)
	if p.view == weekView && props.PastCount > 0 {
		props.ShowPastURL = path + "?" + p.query(weekView, p.date) + "&all=1"
	}
	return props, nil
}

// calendarLayout lays out sessions in the days of a calendar.
type calendarLayout struct {
	calendar, sessions string // paths
	viewerID           string
	now                time.Time
	period             period
	rows               []sessions.Row
	canHost            bool
}

func (d calendarLayout) fill(props *calendarPageProps) {
	all := make([]timeSpan, len(d.rows))
	for n, row := range d.rows {
		all[n] = timeSpan{row.Starts(), row.Ends()}
	}
	var laid [][]segment
	for day := d.period.from; day.Before(d.period.to); day = addDays(day, 1) {
		laid = append(laid, daySegments(day, all))
	}
	props.First, props.Last = 0, 24
	if d.period.view == weekView {
		props.First, props.Last = visibleHours(laid)
	}
	for n, found := range laid {
		if d.period.view == weekView {
			for i := range found {
				found[i] = found[i].clamp(props.First*4, props.Last*4)
			}
			assignLanes(found)
		}
		day := d.day(addDays(d.period.from, n), found, props.First, props.Last)
		if day.Past {
			props.PastCount += len(day.Events)
			props.UpcomingCount -= len(day.Events)
		}
		props.UpcomingCount += len(day.Events)
		props.Days = append(props.Days, day)
	}
}

func (d calendarLayout) day(day time.Time, found []segment, first, last int) dayProps {
	today := midnight(d.now)
	props := dayProps{
		Date: day, Today: day.Equal(today), Weekend: day.Weekday() == time.Saturday || day.Weekday() == time.Sunday,
		Past:       d.period.view == weekView && !d.period.showPast && day.Before(today) && !today.Before(d.period.from) && today.Before(d.period.to),
		OtherMonth: d.period.view == monthView && day.Month() != d.period.date.Month(), Label: dayLabel(day, d.now),
		Href: d.calendar + "?" + d.period.query(agendaView, day),
	}
	more := map[int]int{} // index in props.More of a group of sessions that overlap
	for _, p := range found {
		event := d.event(p, day, first)
		props.Events = append(props.Events, event)
		if !event.Hidden {
			continue
		}
		n, there := more[p.cluster]
		if !there {
			n, more[p.cluster] = len(props.More), len(props.More)
			props.More = append(props.More, moreProps{Row: event.Row, Rows: event.Rows})
		}
		m := &props.More[n]
		m.Count++
		m.Rows = max(m.Rows, event.Row+event.Rows-m.Row)
	}
	if props.Today && d.now.Hour() >= first && d.now.Hour() < last {
		props.NowRow = quarterOfDay(d.now) - first*4 + 1
	}
	if d.canHost && d.period.view != agendaView {
		props.Slots = d.slots(day, first, last)
	}
	return props
}

// event returns what the calendar shows of a session on one day.
func (d calendarLayout) event(p segment, day time.Time, first int) eventProps {
	row := d.rows[p.index]
	from, to := row.Starts().In(d.now.Location()), row.Ends().In(d.now.Location())
	event := eventProps{
		Title: row.Title, When: timeRange(from, to), Start: text.TimeOfDay(from), StartsAt: from, Row: p.from - first*4 + 1, Rows: p.to - p.from, Lane: p.lane, Lanes: laneCount(p.lanes),
		Room: row.RoomName, State: sessionState(row, d.viewerID, d.now), StartedBefore: p.before, GoesOn: p.after, End: text.TimeOfDay(to), Hidden: p.hidden() && d.period.view == weekView, Day: (int(day.Weekday())+6)%7 + 1,
		Href: d.sessions + "/" + row.ID + "?" + url.Values{"on": {d.period.view}, "date": {d.period.date.Format(time.DateOnly)}}.Encode(),
	}
	if event.Note = stateNote(event.State, row.RoomName); event.Lanes > 1 && event.State == stateUnanswered && row.RoomName != "" {
		event.Note = row.RoomName // the hatching shows that the answer is missing
	}
	return event
}

// laneCount returns how many lanes share the width of a day for n overlapping sessions.
func laneCount(n int) int { return min(n, maxLanes) }

// slots returns the future times of a day that can be chosen: half-hours, or the whole day in the month view.
func (d calendarLayout) slots(day time.Time, first, last int) []slotProps {
	var all []slotProps
	at := func(hour, minute int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, day.Location())
	}
	if d.period.view == monthView {
		if !day.Before(midnight(d.now)) {
			all = append(all, d.slot(day, "", day.Format("Monday 2 January")))
		}
		return all
	}
	for half := first * 2; half < last*2; half++ {
		when := at(half/2, half%2*30)
		if when.Add(2*quarter).After(d.now) && when.Hour() == half/2 {
			slot := d.slot(day, when.Format("15:04"), text.DateAndTime(when, "Monday 2 January"))
			slot.Row = (half-first*2)*2 + 1
			all = append(all, slot)
		}
	}
	return all
}

func (d calendarLayout) slot(day time.Time, hour, words string) slotProps {
	values := url.Values{"date": {day.Format(time.DateOnly)}, "zone": {day.Location().String()}}
	if hour != "" {
		values.Set("time", hour)
	}
	return slotProps{Href: d.sessions + "/new?" + values.Encode(), Label: words}
}

// The states of a session in a user's calendar.
const (
	stateRunning    = "running"
	statePast       = "past"
	stateCancelled  = "cancelled"
	stateUnanswered = "unanswered"
	stateDeclined   = "declined"
	statePlanned    = "planned"
)

func sessionState(row sessions.Row, you string, now time.Time) string {
	switch {
	case row.Status == sessions.Running:
		return stateRunning
	case row.Status == sessions.Cancelled:
		return stateCancelled
	case row.Status == sessions.Ended || row.Ends().Before(now):
		return statePast
	case row.NeedsAnswer(you):
		return stateUnanswered
	case row.ReaderStatus() == sessions.StatusNotGoing:
		return stateDeclined
	}
	return statePlanned
}

// stateNote returns the line under the time of an event: its state if that matters, else the room.
func stateNote(state, room string) string {
	switch state {
	case stateRunning:
		return "Running now"
	case stateCancelled:
		return "Cancelled"
	case stateUnanswered:
		return "Not answered yet"
	case stateDeclined:
		return "Not going"
	}
	return room
}

func itoa(n int) string { return strconv.Itoa(n) }

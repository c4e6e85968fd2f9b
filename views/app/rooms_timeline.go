package app

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// roomTimeline lays out the bookings of rooms as bars between two hours of the day.
type roomTimeline struct {
	view        roomView
	actor       *actors.Actor
	first, last int
}

// extendHours widens the displayed hours to fit all bookings.
func (d *roomTimeline) extendHours(all []rooms.Availability, days []time.Time) {
	for _, times := range all {
		for _, booking := range times.Taken {
			for _, day := range days {
				next := addDays(day, 1)
				from, to := booking.Starts.In(day.Location()), booking.Ends.In(day.Location())
				if !from.Before(next) || !to.After(day) {
					continue
				}
				if from.Before(day) {
					from = day
				}
				d.first = min(d.first, from.Hour())
				if !to.Before(next) {
					d.last = 24
				} else if hour := to.Hour(); to.Minute() > 0 {
					d.last = max(d.last, hour+1)
				} else {
					d.last = max(d.last, hour)
				}
			}
		}
	}
}

// scale returns the hour labels above the bars.
func (d roomTimeline) scale() []string {
	var hours []string
	for hour := d.first; hour < d.last; hour++ {
		hours = append(hours, strconv.Itoa(hour))
	}
	return hours
}

// offset returns the position of a moment on the bar of day, in minutes.
func (d roomTimeline) offset(moment, day time.Time) int {
	moment = moment.In(day.Location())
	minutes := moment.Hour()*60 + moment.Minute() - d.first*60
	switch {
	case moment.Before(day):
		minutes = 0
	case !moment.Before(addDays(day, 1)):
		minutes = (d.last - d.first) * 60
	}
	return min(max(minutes, 0), (d.last-d.first)*60)
}

func (d roomTimeline) bar(room *rooms.Room, times rooms.Availability, day time.Time) roomBar {
	bar := roomBar{Width: (d.last - d.first) * 60, Past: d.offset(d.view.now, day), Now: -1, Href: d.view.with(false, d.view.allHours).href(day) + "#" + room.Id}
	if midnight(d.view.now).Equal(day) {
		bar.Now = bar.Past
	}
	var taken time.Duration
	for _, booking := range times.Taken {
		from := d.offset(booking.Starts, day)
		piece := roomBooking{X: from, Width: d.offset(booking.Ends, day) - from, Running: booking.Running, When: clockSpan(booking.Starts, booking.Ends, day), Host: booking.Host}
		if booking.VisibleTo(d.actor) {
			piece.Title = booking.Title
		}
		if n := len(bar.Taken); n > 0 {
			piece.Adjacent = bar.Taken[n-1].X+bar.Taken[n-1].Width == piece.X
		}
		bar.Taken = append(bar.Taken, piece)
		taken += d.durationWithin(booking, day)
	}
	bar.Label = "Free"
	if taken > 0 {
		bar.Label = takenLabel(taken)
	}
	for _, span := range times.Free {
		d.addFree(&bar, room, span, day)
	}
	return bar
}

func (d roomTimeline) durationWithin(booking rooms.Booking, day time.Time) time.Duration {
	from, to := booking.Starts, booking.Ends
	if from.Before(day) {
		from = day
	}
	if next := addDays(day, 1); to.After(next) {
		to = next
	}
	return to.Sub(from)
}

// addFree adds a free span to the bar, and a slot for each of its hours.
func (d roomTimeline) addFree(bar *roomBar, room *rooms.Room, span rooms.Span, day time.Time) {
	if soonest := nextQuarter(d.view.now); span.From.Before(soonest) {
		span.From = soonest
	}
	start := nextQuarter(span.From.In(day.Location()))
	if span.To.Sub(start) < sessions.MinMinutes*time.Minute {
		return
	}
	bar.Free = append(bar.Free, roomSlot{Href: d.bookURL(room, start), Label: freeLabel(start, span.To, day)})
	for hour := d.first; hour < d.last; hour++ {
		from := time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location())
		to := from.Add(time.Hour)
		if from.Hour() != hour || !to.After(start) || !from.Before(span.To) { // the hour is skipped when daylight saving time begins
			continue
		}
		if from.Before(start) {
			from = start
		}
		if to.After(span.To) {
			to = span.To
		}
		if to.Sub(from) < sessions.MinMinutes*time.Minute {
			continue
		}
		x := d.offset(from, day)
		bar.Slots = append(bar.Slots, roomSlot{X: x, Width: d.offset(to, day) - x, Href: d.bookURL(room, from), Label: room.Name() + " from " + text.TimeOfDay(from)})
	}
}

// bookURL returns the URL of the form for a session in the room at that time, or "" if the actor can't host.
func (d roomTimeline) bookURL(room *rooms.Room, at time.Time) string {
	if !d.actor.CanHost() {
		return ""
	}
	return paths.NewSession(d.view.team) + "?" + url.Values{"room": {room.Id}, "date": {at.Format(time.DateOnly)},
		"time": {at.Format("15:04")}, "zone": {at.Location().String()}}.Encode()
}

// nextQuarter rounds up to a quarter of an hour.
func nextQuarter(at time.Time) time.Time {
	down := at.Truncate(15 * time.Minute)
	if down.Before(at) {
		down = down.Add(15 * time.Minute)
	}
	return down
}

// clockSpan formats a time span seen from day, with weekdays for ends on other days.
func clockSpan(from, to, day time.Time) string {
	from, to = from.In(day.Location()), to.In(day.Location())
	begin, end := text.TimeOfDay(from), text.TimeOfDay(to)
	if from.Before(day) {
		begin = from.Format("Mon ") + text.TimeOfDay(from)
	}
	if to.After(addDays(day, 1)) {
		end = to.Format("Mon ") + text.TimeOfDay(to)
	}
	return begin + " to " + end
}

// freeLabel formats a free span: "All day", "Until 10:00", "11:30 to 16:00", "From 17:30".
func freeLabel(from, to, day time.Time) string {
	begins, ends := from.Equal(day), !to.Before(addDays(day, 1))
	switch {
	case begins && ends:
		return "All day"
	case begins:
		return "Until " + text.TimeOfDay(to.In(day.Location()))
	case ends:
		return "From " + text.TimeOfDay(from)
	}
	return clockSpan(from, to, day)
}

func takenLabel(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("%d min taken", int(d.Minutes()))
	}
	if d%time.Hour == 0 {
		return text.Number(int(d.Hours())) + " h taken"
	}
	return fmt.Sprintf("%.1f h taken", d.Hours())
}

package app

import (
	"cmp"
	"slices"
	"time"

	"usher/hooks/tools/dates"
)

// A day has quarters of an hour in local time, from 0 to quartersPerDay.
const (
	quarter        = 15 * time.Minute
	quartersPerDay = 24 * 4
	minQuarters    = 2 // a shorter session takes as much room, to be readable
	maxLanes       = 3 // side by side, so that titles can be read; with more, the last lane counts the rest
)

// segment is the part of a session that falls on one day: from one quarter to another, in one of several lanes
// side by side.
type segment struct {
	index    int // of the session in the list
	from, to int
	lane     int // from 1
	lanes    int
	cluster  int  // number of the group that shares the width
	before   bool // the session began on an earlier day
	after    bool // and ends on a later one
}

// timeSpan is the time between two moments.
type timeSpan struct{ from, to time.Time }

// midnight returns the start of the day of at, in its zone.
func midnight(at time.Time) time.Time { return dates.StartOfDay(at, 0) }

// addDays returns the start of the day n days later. Days have 23 or 25 hours when daylight saving time changes.
func addDays(day time.Time, n int) time.Time { return dates.StartOfDay(day, n) }

// monday returns the first day of the week of at.
func monday(at time.Time) time.Time {
	return addDays(midnight(at), -(int(at.Weekday())+6)%7)
}

// daySegments returns the parts of the spans that fall on a day, in lanes if they overlap. A span during which the clock
// is set back keeps its length.
func daySegments(day time.Time, all []timeSpan) []segment {
	next, zone := addDays(day, 1), day.Location()
	var found []segment
	for n, s := range all {
		if !s.from.Before(next) || !s.to.After(day) {
			continue
		}
		p := segment{index: n, to: quartersPerDay, before: s.from.Before(day), after: s.to.After(next)}
		if s.from.After(day) {
			p.from = quarterOfDay(s.from.In(zone))
		}
		if s.to.Before(next) {
			p.to = quarterOfDay(s.to.In(zone).Add(quarter - 1))
		}
		if p.to <= p.from {
			p.to = min(p.from+int(s.to.Sub(s.from)/quarter), quartersPerDay)
		}
		found = append(found, p.clamp(0, quartersPerDay))
	}
	assignLanes(found)
	return found
}

// clamp returns the segment within the quarters that are shown. One that is too short, or outside of them, such as the rest
// of a night session, is as long as can be read.
func (p segment) clamp(first, last int) segment {
	p.from = min(max(p.from, first), last-minQuarters)
	p.to = max(min(p.to, last), p.from+minQuarters)
	return p
}

// quarterOfDay returns the quarter of the day of a local time.
func quarterOfDay(at time.Time) int { return at.Hour()*4 + at.Minute()/15 }

// assignLanes puts each segment into the first free lane. Segments that overlap share the width; others have the whole
// width.
func assignLanes(all []segment) {
	slices.SortStableFunc(all, func(a, b segment) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	for start, cluster := 0, 0; start < len(all); cluster++ {
		end, until := start, 0
		var free []int // when each lane becomes free
		for ; end < len(all) && (end == start || all[end].from < until); end++ {
			p := &all[end]
			lane := slices.IndexFunc(free, func(at int) bool { return at <= p.from })
			if lane < 0 {
				lane, free = len(free), append(free, 0)
			}
			free[lane], p.lane = p.to, lane+1
			until = max(until, p.to)
		}
		for n := start; n < end; n++ {
			all[n].lanes, all[n].cluster = len(free), cluster
		}
		start = end
	}
}

// visibleHours returns the first and the last hour that a week shows: working hours, extended to fit all segments. What goes
// on from the day before, or into the next one, doesn't extend them: else one session in the night would open every week at
// midnight.
func visibleHours(days [][]segment) (first, last int) {
	first, last = 8, 19
	for _, day := range days {
		for _, p := range day {
			if !p.before {
				first, last = min(first, p.from/4), max(last, min(p.from/4+1, 24))
			}
			if !p.after && p.to > first*4 {
				last = max(last, (p.to+3)/4)
			}
		}
	}
	return first, last
}

// hidden reports whether a segment has no lane of its own, because too many overlap. The last lane counts these.
func (p segment) hidden() bool { return p.lanes > maxLanes && p.lane >= maxLanes }

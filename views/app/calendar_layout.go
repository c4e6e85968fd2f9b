package app

import (
	"cmp"
	"slices"
	"time"
)

// A day has quarters of an hour in local time, from 0 to quartersPerDay.
const (
	quarter        = 15 * time.Minute
	quartersPerDay = 24 * 4
	maxLanes       = 6 // sessions side by side; the rest are only counted
)

// segment is the part of a session that falls on one day: from one quarter to another, in one of several lanes
// side by side.
type segment struct {
	index    int // of the session in the list
	from, to int
	lane     int // from 1
	lanes    int
}

// timeSpan is the time between two moments.
type timeSpan struct{ from, to time.Time }

// midnight returns the start of the day of at, in its zone.
func midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

// addDays returns the day n days later. Days have 23 or 25 hours when daylight saving time changes.
func addDays(day time.Time, n int) time.Time { return day.AddDate(0, 0, n) }

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
		p := segment{index: n, to: quartersPerDay}
		if s.from.After(day) {
			p.from = quarterOfDay(s.from.In(zone))
		}
		if s.to.Before(next) {
			p.to = quarterOfDay(s.to.In(zone).Add(quarter - 1))
		}
		if p.to <= p.from {
			p.to = min(p.from+int(s.to.Sub(s.from)/quarter), quartersPerDay)
		}
		p.from = min(p.from, quartersPerDay-1)
		p.to = max(p.to, p.from+1)
		found = append(found, p)
	}
	assignLanes(found)
	return found
}

// quarterOfDay returns the quarter of the day of a local time.
func quarterOfDay(at time.Time) int { return at.Hour()*4 + at.Minute()/15 }

// assignLanes puts each segment into the first free lane. Segments that overlap share the width; others have the whole
// width.
func assignLanes(all []segment) {
	slices.SortStableFunc(all, func(a, b segment) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	for start := 0; start < len(all); {
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
			all[n].lanes = len(free)
		}
		start = end
	}
}

// visibleHours returns the first and the last hour that a week shows: working hours, extended to fit all segments.
func visibleHours(days [][]segment) (first, last int) {
	first, last = 8, 19
	for _, day := range days {
		for _, p := range day {
			first, last = min(first, p.from/4), max(last, (p.to+3)/4)
		}
	}
	return first, last
}

package app

import (
	"cmp"
	"slices"
	"time"
)

// A day is drawn in quarters of an hour by the clock on the wall, from 0 to quarters.
const (
	quarter        = 15 * time.Minute
	quartersPerDay = 24 * 4
	maxLanes       = 6 // sessions side by side; the others are told by number
)

// segment is the part of a session that falls on a day: from one quarter to another, in a lane of so many beside
// each other.
type segment struct {
	index    int // which session, by its place in the list that was laid out
	from, to int
	lane     int // from 1
	lanes    int
}

// timeSpan is a time.
type timeSpan struct{ from, to time.Time }

// midnight is the first moment of the day of at, in its zone.
func midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

// addDays is the day that comes n days later. In the weeks of summer time days have 23 or 25 hours.
func addDays(day time.Time, n int) time.Time { return day.AddDate(0, 0, n) }

// monday is the first day of the week of at.
func monday(at time.Time) time.Time {
	return addDays(midnight(at), -(int(at.Weekday())+6)%7)
}

// daySegments are what falls on a day of each stretch, laid out beside each other where they overlap. A stretch that the
// clock turns back under keeps its length.
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

// quarterOfDay is the quarter of the day that the clock shows.
func quarterOfDay(at time.Time) int { return at.Hour()*4 + at.Minute()/15 }

// assignLanes puts pieces that overlap into lanes beside each other: each into the first that is free. Those that touch no
// other have the whole width.
func assignLanes(all []segment) {
	slices.SortStableFunc(all, func(a, b segment) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	for start := 0; start < len(all); {
		end, until := start, 0
		var free []int // when each lane is free again
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

// visibleHours are the first and the last hour that a week has to show: those of work, and more where something is.
func visibleHours(days [][]segment) (first, last int) {
	first, last = 8, 19
	for _, day := range days {
		for _, p := range day {
			first, last = min(first, p.from/4), max(last, (p.to+3)/4)
		}
	}
	return first, last
}

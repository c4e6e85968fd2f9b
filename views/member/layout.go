package member

import (
	"cmp"
	"slices"
	"time"
)

// A day is drawn in quarters of an hour by the clock on the wall, from 0 to quarters.
const (
	quarter  = 15 * time.Minute
	quarters = 24 * 4
	mostWide = 6 // sessions side by side; the others are told by number
)

// piece is the part of a session that falls on a day: from one quarter to another, in a lane of so many beside
// each other.
type piece struct {
	of       int // which session, by its place in the list that was laid out
	from, to int
	lane     int // from 1
	lanes    int
}

// stretch is a time.
type stretch struct{ from, to time.Time }

// midnight is the first moment of the day of at, in its zone.
func midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

// after is the day that comes n days later. In the weeks of summer time days have 23 or 25 hours.
func after(day time.Time, n int) time.Time { return day.AddDate(0, 0, n) }

// monday is the first day of the week of at.
func monday(at time.Time) time.Time {
	return after(midnight(at), -(int(at.Weekday())+6)%7)
}

// pieces are what falls on a day of each stretch, laid out beside each other where they overlap. A stretch that the
// clock turns back under keeps its length.
func pieces(day time.Time, all []stretch) []piece {
	next, zone := after(day, 1), day.Location()
	var found []piece
	for n, s := range all {
		if !s.from.Before(next) || !s.to.After(day) {
			continue
		}
		p := piece{of: n, to: quarters}
		if s.from.After(day) {
			p.from = wall(s.from.In(zone))
		}
		if s.to.Before(next) {
			p.to = wall(s.to.In(zone).Add(quarter - 1))
		}
		if p.to <= p.from {
			p.to = min(p.from+int(s.to.Sub(s.from)/quarter), quarters)
		}
		p.from = min(p.from, quarters-1)
		p.to = max(p.to, p.from+1)
		found = append(found, p)
	}
	lay(found)
	return found
}

// wall is the quarter of the day that the clock shows.
func wall(at time.Time) int { return at.Hour()*4 + at.Minute()/15 }

// lay puts pieces that overlap into lanes beside each other: each into the first that is free. Those that touch no
// other have the whole width.
func lay(all []piece) {
	slices.SortStableFunc(all, func(a, b piece) int { return cmp.Or(a.from-b.from, b.to-a.to) })
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

// hours are the first and the last hour that a week has to show: those of work, and more where something is.
func hours(days [][]piece) (first, last int) {
	first, last = 8, 19
	for _, day := range days {
		for _, p := range day {
			first, last = min(first, p.from/4), max(last, (p.to+3)/4)
		}
	}
	return first, last
}

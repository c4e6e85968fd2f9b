package licences

import "time"

// startOfDay returns the first moment of a date in the zone. It isn't 00:00 where the clocks skip midnight, and it is the
// first 00:00 where they repeat it.
func startOfDay(at time.Time, days int, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	date := time.Date(year, month, day+days, 12, 0, 0, 0, time.UTC)
	isDate := func(t time.Time) bool { return t.In(zone).Format(time.DateOnly) == date.Format(time.DateOnly) }
	start := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, zone)
	if !isDate(start) { // the evening before, which the clocks skip midnight from
		_, start = start.ZoneBounds()
	}
	if first := start.Add(-time.Hour); isDate(first) {
		return first
	}
	return start
}

// daysFrom returns the first moments of n dates, and of the one after them. The first date is the one of at plus some days.
func daysFrom(at time.Time, days, n int, zone *time.Location) []time.Time {
	starts := make([]time.Time, 0, n+1)
	for i := range n + 1 {
		starts = append(starts, startOfDay(at, days+i, zone))
	}
	return starts
}

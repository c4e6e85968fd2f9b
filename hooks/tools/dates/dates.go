// Package dates does arithmetic with the days of a time zone.
package dates

import "time"

// StartOfDay returns the first moment of the date of at plus some days, in its zone. It isn't 00:00 where the clocks skip midnight,
// and it's the first 00:00 where they repeat it.
func StartOfDay(at time.Time, days int) time.Time {
	year, month, day := at.Date()
	noon := time.Date(year, month, day+days, 12, 0, 0, 0, at.Location())
	midnight := time.Date(year, month, day+days, 0, 0, 0, 0, time.UTC)
	var first time.Time
	for _, near := range []time.Time{noon.Add(-24 * time.Hour), noon} {
		_, offset := near.Zone()
		start := midnight.Add(-time.Duration(offset) * time.Second).In(at.Location())
		if start.Format(time.DateTime) == midnight.Format(time.DateTime) && (first.IsZero() || start.Before(first)) {
			first = start
		}
	}
	if first.IsZero() { // midnight doesn't exist: the day starts when the clocks go forward
		first, _ = noon.ZoneBounds()
	}
	return first
}

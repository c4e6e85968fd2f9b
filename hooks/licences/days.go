package licences

import (
	"time"

	"usher/hooks/tools/dates"
)

// daysFrom returns the first moments of n dates, and of the one after them. The first date is the one of at plus some days.
func daysFrom(at time.Time, days, n int, zone *time.Location) []time.Time {
	starts := make([]time.Time, 0, n+1)
	for i := range n + 1 {
		starts = append(starts, dates.StartOfDay(at.In(zone), days+i))
	}
	return starts
}

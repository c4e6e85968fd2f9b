package record

import "time"

// Clock is the time of day as pages, letters and refusals write it: two digits of 24 hours and two of minutes, "09:00".
func Clock(at time.Time) string { return at.Format("15:04") }

// OnClock is a date in the given layout and the time of day behind it: "Thu 19 November 2026, 09:00".
func OnClock(at time.Time, date string) string { return at.Format(date) + ", " + Clock(at) }

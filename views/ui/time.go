package ui

import (
	"strings"
	"time"

	"usher/hooks/tools/text"
)

// TimeMode is a format of times.
type TimeMode string

const (
	// Relative is "12 minutes ago" or "in 3 hours" within a day, otherwise Short.
	Relative TimeMode = ""
	// Short is "17 Nov, 14:20", with the year if it isn't the current one.
	Short TimeMode = "short"
	// Long is "Thursday 26 November, 14:32", with the year if it isn't the current one.
	Long TimeMode = "long"
	// Date is "17 Nov", with the year if it isn't the current one.
	Date TimeMode = "date"
	// Clock is "14:20".
	Clock TimeMode = "clock"
)

// FormatTime formats the time at, relative to now, in the zone in or else UTC. The zero time is "Never".
func FormatTime(at, now time.Time, in *time.Location, mode TimeMode) string {
	if at.IsZero() {
		return "Never"
	}
	if in == nil {
		in = time.UTC
	}
	at, now = at.In(in), now.In(in)
	year := ""
	if at.Year() != now.Year() {
		year = " 2006"
	}
	switch mode {
	case Clock:
		return text.TimeOfDay(at)
	case Date:
		return at.Format("2 Jan" + year)
	case Long:
		return text.DateAndTime(at, "Monday 2 January"+year)
	case Relative:
		if apart := now.Sub(at); apart.Abs() < time.Minute {
			return "just now"
		} else if 0 < apart && apart < 24*time.Hour {
			return FormatDuration(apart) + " ago"
		} else if -24*time.Hour < apart && apart < 0 {
			return "in " + FormatDuration(-apart)
		}
	}
	return text.DateAndTime(at, "2 Jan"+year)
}

// FormatTimeFor is FormatTime for a reader: a time of day that isn't in the reader's own zone is followed by the zone's name.
func FormatTimeFor(at, now time.Time, times text.ReaderZone, mode TimeMode) string {
	words := FormatTime(at, now, times.Zone, mode)
	if strings.Contains(words, ":") {
		words += times.Suffix()
	}
	return words
}

// FormatDuration formats d in its largest unit, rounded down: "6 days", "1 hour", "12 minutes".
func FormatDuration(d time.Duration) string { return text.Duration(d) }

// FormatRange formats a time range for a reader, relative to now: "Today, 16:00 to 17:30",
// "Fri 20 Nov, 23:00 to Sat 21 Nov, 01:00 (Lisbon time)".
func FormatRange(from, to, now time.Time, times text.ReaderZone) string {
	from, to, now = times.In(from), times.In(to), times.In(now)
	end := text.TimeOfDay(to)
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		end = FormatDay(to, now) + ", " + end
	}
	return FormatDay(from, now) + ", " + text.TimeOfDay(from) + " to " + end + times.Suffix()
}

// FormatDay formats a date relative to now, each in its own zone: "Today", "Tomorrow",
// "Fri 20 Nov", with the year if it isn't the current one.
func FormatDay(at, now time.Time) string {
	switch at.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return "Today"
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return "Tomorrow"
	}
	if at.Year() != now.Year() {
		return at.Format("Mon 2 Jan 2006")
	}
	return at.Format("Mon 2 Jan")
}

func exactTime(at time.Time, in *time.Location) string {
	if in == nil {
		in = time.UTC
	}
	at = at.In(in)
	return text.DateAndTime(at, "Monday 2 January 2006") + at.Format(" MST")
}

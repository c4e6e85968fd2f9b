package text

import (
	"strings"
	"time"
)

// TimeOfDay is the time of day as pages, letters and refusals write it: two digits of 24 hours and two of minutes, "09:00".
func TimeOfDay(at time.Time) string { return at.Format("15:04") }

// DateAndTime is a date in the given layout and the time of day behind it: "Thu 19 November 2026, 09:00".
func DateAndTime(at time.Time, date string) string { return at.Format(date) + ", " + TimeOfDay(at) }

// ReaderZone says in which zone a reader is told times. The zone is named beside a time unless it is the reader's own.
type ReaderZone struct {
	Zone   *time.Location // nil is UTC
	Chosen bool           // the reader chose the zone
}

// In is the moment in the zone.
func (t ReaderZone) In(at time.Time) time.Time {
	if t.Zone == nil {
		return at.UTC()
	}
	return at.In(t.Zone)
}

// Suffix is what follows a time of day: " (Lisbon time)", or nothing if the zone is the reader's own.
func (t ReaderZone) Suffix() string {
	if t.Chosen {
		return ""
	}
	return " (" + ZoneName(t.Zone) + ")"
}

// ZoneName names a time zone behind a time of day: "Lisbon time", or "UTC". Nil is UTC.
func ZoneName(zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	area, city, ok := strings.Cut(zone.String(), "/")
	if !ok || area == "Etc" {
		return zone.String()
	}
	return strings.ReplaceAll(city[strings.LastIndexByte(city, '/')+1:], "_", " ") + " time"
}

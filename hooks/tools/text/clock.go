package text

import (
	"strings"
	"time"
)

// TimeOfDay formats a time of day on the 24-hour clock: "09:00".
func TimeOfDay(at time.Time) string { return at.Format("15:04") }

// DateAndTime formats a date in the given layout, followed by the time of day: "Thu 19 November 2026, 09:00".
func DateAndTime(at time.Time, date string) string { return at.Format(date) + ", " + TimeOfDay(at) }

// ReaderZone is the time zone in which times are shown to a reader. The zone is named beside times unless the reader chose it.
type ReaderZone struct {
	Zone   *time.Location // nil is UTC
	Chosen bool           // the reader chose the zone
}

// In converts a time to the zone.
func (t ReaderZone) In(at time.Time) time.Time {
	if t.Zone == nil {
		return at.UTC()
	}
	return at.In(t.Zone)
}

// Suffix returns what follows a time of day: " (Lisbon time)", or "" if the reader chose the zone.
func (t ReaderZone) Suffix() string {
	if t.Chosen {
		return ""
	}
	return " (" + ZoneName(t.Zone) + ")"
}

// ZoneName returns the name of a time zone for use after a time: "Lisbon time", or "UTC". Nil is UTC.
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

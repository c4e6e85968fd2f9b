package dates_test

import (
	"testing"
	"time"

	"usher/hooks/tools/dates"
)

func TestStartOfDay(t *testing.T) {
	for _, c := range []struct {
		name, zone, at string
		days           int
		want           string
	}{
		{"an ordinary day", "Europe/Lisbon", "2026-11-20T12:00:00Z", 0, "2026-11-20T00:00:00Z"},
		{"the day after", "Europe/Lisbon", "2026-11-30T23:59:59Z", 1, "2026-12-01T00:00:00Z"},
		{"across the end of summer time", "Europe/Lisbon", "2026-10-26T00:00:00Z", -1, "2026-10-25T00:00:00+01:00"},
		{"midnight is skipped", "America/Santiago", "2026-09-06T15:00:00Z", 0, "2026-09-06T01:00:00-03:00"},
		{"the day before midnight is skipped", "America/Santiago", "2026-09-06T04:00:00Z", -1, "2026-09-05T00:00:00-04:00"},
		{"the day after midnight was skipped", "America/Santiago", "2026-09-06T04:00:00Z", 1, "2026-09-07T00:00:00-03:00"},
		{"midnight comes twice", "America/Havana", "2026-11-01T17:00:00Z", 0, "2026-11-01T00:00:00-04:00"},
		{"the hour before midnight comes twice", "America/Santiago", "2026-04-05T15:00:00Z", 0, "2026-04-05T00:00:00-04:00"},
		{"half an hour from a full hour", "Asia/Kathmandu", "2026-02-01T00:00:00Z", 0, "2026-02-01T00:00:00+05:45"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := dates.StartOfDay(at.In(zone), c.days).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

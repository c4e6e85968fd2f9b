package licences_test

import (
	"testing"
	"time"

	"usher/hooks/licences"
)

func TestStartOfDay_WhereClocksChangeAtMidnight(t *testing.T) {
	for _, s := range []struct{ name, zone, noon, want string }{
		{"an ordinary day", "Europe/Lisbon", "2026-11-20 12:00:00", "2026-11-20T00:00:00Z"},
		{"midnight is skipped", "America/Santiago", "2026-09-06 15:00:00", "2026-09-06T01:00:00-03:00"},
		{"midnight comes twice", "America/Havana", "2026-11-01 17:00:00", "2026-11-01T00:00:00-04:00"},
		{"the hour before midnight comes twice", "America/Santiago", "2026-04-05 15:00:00", "2026-04-05T00:00:00-04:00"},
	} {
		zone, err := time.LoadLocation(s.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := licences.StartOfDay(at(s.noon), 0, zone).In(zone).Format(time.RFC3339); got != s.want {
			t.Errorf("%s: got %s, want %s", s.name, got, s.want)
		}
	}
}

package text_test

import (
	"testing"
	"time"

	"usher/hooks/tools/text"
)

func TestTimeOfDay_AndDateAndTime(t *testing.T) {
	for hour, want := range map[int]string{0: "00:05", 9: "09:05", 12: "12:05", 23: "23:05"} {
		at := time.Date(2026, 11, 19, hour, 5, 59, 0, time.UTC)
		if got := text.TimeOfDay(at); got != want {
			t.Errorf("%s, not %s", got, want)
		}
		if got := text.DateAndTime(at, "Mon 2 Jan"); got != "Thu 19 Nov, "+want {
			t.Errorf("%s, not on Thu 19 Nov at %s", got, want)
		}
	}
}

func TestReaderZone_NamesZoneUnlessChosen(t *testing.T) {
	at := time.Date(2026, 7, 1, 16, 1, 0, 0, time.UTC)
	for _, test := range []struct {
		zone string
		own  bool
		want string
	}{
		{"Europe/Lisbon", false, "17:01 (Lisbon time)"},
		{"Europe/Berlin", false, "18:01 (Berlin time)"},
		{"Europe/Berlin", true, "18:01"},
		{"America/Argentina/Buenos_Aires", false, "13:01 (Buenos Aires time)"},
		{"UTC", false, "16:01 (UTC)"},
		{"", false, "16:01 (UTC)"},
	} {
		times := text.ReaderZone{Chosen: test.own}
		if test.zone != "" {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			times.Zone = zone
		}
		if got := text.TimeOfDay(times.In(at)) + times.Suffix(); got != test.want {
			t.Errorf("%q, own %v: %q, not %q", test.zone, test.own, got, test.want)
		}
	}
}

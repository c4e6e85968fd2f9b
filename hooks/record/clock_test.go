package record_test

import (
	"testing"
	"time"

	"usher/hooks/record"
)

func TestTheTimeOfDayHasOneForm(t *testing.T) {
	for hour, want := range map[int]string{0: "00:05", 9: "09:05", 12: "12:05", 23: "23:05"} {
		at := time.Date(2026, 11, 19, hour, 5, 59, 0, time.UTC)
		if got := record.Clock(at); got != want {
			t.Errorf("%s, not %s", got, want)
		}
		if got := record.OnClock(at, "Mon 2 Jan"); got != "Thu 19 Nov, "+want {
			t.Errorf("%s, not on Thu 19 Nov at %s", got, want)
		}
	}
}

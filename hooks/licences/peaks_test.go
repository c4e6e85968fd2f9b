package licences_test

import (
	"testing"
	"time"

	"usher/hooks/licences"
)

// assertPeaks compares the peaks with those wanted by date; any other day has none.
func (f *fixture) assertPeaks(now string, want map[string]int) {
	f.Helper()
	zone := f.zone()
	peaks, err := licences.Peaks(f.app, f.team.Id, zone, at(now))
	if err != nil || len(peaks) != licences.PeakDays {
		f.Fatalf("got %d days (error %v), want %d", len(peaks), err, licences.PeakDays)
	}
	if last := peaks[len(peaks)-1].Day.In(zone).Format(time.DateOnly); last != at(now).In(zone).Format(time.DateOnly) {
		f.Errorf("the last day is %s, want today", last)
	}
	for _, peak := range peaks {
		day := peak.Day.In(zone).Format(time.DateOnly)
		if peak.Licences != want[day] {
			f.Errorf("%s: got %d, want %d", day, peak.Licences, want[day])
		}
		delete(want, day)
	}
	for day := range want {
		f.Errorf("%s is missing", day)
	}
}

func (f *fixture) zone() *time.Location {
	f.Helper()
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		f.Fatal(err)
	}
	return zone
}

func TestPeaks_CountOverlaps(t *testing.T) {
	f := newFixture(t)
	f.ran("2026-11-17 10:00:00", "2026-11-17 11:00:00")
	f.ran("2026-11-17 10:30:00", "2026-11-17 12:00:00")
	f.ran("2026-11-17 11:00:00", "2026-11-17 12:00:00") // starts when the first ends
	f.ran("2026-11-17 14:00:00", "2026-11-17 14:30:00")
	f.ran("2026-11-18 10:00:00", "2026-11-18 11:00:00")
	f.ran("2026-11-18 11:00:00", "2026-11-18 12:00:00")
	f.ran("2026-11-18 10:30:00", "2026-11-18 10:30:00") // no length
	f.ran("2026-08-01 10:00:00", "2026-08-01 12:00:00") // too long ago
	f.seed("Never started", "scheduled", "2026-11-18 10:00:00", "2026-11-18 12:00:00", "", "")
	f.seed("Cancelled", "cancelled", "2026-11-18 10:00:00", "2026-11-18 12:00:00", "", "")
	f.assertPeaks("2026-11-20 09:00:00", map[string]int{"2026-11-17": 2, "2026-11-18": 1})
}

func TestPeaks_RunningSession_CountsUntilNow(t *testing.T) {
	f := newFixture(t)
	f.seed("Dailies", "running", "2026-11-19 22:00:00", "2026-11-19 23:00:00", "2026-11-19 22:00:00", "")
	f.ran("2026-11-20 08:00:00", "2026-11-20 09:00:00")
	f.assertPeaks("2026-11-20 10:00:00", map[string]int{"2026-11-19": 1, "2026-11-20": 2})
}

func TestPeaks_OverMidnight_CountOnBothDays(t *testing.T) {
	f := newFixture(t)
	f.ran("2026-11-17 23:00:00", "2026-11-18 01:00:00")
	f.ran("2026-11-18 00:30:00", "2026-11-18 02:00:00")
	f.ran("2026-11-18 22:00:00", "2026-11-19 00:00:00") // until midnight, not after it
	f.assertPeaks("2026-11-20 10:00:00", map[string]int{"2026-11-17": 1, "2026-11-18": 2})
}

func TestPeaks_OverNight_BeforeTheFirstDay(t *testing.T) {
	f := newFixture(t)
	f.ran("2026-08-22 20:00:00", "2026-08-23 02:00:00") // Lisbon is at UTC+1: until 03:00
	f.assertPeaks("2026-11-20 10:00:00", map[string]int{"2026-08-23": 1})
}

// The day on which the clocks go back lasts 25 hours, from 24 October 23:00 to 26 October 00:00 UTC.
func TestPeaks_DayOf25Hours(t *testing.T) {
	f := newFixture(t)
	f.ran("2026-10-24 22:30:00", "2026-10-24 23:30:00") // 24 October 23:30 to 25 October 00:30
	f.ran("2026-10-24 23:00:00", "2026-10-24 23:45:00")
	f.ran("2026-10-25 23:30:00", "2026-10-25 23:50:00") // still 25 October
	f.ran("2026-10-25 23:30:00", "2026-10-26 00:30:00")
	f.ran("2026-10-25 23:40:00", "2026-10-26 00:00:00")
	f.assertPeaks("2026-11-20 10:00:00", map[string]int{"2026-10-24": 1, "2026-10-25": 3, "2026-10-26": 1})
}

// The day on which the clocks go forward lasts 23 hours, from 29 March 00:00 to 23:00 UTC.
func TestPeaks_DayOf23Hours(t *testing.T) {
	f := newFixture(t)
	f.ran("2026-03-29 00:30:00", "2026-03-29 01:30:00")
	f.ran("2026-03-29 22:00:00", "2026-03-29 23:00:00")
	f.ran("2026-03-29 23:00:00", "2026-03-29 23:30:00") // 30 March
	f.ran("2026-03-29 23:10:00", "2026-03-29 23:20:00")
	f.assertPeaks("2026-04-20 10:00:00", map[string]int{"2026-03-29": 1, "2026-03-30": 2})
}

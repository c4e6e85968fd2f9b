package usage_test

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/usage"
)

func TestParseMonth(t *testing.T) {
	now := parseTime(t, "2026-10-31T23:30:00Z")
	for text, code := range map[string]string{"2026-11": "", "2000-01": "", "2199-12": "", "0000-01": "bad_month", "0-01": "bad_month", "2026-13": "bad_month", "2026-00": "bad_month",
		"2026": "bad_month", "2026-1": "bad_month", "26-11": "bad_month", "2026-11-01": "bad_month", "-2026-11": "bad_month", "1999-12": "bad_month", "2200-01": "bad_month",
		"99999-01": "bad_month", "november": "bad_month", "2026-11'": "bad_month", "\x00": "bad_month", "２０２６-11": "bad_month"} {
		month, err := usage.ParseMonth(text, now, time.UTC)
		hookstest.AssertCode(t, text, err, code)
		if code == "" && month.String() != text {
			t.Errorf("%q: got %s", text, month)
		}
	}
	for zone, want := range map[string]string{"UTC": "2026-10", "Asia/Tokyo": "2026-11", "America/New_York": "2026-10"} {
		month, err := usage.ParseMonth("", now, loadZone(t, zone))
		if err != nil || month.String() != want {
			t.Errorf("the current month in %s: got %s, %v, want %s", zone, month, err, want)
		}
	}
}

func loadZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestMonth_StartAndEnd(t *testing.T) {
	for _, c := range []struct{ zone, month, start, end string }{
		{"Europe/Lisbon", "2026-03", "2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z"}, // summer time from the 29th
		{"Europe/Lisbon", "2026-10", "2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z"},
		{"Asia/Tokyo", "2026-10", "2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z"},
		{"America/New_York", "2026-03", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
		{"America/New_York", "2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"}, // winter time from the 1st, 02:00
		{"Asia/Kathmandu", "2026-02", "2026-01-31T18:15:00Z", "2026-02-28T18:15:00Z"},
		{"UTC", "2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"America/Asuncion", "2017-10", "2017-10-01T04:00:00Z", "2017-11-01T03:00:00Z"}, // midnight of the 1st doesn't exist
		{"America/Havana", "2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"},   // midnight of the 1st comes twice
	} {
		month, err := usage.ParseMonth(c.month, time.Now(), loadZone(t, c.zone))
		if err != nil {
			t.Fatal(err)
		}
		if start, end := month.Start().UTC().Format(time.RFC3339), month.End().UTC().Format(time.RFC3339); start != c.start || end != c.end {
			t.Errorf("%s in %s: %s to %s, want %s to %s", c.month, c.zone, start, end, c.start, c.end)
		}
	}
}

func TestFileName_NamesTheMonthOfTheTeam(t *testing.T) {
	for _, zone := range []string{"Asia/Tokyo", "Europe/Lisbon", "America/New_York"} {
		month, err := usage.ParseMonth("2026-07", time.Now(), loadZone(t, zone))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := usage.FileName("halation-post", month), "halation-post-usage-2026-07.csv"; got != want {
			t.Errorf("%s: got %s, want %s", zone, got, want)
		}
	}
}

// Each session is in one month and on one day: that of its start in the team's time zone, or of its plan.
func TestLoad_MonthAndDayOfSessions(t *testing.T) {
	for _, c := range []struct{ zone, what, starts, started, ended, day string }{
		{"Europe/Lisbon", "the last instant of October", "2025-10-31T23:59:00Z", "2025-10-31T23:59:59.999Z", "2025-11-01T01:00:00Z", "2025-10-31"},
		{"Europe/Lisbon", "the first of November", "2025-10-31T23:55:00Z", "2025-11-01T00:00:00Z", "2025-11-01T01:00:00Z", "2025-11-01"},
		{"Europe/Lisbon", "summer time, before midnight", "2025-06-30T22:30:00Z", "2025-06-30T22:30:00Z", "2025-06-30T23:30:00Z", "2025-06-30"},
		{"Europe/Lisbon", "summer time, after midnight", "2025-06-30T23:00:00Z", "2025-06-30T23:00:00Z", "2025-06-30T23:30:00Z", "2025-07-01"},
		{"Europe/Lisbon", "before the clocks go forward", "2025-03-30T00:30:00Z", "2025-03-30T00:30:00Z", "2025-03-30T01:30:00Z", "2025-03-30"},
		{"Europe/Lisbon", "the last day of March in summer time", "2025-03-31T22:59:00Z", "2025-03-31T22:59:00Z", "2025-03-31T23:30:00Z", "2025-03-31"},
		{"Europe/Lisbon", "never started, planned for March", "2025-03-31T22:59:00Z", "", "", "2025-03-31"},
		{"Europe/Lisbon", "never started, planned for April", "2025-03-31T23:00:00Z", "", "", "2025-04-01"},
		{"Asia/Tokyo", "after midnight", "2025-09-30T15:00:00Z", "2025-09-30T15:00:00Z", "2025-09-30T16:00:00Z", "2025-10-01"},
		{"Asia/Tokyo", "before midnight", "2025-09-30T14:59:00Z", "2025-09-30T14:59:59Z", "2025-09-30T16:00:00Z", "2025-09-30"},
		{"America/New_York", "the hour that comes twice", "2025-11-02T05:30:00Z", "2025-11-02T05:30:00Z", "2025-11-02T07:00:00Z", "2025-11-02"},
		{"America/New_York", "the last hour of October", "2025-11-01T03:59:00Z", "2025-11-01T03:59:00Z", "2025-11-01T07:00:00Z", "2025-10-31"},
		{"America/New_York", "the last hour of November in winter time", "2025-12-01T04:59:00Z", "2025-12-01T04:59:00Z", "2025-12-01T05:30:00Z", "2025-11-30"},
		{"America/New_York", "planned for October, started in November", "2025-11-01T03:55:00Z", "2025-11-01T04:05:00Z", "2025-11-01T05:00:00Z", "2025-11-01"},
	} {
		t.Run(c.zone+"/"+c.what, func(t *testing.T) {
			s := newFixture(t, c.zone)
			run := hookstest.PastRun{Title: c.what, Starts: parseTime(t, c.starts)}
			if c.started != "" {
				run.Started, run.Ended = parseTime(t, c.started), parseTime(t, c.ended)
			}
			session := s.past(run)
			day, err := time.Parse(time.DateOnly, c.day)
			if err != nil {
				t.Fatal(err)
			}
			for offset := -1; offset <= 1; offset++ {
				month := time.Date(day.Year(), day.Month()+time.Month(offset), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
				report := s.load(month)
				if want := offset == 0; (len(report.Rows) == 1) != want || (report.Totals.Sessions == 1) != want {
					t.Errorf("%s has %d rows, %+v", month, len(report.Rows), report.Totals)
				}
				for _, one := range report.Days {
					if (one.Sessions == 1) != (one.Key == c.day) {
						t.Errorf("%s has %d sessions, want 1 on %s", one.Key, one.Sessions, c.day)
					}
				}
			}
			if details, err := usage.Find(s.app, s.actor("owner"), session.Id); err != nil || details.Month.String() != c.day[:7] {
				t.Errorf("details: %v, want the month of %s", err, c.day)
			}
		})
	}
}

package sessions_test

import (
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func mustLoadZone(t *testing.T, name string) *time.Location {
	t.Helper()
	at, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestExpandRule_DST_KeepsWallTime(t *testing.T) {
	for _, c := range []struct {
		zone, rule string
		first      time.Time // in its zone
		n          int
	}{
		{"Europe/Lisbon", "FREQ=WEEKLY;COUNT=60", time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC), 60},
		{"America/New_York", "RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=24", time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC), 24},
		{"Australia/Sydney", "freq=daily;until=20270430", time.Date(2027, 3, 20, 9, 30, 0, 0, time.UTC), 42},
		{"Asia/Kolkata", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270131T183000Z", time.Date(2027, 1, 4, 23, 0, 0, 0, time.UTC), 8},
		{"Europe/Berlin", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=7", time.Date(2027, 1, 31, 8, 0, 0, 0, time.UTC), 7},
	} {
		at := mustLoadZone(t, c.zone)
		first := time.Date(c.first.Year(), c.first.Month(), c.first.Day(), c.first.Hour(), c.first.Minute(), 0, 0, at)
		kept, starts, err := sessions.ExpandRule(c.rule, first, at)
		if err != nil || len(starts) != c.n || !starts[0].Equal(first) {
			t.Errorf("%s: %d starts, %v, want %v and %v", c.rule, len(starts), err, c.n, first)
			continue
		}
		for _, one := range starts {
			if one.In(at).Format("15:04") != first.Format("15:04") {
				t.Errorf("%s: %v", c.rule, one.In(at))
			}
		}
		if again, same, err := sessions.ExpandRule(kept, first, at); err != nil || again != kept || len(same) != len(starts) {
			t.Errorf("%q is kept as %q, which is kept as %q: %v, want %v and %v", c.rule, kept, again, err, kept, len(starts))
		}
	}
}

// Half past two is skipped once a year and occurs twice half a year later (RFC 5545, 3.3.10).
func TestExpandRule_SkippedAndRepeatedTimes(t *testing.T) {
	berlin := mustLoadZone(t, "Europe/Berlin")
	_, starts, err := sessions.ExpandRule("FREQ=DAILY;COUNT=4", time.Date(2027, 3, 26, 2, 30, 0, 0, berlin), berlin)
	if err != nil {
		t.Fatal(err)
	}
	if got := formatDays(starts, berlin); got != "26 02:30, 27 02:30, 29 02:30, 30 02:30" {
		t.Errorf("in spring %s, want %q", got, "26 02:30, 27 02:30, 29 02:30, 30 02:30")
	}
	_, starts, err = sessions.ExpandRule("FREQ=DAILY;COUNT=3", time.Date(2027, 10, 30, 2, 30, 0, 0, berlin), berlin)
	if got := formatDays(starts, berlin); err != nil || got != "30 02:30, 31 02:30, 01 02:30" {
		t.Errorf("in autumn %s, %v, want %q", got, err, "30 02:30, 31 02:30, 01 02:30")
	}
}

func formatDays(starts []time.Time, at *time.Location) string {
	var all []string
	for _, one := range starts {
		all = append(all, one.In(at).Format("02 15:04"))
	}
	return strings.Join(all, ", ")
}

func TestExpandRule_InvalidRules_AreRefused(t *testing.T) {
	first := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC) // a Monday
	begun := time.Now()
	for rule, says := range map[string]string{
		"": "can't read", "every monday": "can't read", "FREQ=FORTNIGHTLY;COUNT=2": "can't read", "FREQ=WEEKLY;COUNT=-2": "can't read",
		"FREQ=WEEKLY;COUNT=2\nDTSTART:20270101T000000Z": "can't read", "FREQ=WEEKLY;DTSTART=20200101T000000Z;COUNT=2": "can't read",
		"FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2": "can't read", strings.Repeat("FREQ=WEEKLY;", 40): "can't read", "FREQ=DAILY;INTERVAL=99999999999;COUNT=2": "can't read",
		"FREQ=WEEKLY": "no end", "FREQ=WEEKLY;INTERVAL=2": "no end", "FREQ=WEEKLY;COUNT=2;UNTIL=20270201": "two ends",
		"FREQ=MONTHLY;BYDAY=13MO;COUNT=3": "can't read", "FREQ=MONTHLY;BYDAY=-30MO;COUNT=3": "can't read", "FREQ=YEARLY;BYMONTH=5;BYDAY=-31SU;COUNT=3": "can't read",
		"FREQ=HOURLY;COUNT=3": "one session a day", "FREQ=SECONDLY;COUNT=3": "one session a day", "FREQ=DAILY;BYHOUR=9,10;COUNT=3": "one session a day",
		"FREQ=DAILY;COUNT=201": "up to 200", "FREQ=DAILY;UNTIL=20280101": "up to 200", "FREQ=DAILY;COUNT=1000000000": "up to 200",
		"FREQ=YEARLY;COUNT=9": "up to 2 years", "FREQ=WEEKLY;BYDAY=TU;COUNT=3": "doesn't match", "FREQ=WEEKLY;UNTIL=20270101": "doesn't match",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1": "doesn't match", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20280101": "doesn't match",
	} {
		_, _, err := sessions.ExpandRule(rule, first, time.UTC)
		if _, code, sentence, _ := errs.Details(err); code != sessions.CodeBadRule || !strings.Contains(sentence, says) {
			t.Errorf("%q: %v, want something of %q", rule, err, says)
		}
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s, want at most %v", took, 30*time.Second)
	}
}

func TestParseLocalTime_SkippedByDST_NamesNext(t *testing.T) {
	for _, c := range []struct{ date, clock, zone, want, says string }{
		{"2027-03-28", "01:59", "Europe/Berlin", "2027-03-28T00:59:00Z", ""},
		{"2027-03-28", "02:00", "Europe/Berlin", "", "02:00 doesn't exist on 28 March 2027 in Berlin because the clocks go forward. The next possible time is 03:00."},
		{"2027-03-28", "02:59", "Europe/Berlin", "", "The next possible time is 03:00."},
		{"2027-03-28", "03:00", "Europe/Berlin", "2027-03-28T01:00:00Z", ""},
		{"2027-10-31", "02:30", "Europe/Berlin", "2027-10-31T00:30:00Z", ""},
		{"2027-10-31", "03:00", "Europe/Berlin", "2027-10-31T02:00:00Z", ""},
		{"2027-10-03", "02:15", "Australia/Lord_Howe", "", "The next possible time is 02:30."},
		{"2027-04-04", "01:45", "Australia/Lord_Howe", "2027-04-03T14:45:00Z", ""},
		{"2011-12-30", "12:00", "Pacific/Apia", "", "The next possible time is 00:00."},
		{"2027-06-01", "10:00", "UTC", "2027-06-01T10:00:00Z", ""},
		{"1 June", "10:00", "UTC", "", "Choose a date"}, {"2027-02-30", "10:00", "UTC", "", "Choose a date"},
		{"2027-06-01", "25:00", "UTC", "", "Enter a time"}, {"2027-06-01", "10:00", "Mars/Olympus", "", "Choose a time zone"},
		{"2027-06-01", "10:00", "", "", "Choose a time zone"}, {"2027-06-01", "10:00", "Local", "", "Choose a time zone"},
	} {
		at, err := sessions.ParseLocalTime(c.date, c.clock, c.zone)
		if c.want != "" && (err != nil || at.UTC().Format(time.RFC3339) != c.want) {
			t.Errorf("%+v: %v, %v", c, at, err)
		}
		if _, _, sentence, _ := errs.Details(err); c.want == "" && (c.says == "" || !strings.Contains(sentence, c.says)) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestSchedule_SeriesWithTooManyInvites_IsRefused(t *testing.T) {
	s := newFixture(t, "unlimited")
	guests := make([]string, 60)
	for n := range guests {
		guests[n] = hookstest.SeedUserEmail(n + 1)
	}
	hookstest.AssertCode(t, "100 times 61", s.schedule("organizer", sessions.Form{Starts: daysFromNow(1, 9), Rule: "FREQ=DAILY;COUNT=100", Guests: guests}), sessions.CodeBadRule)
	if n := hookstest.Count(t, s.app, "sessions"); n != 0 {
		t.Errorf("%d sessions, want 0", n)
	}
	begun := time.Now()
	if err := s.schedule("organizer", sessions.Form{Starts: daysFromNow(1, 9), Rule: "FREQ=DAILY;COUNT=80", Guests: guests}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d places in %s", hookstest.Count(t, s.app, "participants"), time.Since(begun))
}

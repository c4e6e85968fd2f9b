package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"usher/views/app"
)

func TestRule_RoundTrip(t *testing.T) {
	for _, test := range []struct {
		date, repeat string
		days         []string
		rule, says   string
	}{
		{"2026-11-26", "", nil, "", ""},
		{"2026-11-26", "daily", nil, "FREQ=DAILY;COUNT=4", "4 sessions: every day, from Thu 26 Nov 2026 to Sun 29 Nov 2026."},
		{"2026-11-26", "weekdays", nil, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=4", "every weekday, Monday to Friday, from Thu 26 Nov 2026 to Tue 1 Dec 2026."},
		{"2026-11-26", "weekly", []string{"TH", "MO"}, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4", "every week on Monday and Thursday, from Thu 26 Nov 2026 to Mon 7 Dec 2026."},
		{"2026-11-26", "weekly", nil, "FREQ=WEEKLY;BYDAY=TH;COUNT=4", "every week on Thursday"},
		{"2026-11-26", "day", nil, "FREQ=MONTHLY;BYMONTHDAY=26;COUNT=4", "every month on day 26, from Thu 26 Nov 2026 to Fri 26 Feb 2027."},
		{"2026-11-19", "weekday", nil, "FREQ=MONTHLY;BYDAY=3TH;COUNT=4", "every month on the third Thursday"},
		{"2026-11-30", "weekday", nil, "FREQ=MONTHLY;BYDAY=-1MO;COUNT=4", "every month on the last Monday"},
	} {
		rule, again, days, err := app.RuleRoundTrip(test.date, test.repeat, test.days, "4")
		if err != nil || rule != test.rule || again != test.repeat {
			t.Errorf("%s of %s: %q, read back as %q, %v, want %v and %v", test.repeat, test.date, rule, again, err, test.rule, test.repeat)
		}
		if slices.Sort(test.days); test.days != nil && !slices.Equal(days, []string{"MO", "TH"}) {
			t.Error(days)
		}
		if says, wrong := app.RepeatText(test.date, test.repeat, test.days, "4"); !strings.Contains(says, test.says) || wrong != "" {
			t.Errorf("%s of %s: %q, %q, want %q and nothing wrong", test.repeat, test.date, says, wrong, test.says)
		}
	}
	if _, _, _, err := app.RuleRoundTrip("2026-11-26", "daily", nil, "0"); err == nil {
		t.Error("a series of none")
	}
	if says, wrong := app.RepeatText("2026-11-26", "weekly", []string{"MO"}, "4"); says != "" || !strings.Contains(wrong, "first session") {
		t.Errorf("a start that is not of the rule: %q, %q, want none and it with %q", says, wrong, "first session")
	}
}

func TestRepeatText_SeriesChange_SaysTheNewSeries(t *testing.T) {
	for _, test := range []struct{ scope, count, says string }{
		{"this", "4", ""},
		{"series", "4", "The series stays the same: every day, 4 sessions. A new time applies to all sessions that haven't started."},
		{"series", "3", "3 sessions: every day, from Thu 26 Nov 2026 to Sat 28 Nov 2026."},
	} {
		if says := app.SeriesChangeText(test.scope, test.count); says != test.says && (test.says == "" || !strings.HasPrefix(says, test.says)) {
			t.Errorf("%s of %s: %q", test.scope, test.count, says)
		}
	}
}

func TestNextSameWeekday_KeepsTheClockAcrossDST(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 25, 12, 0, 0, 0, zone)
	for day, want := range map[int]int{26: 33, 25: 32, 24: 31, 18: 32, 1: 29} { // of March; the clocks change on the 29th
		at := app.NextSameWeekday(time.Date(2026, 3, day, 10, 0, 0, 0, zone), now, zone)
		if !at.Equal(time.Date(2026, 3, want, 10, 0, 0, 0, zone)) {
			t.Errorf("of the %dth: %s", day, at)
		}
	}
}

package app_test

import (
	"fmt"
	"testing"
	"time"

	"usher/views/app"
)

func timeSpans(day time.Time, clocks ...string) []app.TimeSpan {
	var all []app.TimeSpan
	for n := 0; n < len(clocks); n += 2 {
		from, _ := time.ParseInLocation("2006-01-02 15:04", day.Format("2006-01-02 ")+clocks[n], day.Location())
		to, _ := time.ParseInLocation("2006-01-02 15:04", day.Format("2006-01-02 ")+clocks[n+1], day.Location())
		all = append(all, app.NewTimeSpan(from, to))
	}
	return all
}

func formatSegments(all []app.Segment) string {
	text := ""
	for _, p := range all {
		d := app.SegmentValues(p)
		text += fmt.Sprintf("%d:%d-%d %d/%d ", d[0], d[1], d[2], d[3], d[4])
	}
	return text
}

func TestDaySegments_Overlapping_GetLanes(t *testing.T) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		clocks []string
		want   string
	}{
		{"alone", []string{"09:00", "09:30"}, "0:36-38 1/1 "},
		{"ends that touch", []string{"09:00", "10:00", "10:00", "11:00"}, "0:36-40 1/1 1:40-44 1/1 "},
		{"two", []string{"10:00", "11:00", "10:30", "11:30"}, "0:40-44 1/2 1:42-46 2/2 "},
		{"a chain takes a lane that is free again", []string{"10:00", "11:00", "10:30", "12:00", "11:00", "11:30"}, "0:40-44 1/2 1:42-48 2/2 2:44-46 1/2 "},
		{"at once, the longer first", []string{"10:00", "10:15", "10:00", "11:00"}, "1:40-44 1/2 0:40-42 2/2 "},
		{"short ones that touch", []string{"10:00", "10:15", "10:15", "10:30"}, "0:40-42 1/2 1:41-43 2/2 "},
		{"odd minutes take their quarters", []string{"10:05", "10:20"}, "0:40-42 1/1 "},
		{"to the end of the day", []string{"23:50", "23:59"}, "0:94-96 1/1 "},
	} {
		if got := formatSegments(app.DaySegments(day, timeSpans(day, test.clocks...))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestDaySegments_OverMidnight_OnePerDay(t *testing.T) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	night := []app.TimeSpan{app.NewTimeSpan(day.Add(22*time.Hour), day.Add(50*time.Hour))}
	for n, want := range []string{"0:88-96 1/1 ", "0:0-96 1/1 ", "0:0-8 1/1 ", ""} {
		if got := formatSegments(app.DaySegments(app.AddDays(day, n), night)); got != want {
			t.Errorf("day %d: got %s, want %s", n, got, want)
		}
	}
}

func TestDaySegments_DSTChange_FollowTheClock(t *testing.T) {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	spring := time.Date(2026, 3, 29, 0, 0, 0, 0, lisbon) // 1:00 is 2:00
	autumn := time.Date(2026, 10, 25, 0, 0, 0, 0, lisbon)
	if hours := app.AddDays(spring, 1).Sub(spring).Hours(); hours != 23 {
		t.Fatalf("a day of %v hours, want 23", hours)
	}
	at := func(day time.Time, hours float64) time.Time {
		return day.Add(time.Duration(hours * float64(time.Hour)))
	}
	for _, test := range []struct {
		name     string
		day      time.Time
		from, to float64 // hours that have really passed since midnight
		want     string
	}{
		{"nine by the clock", spring, 8, 9, "0:36-40 1/1 "},
		{"over the hour that there is not", spring, 0.5, 1.5, "0:2-10 1/1 "},
		{"nine by the clock in autumn", autumn, 10, 11, "0:36-40 1/1 "},
		{"while the clock is turned back", autumn, 1.75, 2.25, "0:7-9 1/1 "},
		{"the whole day", autumn, 0, 25, "0:0-96 1/1 "},
	} {
		if got := formatSegments(app.DaySegments(test.day, []app.TimeSpan{app.NewTimeSpan(at(test.day, test.from), at(test.day, test.to))})); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	week := app.Monday(time.Date(2026, 3, 29, 23, 0, 0, 0, lisbon))
	if week.Format("Mon 2 Jan 15:04") != "Mon 23 Mar 00:00" || app.AddDays(week, 7).Format("Mon 2 Jan 15:04") != "Mon 30 Mar 00:00" {
		t.Error(week, app.AddDays(week, 7))
	}
}

func TestVisibleHours(t *testing.T) {
	for _, test := range []struct {
		name        string
		segment     app.Segment
		first, last int
	}{
		{"in working hours", app.NewSegment(40, 44, false, false), 8, 19},
		{"early", app.NewSegment(25, 30, false, false), 6, 19},
		{"late", app.NewSegment(70, 89, false, false), 8, 23},
		{"a whole day", app.NewSegment(0, 96, false, false), 0, 24},
		{"into the night", app.NewSegment(92, 96, false, true), 8, 24},
		{"from the afternoon into the night", app.NewSegment(64, 96, false, true), 8, 19},
		{"the rest of a night", app.NewSegment(0, 8, true, false), 8, 19},
		{"the rest of a long night", app.NewSegment(0, 38, true, false), 8, 19},
		{"the rest until late", app.NewSegment(0, 82, true, false), 8, 21},
		{"a day in the middle", app.NewSegment(0, 96, true, true), 8, 19},
	} {
		if first, last := app.VisibleHours([][]app.Segment{nil, {test.segment}}); first != test.first || last != test.last {
			t.Errorf("%s: got %d to %d, want %d to %d", test.name, first, last, test.first, test.last)
		}
	}
}

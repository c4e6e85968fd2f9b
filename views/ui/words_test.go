package ui_test

import (
	"testing"
	"time"

	"usher/views/ui"
)

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Marta Oliveira":              "MO",
		"Anneke de Vries":             "AV",
		"  ida   sørensen ":           "IS",
		"Noor":                        "NO",
		"X":                           "X",
		"Élodie Ünal":                 "ÉÜ",
		"李 小龙":                        "李小",
		"李小龙":                         "李小",
		"O’Brien (Sean)":              "OS",
		"leo.fontaine@halation.film":  "LF",
		"grace@lantern-vfx.com":       "GR",
		"\xff\xfe":                    "?",
		"👩‍🚀":                         "?",
		"":                            "?",
		"   ":                         "?",
		"@":                           "?",
		"Ida Sørensen <ida@film.com>": "II",
	} {
		if got := ui.Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFormatTime(t *testing.T) {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	tokyo := time.FixedZone("JST", 9*3600)
	now := time.Date(2026, 11, 19, 14, 32, 0, 0, time.UTC)
	for _, test := range []struct {
		at   time.Time
		in   *time.Location
		mode ui.TimeMode
		want string
	}{
		{now, lisbon, ui.Relative, "just now"},
		{now.Add(-59 * time.Second), lisbon, ui.Relative, "just now"},
		{now.Add(-time.Minute), lisbon, ui.Relative, "1 minute ago"},
		{now.Add(-12 * time.Minute), lisbon, ui.Relative, "12 minutes ago"},
		{now.Add(-time.Hour), lisbon, ui.Relative, "1 hour ago"},
		{now.Add(-24*time.Hour + time.Second), lisbon, ui.Relative, "23 hours ago"},
		{now.Add(-24 * time.Hour), lisbon, ui.Relative, "18 Nov, 14:32"},
		{now.Add(3 * time.Hour), lisbon, ui.Relative, "in 3 hours"},
		{now.Add(24 * time.Hour), lisbon, ui.Relative, "20 Nov, 14:32"},
		{time.Date(2026, 11, 17, 14, 20, 0, 0, time.UTC), lisbon, ui.Relative, "17 Nov, 14:20"},
		{time.Date(2026, 7, 17, 14, 20, 0, 0, time.UTC), lisbon, ui.Relative, "17 Jul, 15:20"},
		{time.Date(2025, 11, 17, 14, 20, 0, 0, time.UTC), lisbon, ui.Relative, "17 Nov 2025, 14:20"},
		{time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC), tokyo, ui.Short, "1 Jan 2027, 05:00"},
		{now.Add(-time.Minute), nil, ui.Short, "19 Nov, 14:31"},
		{time.Date(2026, 11, 26, 14, 32, 0, 0, time.UTC), lisbon, ui.Long, "Thursday 26 November, 14:32"},
		{time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC), lisbon, ui.Long, "Friday 1 January 2027, 09:00"},
		{now, lisbon, ui.Date, "19 Nov"},
		{now, tokyo, ui.Clock, "23:32"},
		{time.Time{}, lisbon, ui.Relative, "Never"},
	} {
		if got := ui.FormatTime(test.at, now, test.in, test.mode); got != test.want {
			t.Errorf("When(%v, %q) = %q, want %q", test.at, test.mode, got, test.want)
		}
	}
}

func TestTime_TitleIsExact(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	html := render(t, ui.Time(time.Date(2026, 1, 2, 20, 4, 0, 0, time.UTC), tokyo, ui.Short))
	assertContains(t, html, `datetime="2026-01-02T20:04:00Z"`, `title="Saturday 3 January 2026, 05:04 JST"`)
	if html := render(t, ui.Time(time.Time{}, nil, ui.Short)); html != "<span>Never</span>" {
		t.Error(html)
	}
}

func TestNumber_Count_FormatDuration(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567", -1000: "-1,000"} {
		if got := ui.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %v", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "less than a minute", time.Minute: "1 minute", 90 * time.Minute: "1 hour", 47 * time.Hour: "1 day", 6 * 24 * time.Hour: "6 days"} {
		if got := ui.FormatDuration(d); got != want {
			t.Errorf("Span(%v) = %q, want %v", d, got, want)
		}
	}
	if ui.Count(1, "person", "people") != "1 person" || ui.Count(1024, "person", "people") != "1,024 people" {
		t.Error("Count")
	}
}

package licences_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/licences"
	"usher/hooks/plans"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func (f *fixture) forecast(now string, limit int) *licences.Forecast {
	f.Helper()
	forecast, err := licences.NewForecast(f.app, f.team.Id, limit, f.zone(), at(now))
	if err != nil {
		f.Fatal(err)
	}
	if len(forecast.Days) != licences.ForecastDays {
		f.Fatalf("got %d days, want %d", len(forecast.Days), licences.ForecastDays)
	}
	return forecast
}

// hours lists the hours with sessions, in local time: "17 10:00 2", with a ! if there are too many.
func (f *fixture) hours(forecast *licences.Forecast) string {
	var all []string
	for _, day := range forecast.Days {
		for _, hour := range day.Hours {
			if hour.Sessions == 0 {
				continue
			}
			text := hour.Start.In(f.zone()).Format("2 15:04 ") + string(rune('0'+hour.Sessions))
			if hour.Over {
				text += "!"
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, ", ")
}

func (f *fixture) conflicts(forecast *licences.Forecast) string {
	var all []string
	for _, c := range forecast.Conflicts {
		var titles []string
		for _, p := range c.Sessions {
			titles = append(titles, p.Title)
		}
		all = append(all, c.From.In(f.zone()).Format("2 15:04")+" to "+c.To.In(f.zone()).Format("2 15:04")+" "+string(rune('0'+c.Peak))+": "+strings.Join(titles, " "))
	}
	return strings.Join(all, "; ")
}

func TestForecast_CountsOverlapsPerHour(t *testing.T) {
	f := newFixture(t)
	f.planned("A", "2026-11-17 10:00:00", "2026-11-17 11:00:00")
	f.planned("B", "2026-11-17 11:00:00", "2026-11-17 12:00:00") // touches A and C
	f.planned("C", "2026-11-17 10:15:00", "2026-11-17 10:30:00")
	f.planned("D", "2026-11-17 10:30:00", "2026-11-17 11:30:00")
	f.planned("E", "2026-11-18 23:30:00", "2026-11-19 00:30:00")
	f.planned("Last week", "2026-11-09 10:00:00", "2026-11-09 11:00:00")
	f.planned("Too far", "2026-11-23 00:00:00", "2026-11-23 01:00:00")
	f.seed("Cancelled", "cancelled", "2026-11-17 10:00:00", "2026-11-17 11:00:00", "", "")
	f.ran("2026-11-16 08:00:00", "2026-11-16 11:00:00")
	forecast := f.forecast("2026-11-16 09:00:00", 2)
	if got, want := f.hours(forecast), "17 10:00 2, 17 11:00 2, 18 23:00 1, 19 00:00 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := f.conflicts(forecast); got != "" {
		t.Errorf("got the conflicts %s, want none", got)
	}
}

func TestForecast_MoreSessionsThanLicences_AreConflicts(t *testing.T) {
	f := newFixture(t)
	f.planned("A", "2026-11-17 10:00:00", "2026-11-17 12:00:00")
	f.planned("B", "2026-11-17 10:30:00", "2026-11-17 11:30:00")
	f.planned("C", "2026-11-17 11:30:00", "2026-11-17 12:00:00") // when B ends
	f.planned("D", "2026-11-17 11:00:00", "2026-11-17 13:00:00")
	f.planned("E", "2026-11-17 09:00:00", "2026-11-17 10:30:00") // never a third
	hookstest.Exec(t, f.app, "UPDATE sessions SET elsewhere = 'https://meet.example.org/b' WHERE title = 'B'", nil)
	forecast := f.forecast("2026-11-16 09:00:00", 2)
	if got, want := f.hours(forecast), "17 09:00 1, 17 10:00 2, 17 11:00 3!, 17 12:00 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := f.conflicts(forecast), "17 11:00 to 17 12:00 3: A B D C"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	external := slices.DeleteFunc(forecast.Conflicts[0].Sessions, func(p licences.Planned) bool { return !p.External })
	if len(external) != 1 || external[0].Title != "B" {
		t.Errorf("got %v as external, want B", external)
	}
	if got := f.conflicts(f.forecast("2026-11-16 09:00:00", plans.Unlimited)); got != "" {
		t.Errorf("with unlimited licences: %s", got)
	}
	if got, want := f.conflicts(f.forecast("2026-11-16 09:00:00", 0)), "17 09:00 to 17 13:00 3: E A B D C"; got != want {
		t.Errorf("without licences: got %s, want %s", got, want)
	}
}

func TestForecast_RunningSessions_CountFromNow(t *testing.T) {
	f := newFixture(t)
	f.seed("On time", "running", "2026-11-16 07:00:00", "2026-11-16 11:00:00", "2026-11-16 07:00:00", "")
	f.seed("Over time", "running", "2026-11-16 07:00:00", "2026-11-16 08:55:00", "2026-11-16 07:00:00", "")
	f.planned("Late", "2026-11-16 08:30:00", "2026-11-16 09:30:00")
	f.planned("Past", "2026-11-16 07:00:00", "2026-11-16 09:00:00")
	forecast := f.forecast("2026-11-16 09:00:00", 2)
	if got, want := f.hours(forecast), "16 09:00 3!, 16 10:00 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := f.conflicts(forecast), "16 09:00 to 16 09:05 3: On time Over time Late"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for n, hour := range forecast.Days[0].Hours {
		if hour.Past != (n < 9) {
			t.Errorf("hour %d: past %v", n, hour.Past)
		}
	}
}

func TestForecast_DaysOfClockChanges(t *testing.T) {
	f := newFixture(t)
	f.planned("First", "2026-10-25 00:00:00", "2026-10-25 01:00:00") // 01:00, summer time
	f.planned("Second", "2026-10-25 01:00:00", "2026-10-25 02:00:00")
	f.planned("Spring", "2027-03-28 01:00:00", "2027-03-28 02:00:00") // 02:00; there is no 01:00
	autumn := f.forecast("2026-10-24 09:00:00", 2)
	if n := len(autumn.Days[1].Hours); n != 25 {
		t.Errorf("got %d hours in autumn, want 25", n)
	}
	if got, want := f.hours(autumn), "25 01:00 1, 25 01:00 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	spring := f.forecast("2027-03-27 09:00:00", 2)
	if n := len(spring.Days[1].Hours); n != 23 {
		t.Errorf("got %d hours in spring, want 23", n)
	}
	if got, want := f.hours(spring), "28 02:00 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOf_ReadsTheActorsTeam(t *testing.T) {
	f := newFixture(t)
	other := hookstest.Account(t, f.app, "other@x.example")
	hookstest.StartSession(t, f.app, other, hookstest.Team(t, f.app, other, "Other", "pro"), sessions.Form{})
	running := hookstest.StartSession(t, f.app, f.owner, f.team, sessions.Form{})
	report, err := licences.Of(f.app, hookstest.Actor(t, f.app, f.owner, f.team), running.Started()) // at the moment it starts
	if err != nil || report.Use.Used() != 1 || report.Seats.Licences.Used != 1 || report.Use.Sessions[0].Id != running.Id || report.Use.Limit != 2 {
		t.Fatalf("got %+v (error %v), want the session that runs", report, err)
	}
	if n := report.Peaks[len(report.Peaks)-1].Licences; n != 1 {
		t.Errorf("got a peak of %d today, want 1", n)
	}
	if len(report.Holders) != 1 || report.Holders[0].ID != f.owner.Id {
		t.Errorf("got the holders %+v, want the Owner", report.Holders)
	}
	for who, account := range map[string]*core.Record{
		"an Organizer": hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer"),
		"a member":     hookstest.Member(t, f.app, f.team, "member@x.example"),
		"a guest":      hookstest.Guest(t, f.app, f.team, "guest@x.example"),
	} {
		_, err := licences.Of(f.app, hookstest.Actor(t, f.app, account, f.team), time.Now())
		hookstest.AssertCode(t, who, err, errs.CodeNotAllowed)
	}
}

func TestForecast_OtherTeams_DoNotCount(t *testing.T) {
	f := newFixture(t)
	f.planned("A", "2026-11-17 10:00:00", "2026-11-17 11:00:00")
	other := hookstest.Team(t, f.app, hookstest.Account(t, f.app, "other@x.example"), "Other", "pro")
	hookstest.Exec(t, f.app, "UPDATE sessions SET team = {:team}", dbx.Params{"team": other.Id})
	if got := f.hours(f.forecast("2026-11-16 09:00:00", 2)); got != "" {
		t.Errorf("got %s, want none", got)
	}
}

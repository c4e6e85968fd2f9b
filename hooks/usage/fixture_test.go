package usage_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/usage"
)

// fixture is a team in a time zone, with a user in every role.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	users map[string]*core.Record
}

func newFixture(t *testing.T, zone string) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	team.Set("timezone", zone)
	if err := app.Save(team); err != nil {
		t.Fatal(err)
	}
	return &fixture{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}}
}

func (s *fixture) actor(who string) *actors.Actor {
	s.Helper()
	return hookstest.Actor(s.T, s.app, s.users[who], s.team)
}

// past adds a session of the organizer.
func (s *fixture) past(run hookstest.PastRun) *sessions.Session {
	s.Helper()
	return hookstest.PastSession(s.T, s.app, s.users["organizer"], s.team, run)
}

// load loads a month as the Owner, with all rows, oldest first.
func (s *fixture) load(month string, change ...func(*usage.Query)) *usage.Report {
	s.Helper()
	parsed, err := usage.ParseMonth(month, time.Now(), s.team.Zone())
	if err != nil {
		s.Fatal(err)
	}
	query := usage.Query{Month: parsed, Sort: "time", All: true}
	for _, f := range change {
		f(&query)
	}
	report, err := usage.Load(s.app, s.actor("owner"), query)
	if err != nil {
		s.Fatal(err)
	}
	return report
}

func (s *fixture) row(report *usage.Report, title string) usage.Row {
	s.Helper()
	for _, row := range report.Rows {
		if row.Title == title {
			return row
		}
	}
	s.Fatalf("no row for %q in %d rows", title, len(report.Rows))
	return usage.Row{}
}

func parseTime(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

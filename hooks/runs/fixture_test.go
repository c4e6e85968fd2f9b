package runs_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// fixture is a team with a user in every role.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	users map[string]*core.Record
}

func newFixture(t *testing.T, plan string) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", plan)
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

func (s *fixture) newSession(form sessions.Form) *sessions.Session {
	s.Helper()
	return hookstest.ScheduleSession(s.T, s.app, s.users["organizer"], s.team, form)
}

// newStartable is a session that can be started now.
func (s *fixture) newStartable(form sessions.Form) *sessions.Session {
	s.Helper()
	form.Starts = time.Now().Add(5 * time.Minute)
	return s.newSession(form)
}

func (s *fixture) newRunning(form sessions.Form) *sessions.Session {
	s.Helper()
	return hookstest.StartSession(s.T, s.app, s.users["organizer"], s.team, form)
}

// newHosted is a session that the organizer hosts, with a co-host who is a plain member, and an invited guest.
func (s *fixture) newHosted(start bool) *sessions.Session {
	s.Helper()
	form := sessions.Form{Cohosts: []string{s.users["member"].Id}, Guests: []string{"guest@x.example"}}
	if start {
		return s.newRunning(form)
	}
	return s.newStartable(form)
}

// reload reads a session again.
func (s *fixture) reload(id string) *sessions.Session {
	s.Helper()
	session, err := sessions.Find(s.app, s.team.Id, id)
	if err != nil {
		s.Fatal(err)
	}
	return session
}

func (s *fixture) sweep(at time.Time) {
	s.Helper()
	if err := runs.Sweep(s.app, at); err != nil {
		s.Fatal(err)
	}
}

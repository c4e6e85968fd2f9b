package rooms_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/teams"
)

// fixture is a team with a user in every role, and another team.
type fixture struct {
	*testing.T
	app             *core.BaseApp
	team, otherTeam *teams.Team
	users           map[string]*core.Record
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	team.Set("timezone", "Europe/Lisbon")
	if err := app.Save(team); err != nil {
		t.Fatal(err)
	}
	rival := hookstest.Account(t, app, "rival@x.example")
	return &fixture{t, app, team, hookstest.Team(t, app, rival, "Other", "free"), map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"rival":     rival,
	}}
}

func (s *fixture) actor(who string) *actors.Actor {
	s.Helper()
	if who == "rival" {
		return hookstest.Actor(s.T, s.app, s.users[who], s.otherTeam)
	}
	return hookstest.Actor(s.T, s.app, s.users[who], s.team)
}

// createRoom creates a room as the Owner.
func (s *fixture) createRoom(name string) *rooms.Room {
	s.Helper()
	room, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: &name})
	if err != nil {
		s.Fatal(err)
	}
	return room
}

func (s *fixture) reload(room *rooms.Room) *rooms.Room {
	s.Helper()
	found, err := rooms.Find(s.app, room.TeamID(), room.Id)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

var day = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)

// atTime is a time on a future day.
func atTime(clock string) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	return day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}

// newSession is a session in a room that isn't saved.
func (s *fixture) newSession(room, from, to string) *core.Record {
	s.Helper()
	return newSession(s.T, s.app, s.team.Id, s.users["owner"].Id, room, atTime(from), atTime(to))
}

func newSession(t testing.TB, app core.App, team, host, room string, from, to time.Time) *core.Record {
	t.Helper()
	return hookstest.NewRecord(t, app, "sessions", map[string]any{
		"team": team, "host": host, "host_name": "Marta", "title": "Grade review", "room": room,
		"starts": from, "minutes": int(to.Sub(from).Minutes()), "ends": to, "timezone": "Europe/Lisbon",
		"status": "scheduled", "code": core.GenerateDefaultRandomId(), "recording": "host",
		"resolution": "720p", "fps": 25, "codec": "vp8", "audio": "speech"})
}

// book saves a session in a room.
func (s *fixture) book(room, from, to string) *core.Record {
	s.Helper()
	r := s.newSession(room, from, to)
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
	return r
}

// reschedule moves a session to another time.
func reschedule(r *core.Record, from, to string) {
	r.Set("starts", atTime(from))
	r.Set("minutes", int(atTime(to).Sub(atTime(from)).Minutes()))
	r.Set("ends", atTime(to))
}

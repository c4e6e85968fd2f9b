package people_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/teams"
)

// fixture is a team with one user of each role, a guest, and an account that is not in it.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	users map[string]*core.Record
}

// newFixture makes the team. Its Admins can manage Admins if adminsManageAdmins.
func newFixture(t *testing.T, adminsManageAdmins bool) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	f := &fixture{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"admin2":    hookstest.Member(t, app, team, "admin2@x.example", "admin", "organizer"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
		"stranger":  hookstest.Account(t, app, "stranger@x.example"),
	}}
	team.Set("admins_manage_admins", adminsManageAdmins)
	f.must(app.Save(team))
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) actor(who string) *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, f.users[who], f.team)
}

// remove removes a user as the Owner.
func (f *fixture) remove(who string) {
	f.Helper()
	_, err := members.Remove(f.app, f.actor("owner"), f.users[who].Id, members.Handover{})
	f.must(err)
}

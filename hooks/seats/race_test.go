package seats_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

var organizer = actors.Roles{Organizer: true}

// newTeamWithOneSeat is a team with one free Organizer seat, and n accounts that are not in it.
func newTeamWithOneSeat(t *testing.T, app core.App, n int) (*core.Record, *teams.Team, []*core.Record) {
	t.Helper()
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "free")
	hookstest.Member(t, app, team, "second@x.example", "organizer")
	people := make([]*core.Record, n)
	for i := range people {
		people[i] = hookstest.Account(t, app, fmt.Sprintf("p%d@x.example", i))
	}
	return owner, team, people
}

// Each action takes the last Organizer seat for the i-th of some people.
var raceWriters = map[string]func(t *testing.T, app core.App, owner *core.Record, team *teams.Team, person *core.Record) func() error{
	"memberships": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, person *core.Record) func() error {
		r := hookstest.NewRecord(t, app, "memberships", map[string]any{
			"team": team.Id, "user": person.Id, "kind": "member", "organizer": true})
		return func() error { return app.Save(r) }
	},
	"invitations": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, person *core.Record) func() error {
		r := hookstest.NewRecord(t, app, "invitations", map[string]any{
			"team": team.Id, "email": person.Email(), "status": "pending", "expires": "2099-01-01 00:00:00.000Z", "organizer": true})
		return func() error { return app.Save(r) }
	},
	"roles of members": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, person *core.Record) func() error {
		r := hookstest.NewRecord(t, app, "memberships", map[string]any{"team": team.Id, "user": person.Id, "kind": "member"})
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
		r = hookstest.FindRecord(t, app, "memberships", r.Id)
		r.Set("organizer", true)
		return func() error { return app.Save(r) }
	},
	"TakeRoles": func(t *testing.T, app core.App, _ *core.Record, team *teams.Team, person *core.Record) func() error {
		r := hookstest.NewRecord(t, app, "memberships", map[string]any{"team": team.Id, "user": person.Id, "kind": "member"})
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
		// Past the limit of Admin seats: the race is for the Organizer seat.
		hookstest.Exec(t, app, "UPDATE memberships SET admin = 1 WHERE id = '"+r.Id+"'", nil)
		actor := hookstest.Actor(t, app, person, team)
		return func() error { return invitations.TakeRoles(app, actor, organizer) }
	},
	"Invite": func(t *testing.T, app core.App, owner *core.Record, team *teams.Team, person *core.Record) func() error {
		actor := hookstest.Actor(t, app, owner, team)
		return func() error {
			results, err := invitations.Invite(app, actor, invitations.Request{
				Lines: invitations.ParseLines([]string{person.Email()}), Roles: organizer})
			if err == nil && results[0].Status == invitations.Refused {
				err = errs.Invalid("roles", results[0].Code, results[0].Message)
			}
			return err
		}
	},
}

func runRace(t *testing.T, app core.App, n int, name string) (won int, now seats.Count) {
	t.Helper()
	owner, team, people := newTeamWithOneSeat(t, app, n)
	actions := make([]func() error, n)
	for i, person := range people {
		actions[i] = raceWriters[name](t, app, owner, team, person)
	}
	won = hookstest.CountSucceeded(t, hookstest.Race(n, func(i int) error { return actions[i]() }), seats.CodeFull)
	all, err := seats.Of(app, team.Id)
	if err != nil {
		t.Fatal(err)
	}
	return won, all.Organizer
}

func TestRequire_LastSeat_OneWins(t *testing.T) {
	for name := range raceWriters {
		for _, n := range []int{2, 50} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				app := hookstest.NewApp(t)
				hookstest.SlowWrites(app, "memberships", "invitations")
				won, now := runRace(t, app, n, name)
				if won != 1 || now.Used+now.Reserved != now.Limit {
					t.Errorf("%d of %d got the last seat: %+v, want 1 and %v", won, n, now, now.Limit)
				}
			})
		}
	}
}

// The control: the same guard outside of the write's transaction lets too many through, so the test
// above is able to fail.
func TestRequire_LastSeatWithoutTransaction_LosesRace(t *testing.T) {
	for _, name := range []string{"memberships", "invitations", "roles of members"} {
		t.Run(name, func(t *testing.T) {
			loose := func(app core.App) {
				settings.Set(app, hookstest.Config())
				plans.Register(app)
				teams.Register(app)
				guard := func(e *core.RecordEvent) error {
					if err := seats.ValidateSeats(e.App, e.Record); err != nil {
						return err
					}
					return e.Next()
				}
				app.OnRecordCreateExecute("memberships", "invitations").BindFunc(guard)
				app.OnRecordUpdateExecute("memberships", "invitations").BindFunc(guard)
				hookstest.SlowWrites(app, "memberships", "invitations")
			}
			for range 5 { // on a machine that is busy one race may go well by chance
				if won, _ := runRace(t, hookstest.NewBareApp(t, loose), 50, name); won > 1 {
					return
				}
			}
			t.Error("one got the last seat without a transaction; the race is not wide enough to show a fault")
		})
	}
}

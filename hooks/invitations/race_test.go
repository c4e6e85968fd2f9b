package invitations_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

var endedCodes = []string{invitations.CodeAccepted, invitations.CodeDeclined, invitations.CodeRevoked, invitations.CodeExpired}

// bareSave reads the invitation before the race and changes its copy in it, as the dashboard does.
func bareSave(f *fixture, id, status string) func() error {
	r := f.stored(id)
	r.Set("status", status)
	if status == invitations.Accepted {
		r.Set("user", f.lucia.Id)
	}
	return func() error { return f.app.Save(r) }
}

func viaAction(f *fixture, id, status string) func() error {
	actor := f.actor(f.owner)
	return func() (err error) {
		switch status {
		case invitations.Accepted:
			_, err = invitations.Accept(f.app, invitations.Response{Account: f.lucia, ID: id})
		case invitations.Declined:
			_, err = invitations.Decline(f.app, invitations.Response{Account: f.lucia, ID: id})
		default:
			_, err = invitations.Revoke(f.app, actor, id)
		}
		return err
	}
}

func TestAccept_ConcurrentWithOtherEnd_OneWins(t *testing.T) {
	ways := map[string]func(*fixture, string, string) func() error{"bare": bareSave, "acting": viaAction}
	for name, way := range ways {
		for against, other := range ways {
			for _, status := range []string{invitations.Revoked, invitations.Declined, invitations.Accepted} {
				t.Run(name+" accept against "+against+" "+status, func(t *testing.T) {
					f := newFixture(t)
					hookstest.SlowWrites(f.app, "invitations", "memberships")
					for range 3 {
						id := f.invite(luciaEmail, "organizer").ID
						actions := []func() error{way(f, id, invitations.Accepted), other(f, id, status)}
						results := hookstest.Race(2, func(i int) error { return actions[i]() })
						won, end := hookstest.CountSucceeded(t, results, endedCodes...), f.stored(id).GetString("status")
						_, in := f.roles(f.lucia)
						twice := status == invitations.Accepted && name+against != "actingacting" // doing the same twice changes nothing
						if won != 1 && !twice || in != (end == invitations.Accepted) || results[0] == nil && !in {
							t.Errorf("got %d successes, status %s, member %v (%v)", won, end, in, results)
						}
						if in {
							_, err := members.Remove(f.app, f.actor(f.owner), f.lucia.Id, members.Handover{})
							f.must(err)
						}
					}
				})
			}
		}
	}
}

// Control: without a transaction, the same rules let both succeed, so the test above can fail.
func TestValidateUpdate_WithoutTx_LosesRace(t *testing.T) {
	app := hookstest.NewBareApp(t, func(app core.App) {
		settings.Set(app, hookstest.Config())
		accounts.Register(app)
		plans.Register(app)
		teams.Register(app)
		app.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
			if err := invitations.ValidateUpdate(e.App, e.Record); err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			return invitations.CreateMembership(e.App, e.Record)
		})
		hookstest.SlowWrites(app, "invitations", "memberships")
	})
	owner := hookstest.Account(t, app, "marta@halation.example")
	f := &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
	r := hookstest.NewRecord(t, app, "invitations", map[string]any{"team": f.team.Id, "email": luciaEmail, "status": "pending",
		"expires": "2099-01-01 00:00:00.000Z"})
	f.must(app.Save(r))
	actions := []func() error{bareSave(f, r.Id, invitations.Accepted), bareSave(f, r.Id, invitations.Revoked)}
	if won := hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error { return actions[i]() }), endedCodes...); won != 2 {
		t.Errorf("got %d successes without a transaction, want 2", won)
	}
}

func TestAccept_ConcurrentWithRemoval_LeavesNoMembership(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "invitations", "memberships")
	first := map[string]int{}
	for range 10 {
		f.must(f.app.RunInTransaction(func(tx core.App) error {
			return members.Grant(tx, f.team.Id, f.lucia.Id, f.actor(f.owner).Roles.Without(f.actor(f.owner).Roles))
		}))
		id := f.invite(luciaEmail, "organizer").ID
		actor := f.actor(f.owner)
		results := hookstest.Race(2, func(i int) error {
			if i == 0 {
				return viaAction(f, id, invitations.Accepted)()
			}
			_, err := members.Remove(f.app, actor, f.lucia.Id, members.Handover{})
			return err
		})
		hookstest.CountSucceeded(t, results, endedCodes...)
		_, in := f.roles(f.lucia)
		end := f.stored(id).GetString("status")
		if in || results[1] != nil || end == invitations.Pending || (end == invitations.Accepted) != (results[0] == nil) {
			t.Fatalf("got member %v, invitation %s (%v)", in, end, results)
		}
		first[end]++
	}
	t.Logf("%v", first)
}

func TestInvite_ConcurrentSameAddress_OneInvitation(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "invitations")
	actor := f.actor(f.owner)
	results := hookstest.Race(10, func(int) error {
		results, err := invitations.Invite(f.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{luciaEmail})})
		if err == nil && results[0].Status == invitations.Refused {
			err = errs.Invalid("email", results[0].Code, results[0].Message)
		}
		return err
	})
	if won := hookstest.CountSucceeded(t, results, invitations.CodeAlreadyInvited); won != 1 || hookstest.Count(t, f.app, "invitations") != 1 {
		t.Errorf("got %d successes, %d invitations, want 1 and 1", won, hookstest.Count(t, f.app, "invitations"))
	}
}

func TestAcceptNew_Concurrent_CreatesOneAccount(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(f.app, "users", "invitations")
	token := f.setLink(f.invite("nia@x.example", "organizer").ID)
	results := hookstest.Race(4, func(int) error {
		_, _, err := invitations.AcceptNew(f.app, newAccountForm(token))
		return err
	})
	if won := hookstest.CountSucceeded(t, results, invitations.CodeAccepted); won != 1 {
		t.Errorf("got %d successes, want 1", won)
	}
	if _, err := accounts.Find(f.app, "nia@x.example"); errors.Is(err, errs.ErrNotFound) {
		t.Error("no account")
	}
}

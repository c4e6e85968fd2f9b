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
func bareSave(w *fixture, id, status string) func() error {
	r := w.stored(id)
	r.Set("status", status)
	if status == invitations.Accepted {
		r.Set("user", w.lucia.Id)
	}
	return func() error { return w.app.Save(r) }
}

func viaAction(w *fixture, id, status string) func() error {
	actor := w.actor(w.owner)
	return func() (err error) {
		switch status {
		case invitations.Accepted:
			_, err = invitations.Accept(w.app, invitations.Response{Account: w.lucia, ID: id})
		case invitations.Declined:
			_, err = invitations.Decline(w.app, invitations.Response{Account: w.lucia, ID: id})
		default:
			_, err = invitations.Revoke(w.app, actor, id)
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
					w := newFixture(t)
					hookstest.SlowWrites(w.app, "invitations", "memberships")
					for range 3 {
						id := w.invite(luciaEmail, "organizer").ID
						deeds := []func() error{way(w, id, invitations.Accepted), other(w, id, status)}
						results := hookstest.Race(2, func(i int) error { return deeds[i]() })
						won, end := hookstest.CountSucceeded(t, results, endedCodes...), w.stored(id).GetString("status")
						_, in := w.roles(w.lucia)
						twice := status == invitations.Accepted && name+against != "actingacting" // the same twice is no change
						if won != 1 && !twice || in != (end == invitations.Accepted) || results[0] == nil && !in {
							t.Errorf("%d won, it is %s, in the team: %v (%v)", won, end, in, results)
						}
						if in {
							_, err := members.Remove(w.app, w.actor(w.owner), w.lucia.Id)
							w.must(err)
						}
					}
				})
			}
		}
	}
}

// The control: the same rules outside of a transaction let both win, so the test above is able to fail.
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
	w := &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
	r := hookstest.NewRecord(t, app, "invitations", map[string]any{"team": w.team.Id, "email": luciaEmail, "status": "pending",
		"expires": "2099-01-01 00:00:00.000Z"})
	w.must(app.Save(r))
	deeds := []func() error{bareSave(w, r.Id, invitations.Accepted), bareSave(w, r.Id, invitations.Revoked)}
	if won := hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error { return deeds[i]() }), endedCodes...); won != 2 {
		t.Errorf("%d won without a transaction; the race is not wide enough to show a fault", won)
	}
}

func TestAccept_ConcurrentWithRemoval_LeavesNoMembership(t *testing.T) {
	w := newFixture(t)
	hookstest.SlowWrites(w.app, "invitations", "memberships")
	first := map[string]int{}
	for range 10 {
		w.must(w.app.RunInTransaction(func(tx core.App) error {
			return members.Grant(tx, w.team.Id, w.lucia.Id, w.actor(w.owner).Roles.Without(w.actor(w.owner).Roles))
		}))
		id := w.invite(luciaEmail, "organizer").ID
		actor := w.actor(w.owner)
		results := hookstest.Race(2, func(i int) error {
			if i == 0 {
				return viaAction(w, id, invitations.Accepted)()
			}
			_, err := members.Remove(w.app, actor, w.lucia.Id)
			return err
		})
		hookstest.CountSucceeded(t, results, endedCodes...)
		_, in := w.roles(w.lucia)
		end := w.stored(id).GetString("status")
		if in || results[1] != nil || end == invitations.Pending || (end == invitations.Accepted) != (results[0] == nil) {
			t.Fatalf("in the team: %v, the invitation is %s (%v)", in, end, results)
		}
		first[end]++
	}
	t.Logf("%v", first)
}

func TestInvite_ConcurrentSameAddress_OneInvitation(t *testing.T) {
	w := newFixture(t)
	hookstest.SlowWrites(w.app, "invitations")
	actor := w.actor(w.owner)
	results := hookstest.Race(10, func(int) error {
		results, err := invitations.Invite(w.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{luciaEmail})})
		if err == nil && results[0].Status == invitations.Refused {
			err = errs.Invalid("email", results[0].Code, results[0].Message)
		}
		return err
	})
	if won := hookstest.CountSucceeded(t, results, invitations.CodeAlreadyInvited); won != 1 || hookstest.Count(t, w.app, "invitations") != 1 {
		t.Errorf("%d won, %d invitations", won, hookstest.Count(t, w.app, "invitations"))
	}
}

func TestAcceptNew_Concurrent_CreatesOneAccount(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	hookstest.SlowWrites(w.app, "users", "invitations")
	token := w.setLink(w.invite("nia@x.example", "organizer").ID)
	results := hookstest.Race(4, func(int) error {
		_, _, err := invitations.AcceptNew(w.app, newAccountForm(token))
		return err
	})
	if won := hookstest.CountSucceeded(t, results, invitations.CodeAccepted); won != 1 {
		t.Errorf("%d won", won)
	}
	if _, err := accounts.Find(w.app, "nia@x.example"); errors.Is(err, errs.NotFound) {
		t.Error("no account")
	}
}

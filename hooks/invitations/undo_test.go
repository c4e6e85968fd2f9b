package invitations_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// decline invites Lucia as Organizer and declines with the link.
func (f *fixture) decline() (id, token string) {
	f.Helper()
	result := f.invite(luciaEmail, "organizer")
	_, err := invitations.Decline(f.app, invitations.Response{Token: tokenOf(result)})
	f.must(err)
	return result.ID, tokenOf(result)
}

func (f *fixture) undo(token string) error {
	_, err := invitations.UndoDecline(f.app, invitations.Response{Token: token})
	return err
}

func (f *fixture) ageAnswer(id string, age time.Duration) {
	f.Helper()
	hookstest.Exec(f.T, f.app, "UPDATE invitations SET answered = {:at} WHERE id = {:id}", dbx.Params{"id": id, "at": record.FormatTime(time.Now().Add(-age))})
}

func TestUndoDecline_RestoresTheInvitation(t *testing.T) {
	f := newFixture(t)
	id, token := f.decline()
	expires := f.stored(id).GetString("expires")
	f.ageAnswer(id, 9*time.Minute)
	i, err := invitations.UndoDecline(f.app, invitations.Response{Token: token})
	f.must(err)
	if i.Status() != invitations.Pending || i.GetString("expires") != expires || !i.Answered().IsZero() || f.seats().Organizer.Reserved != 1 {
		t.Errorf("got %s until %s, answered %v, %+v, want it pending until %s with its seat", i.Status(), i.Expires(), i.Answered(), f.seats(), expires)
	}
	hookstest.AssertCode(t, "twice", f.undo(token), invitations.CodeNothingToDo)
	if _, err := invitations.Decline(f.app, invitations.Response{Account: f.lucia, ID: id}); err != nil {
		t.Errorf("declined again: %v, want no error", err)
	}
	_, err = invitations.UndoDecline(f.app, invitations.Response{Account: f.lucia, ID: id})
	f.must(err)
	if _, err := invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: token}); err != nil {
		t.Errorf("accepted after all: %v, want no error", err)
	}
	hookstest.AssertCode(t, "accepted", f.undo(token), invitations.CodeAccepted)
	actions := hookstest.QueryRows(t, f.app, "SELECT action FROM audit WHERE target = '"+id+"' AND result = 'ok' AND action LIKE 'invitation.re%'")
	if len(actions) != 2 || actions[0] != "invitation.reopen" {
		t.Errorf("got %q in the audit log, want 2 of invitation.reopen", actions)
	}
}

func TestUndoDecline_Refused(t *testing.T) {
	for name, s := range map[string]struct {
		since func(f *fixture, id string)
		code  string
	}{
		"eleven minutes":    {func(f *fixture, id string) { f.ageAnswer(id, 11*time.Minute) }, invitations.CodeDeclined},
		"declined by hand":  {func(f *fixture, id string) { hookstest.Exec(f.T, f.app, "UPDATE invitations SET answered = ''", nil) }, invitations.CodeDeclined},
		"cleared":           {func(f *fixture, id string) { f.must(invitations.Clear(f.app, f.actor(f.owner), id)) }, invitations.CodeDeclined},
		"invited again":     {func(f *fixture, _ string) { f.invite(luciaEmail, "organizer") }, invitations.CodeReplaced},
		"invited, revoked":  {func(f *fixture, _ string) { f.revoke(f.invite(luciaEmail).ID) }, invitations.CodeRevoked},
		"expired meanwhile": {func(f *fixture, id string) { f.makeOverdue(id) }, invitations.CodeExpired},
		"joined meanwhile": {func(f *fixture, _ string) {
			f.must(f.app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, f.team.Id, f.lucia.Id, mustRoles(f.T, "organizer")) }))
		}, invitations.CodeAlreadyMember},
		"removed from the team": {func(f *fixture, _ string) {
			f.must(f.app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, f.team.Id, f.lucia.Id, mustRoles(f.T)) }))
			_, err := members.Remove(f.app, f.actor(f.owner), f.lucia.Id, members.Handover{})
			f.must(err)
		}, invitations.CodeDeclined},
		"the inviter is no longer an Admin": {func(f *fixture, id string) {
			hookstest.Exec(f.T, f.app, "UPDATE invitations SET inviter = {:lucia}", dbx.Params{"lucia": f.lucia.Id})
		}, "not_allowed"},
		"no seat": {func(f *fixture, _ string) {
			hookstest.Exec(f.T, f.app, "UPDATE teams SET organizer_seats = (SELECT count(*) FROM memberships WHERE organizer)", nil)
		}, seats.CodeFull},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			id, token := f.decline()
			s.since(f, id)
			before := f.stored(id).GetString("status")
			hookstest.AssertCode(t, "by link", f.undo(token), s.code)
			_, err := invitations.UndoDecline(f.app, invitations.Response{Account: f.lucia, ID: id})
			hookstest.AssertCode(t, "by id", err, s.code)
			r := f.stored(id)
			r.Set("status", invitations.Pending)
			r.Set("answered", "")
			hookstest.AssertCode(t, "by a bare save", f.app.Save(r), s.code)
			i, err := invitations.Find(f.app, id)
			f.must(err)
			if err := invitations.CanUndoDecline(f.app, i); err == nil && s.code != seats.CodeFull {
				t.Error("offered, want it refused")
			}
			if after := f.stored(id).GetString("status"); after != before {
				t.Errorf("got %s after a refusal, want %s", after, before)
			}
		})
	}
	f := newFixture(t)
	id, token := f.decline()
	_, err := invitations.UndoDecline(f.app, invitations.Response{Account: f.owner, ID: id})
	if !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("another account, by id: %v, want %v", err, errs.ErrNotFound)
	}
	_, err = invitations.UndoDecline(f.app, invitations.Response{Account: f.owner, Token: token})
	hookstest.AssertCode(t, "another account", err, accounts.CodeWrongAccount)
}

func (f *fixture) revoke(id string) {
	f.Helper()
	_, err := invitations.Revoke(f.app, f.actor(f.owner), id)
	f.must(err)
}

// bareUndo and bareClear read the invitation before the race, as the dashboard does.
func bareUndo(f *fixture, id string) func() error {
	r := f.stored(id)
	r.Set("status", invitations.Pending)
	r.Set("answered", "")
	return func() error { return f.app.Save(r) }
}

func bareClear(f *fixture, id string) func() error {
	r := f.stored(id)
	r.Set("cleared", true)
	return func() error { return f.app.Save(r) }
}

func TestUndoDecline_ConcurrentWithClear_OneWins(t *testing.T) {
	for name, actions := range map[string]func(f *fixture, id, token string) []func() error{
		"actions": func(f *fixture, id, token string) []func() error {
			actor := f.actor(f.owner)
			return []func() error{func() error { return f.undo(token) }, func() error { return invitations.Clear(f.app, actor, id) }}
		},
		"bare": func(f *fixture, id, _ string) []func() error {
			return []func() error{bareUndo(f, id), bareClear(f, id)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			hookstest.SlowWrites(f.app, "invitations")
			id, token := f.decline()
			both := actions(f, id, token)
			results := hookstest.Race(2, func(n int) error { return both[n]() })
			won := hookstest.CountSucceeded(t, results, invitations.CodeDeclined, invitations.CodeNothingToDo)
			if r := f.stored(id); won != 1 || (r.GetString("status") == invitations.Pending) == r.GetBool("cleared") {
				t.Errorf("got %d successes, %s, cleared %v (%v), want 1", won, r.GetString("status"), r.GetBool("cleared"), results)
			}
		})
	}
}

// Control: without a transaction, the same rules let both succeed, so the test above can fail.
func TestValidateUpdate_UndoAndClearWithoutTx_LosesRace(t *testing.T) {
	app := hookstest.NewBareApp(t, func(app core.App) {
		settings.Set(app, hookstest.Config())
		accounts.Register(app)
		plans.Register(app)
		teams.Register(app)
		app.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
			if err := invitations.ValidateUpdate(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.SlowWrites(app, "invitations")
	})
	owner := hookstest.Account(t, app, "marta@halation.example")
	f := &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), hookstest.Account(t, app, luciaEmail)}
	r := hookstest.NewRecord(t, app, "invitations", map[string]any{"team": f.team.Id, "email": luciaEmail, "status": "declined",
		"expires": "2099-01-01 00:00:00.000Z", "answered": record.FormatTime(time.Now())})
	f.must(app.Save(r))
	actions := []func() error{bareUndo(f, r.Id), bareClear(f, r.Id)}
	if won := hookstest.CountSucceeded(t, hookstest.Race(2, func(n int) error { return actions[n]() }), endedCodes...); won != 2 {
		t.Errorf("got %d successes without a transaction, want 2", won)
	}
}

func TestUndoDecline_ConcurrentForTheLastSeat_OneWins(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "invitations")
	_, token := f.decline()
	hookstest.Exec(t, f.app, "UPDATE teams SET organizer_seats = (SELECT count(*) + 1 FROM memberships WHERE organizer)", nil)
	actor := f.actor(f.owner)
	results := hookstest.Race(2, func(n int) error {
		if n == 0 {
			return f.undo(token)
		}
		r := hookstest.NewRecord(t, f.app, "invitations", map[string]any{"team": f.team.Id, "email": "other@x.example", "organizer": true,
			"status": "pending", "inviter": actor.Account.Id})
		return f.app.Save(r)
	})
	if won := hookstest.CountSucceeded(t, results, seats.CodeFull); won != 1 || f.seats().Organizer.Reserved != 1 {
		t.Errorf("got %d successes, %+v (%v), want 1", won, f.seats(), results)
	}
}

func TestDecline_TooOftenFromOneNetwork_IsRefusedWithoutAnEntry(t *testing.T) {
	f := newFixture(t)
	token := tokenOf(f.invite(luciaEmail))
	answer := func(ip string, n int) error {
		respond := []func(core.App, invitations.Response) (*invitations.Invitation, error){invitations.Decline, invitations.UndoDecline}[n%2]
		_, err := respond(f.app, invitations.Response{Token: token, IP: ip})
		return err
	}
	var refused error
	for n := 0; n < 60 && refused == nil; n++ {
		entries := hookstest.Count(t, f.app, "audit")
		if refused = answer("192.0.2.7", n); refused != nil && hookstest.Count(t, f.app, "audit") != entries {
			t.Error("the refusal wrote an audit entry, want none")
		}
	}
	hookstest.AssertCode(t, "many answers", refused, errs.CodeTooMany)
	if err := answer("198.51.100.7", 0); errs.Code(err) == errs.CodeTooMany {
		t.Errorf("from another network: got %v, want it to be answered", err)
	}
}

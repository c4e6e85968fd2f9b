package invitations_test

import (
	"sync"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/people"
)

func TestClear_EndedInvitations_LeaveTheList(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "business")
	actor := hookstest.Actor(t, app, owner, team)
	count := func() people.Counts {
		counts, err := people.Count(app, team.Id)
		if err != nil {
			t.Fatal(err)
		}
		return counts
	}
	for _, state := range []string{"declined", "revoked", "expired", "overdue", "pending", "accepted"} {
		id := hookstest.Invite(t, app, owner, team, state+"@x.example", "organizer").ID
		switch state {
		case "overdue":
			hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": id})
		default:
			hookstest.Exec(t, app, "UPDATE invitations SET status = {:s} WHERE id = {:id}", dbx.Params{"id": id, "s": state})
		}
		before := count().Total
		err := invitations.Clear(app, actor, id)
		if state == "pending" || state == "accepted" {
			hookstest.AssertCode(t, state, err, invitations.CodeNothingToDo)
			continue
		}
		if after := count().Total; err != nil || after != before-1 {
			t.Errorf("%s: got %d entries after %d, %v, want one less", state, after, before, err)
		}
		hookstest.AssertCode(t, state+", cleared again", invitations.Clear(app, actor, id), invitations.CodeNothingToDo)
		if again := hookstest.Invite(t, app, owner, team, state+"@x.example"); count().Total != before {
			t.Errorf("%s: invited again as %+v, it isn't listed", state, again)
		}
	}
}

func TestClear_Concurrent_OneClears(t *testing.T) {
	f := newFixture(t)
	hookstest.SlowWrites(f.app, "invitations")
	id, actor := f.inviteInState(invitations.Declined).ID, f.actor(f.owner)
	results := hookstest.Race(2, func(int) error { return invitations.Clear(f.app, actor, id) })
	if won := hookstest.CountSucceeded(t, results, invitations.CodeNothingToDo); won != 1 {
		t.Errorf("got %d successes (%v), want 1", won, results)
	}
}

// Control: without a transaction, both read the invitation before the other clears it, so the test above can fail.
func TestCanClear_WithoutTx_LosesRace(t *testing.T) {
	f := newFixture(t)
	id, actor := f.inviteInState(invitations.Declined).ID, f.actor(f.owner)
	var read sync.WaitGroup
	read.Add(2)
	results := hookstest.Race(2, func(int) error {
		i, err := invitations.Find(f.app, id)
		if err == nil {
			err = invitations.CanClear(actor, i, actors.Roles{})
		}
		read.Done()
		read.Wait()
		if err != nil {
			return err
		}
		i.Set("cleared", true)
		return f.app.Save(i)
	})
	if won := hookstest.CountSucceeded(t, results, invitations.CodeNothingToDo); won != 2 {
		t.Errorf("got %d successes without a transaction, want 2", won)
	}
}

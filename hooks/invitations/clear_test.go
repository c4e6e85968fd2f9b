package invitations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

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
	for _, state := range []string{"declined", "revoked", "expired", "overdue", "pending"} {
		id := hookstest.Invite(t, app, owner, team, state+"@x.example", "organizer").ID
		switch state {
		case "overdue":
			hookstest.Exec(t, app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": id})
		default:
			hookstest.Exec(t, app, "UPDATE invitations SET status = {:s} WHERE id = {:id}", dbx.Params{"id": id, "s": state})
		}
		before := count().Total
		err := invitations.Clear(app, actor, id)
		if state == "pending" {
			hookstest.AssertCode(t, state, err, "nothing_to_do")
			continue
		}
		if after := count().Total; err != nil || after != before-1 {
			t.Errorf("%s: got %d entries after %d, %v, want one less", state, after, before, err)
		}
		if again := hookstest.Invite(t, app, owner, team, state+"@x.example"); count().Total != before {
			t.Errorf("%s: invited again as %+v, it isn't listed", state, again)
		}
	}
}

package bulk_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
)

func TestDo_CountsHandedOverAndCancelledSessions(t *testing.T) {
	f := newFixture(t, true)
	f.team.Set("organizer_seats", 10) // otherwise every member can host
	f.must(f.app.Save(f.team))
	hookstest.ScheduleSession(t, f.app, f.users["organizer"], f.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=2"})
	hookstest.ScheduleSession(t, f.app, f.users["both"], f.team, sessions.Form{})
	owner := hookstest.Actor(t, f.app, f.users["owner"], f.team)
	ids := []string{f.ids["organizer"], f.ids["both"], f.ids["member"]}
	count := func(result bulk.Result, err error) (handedOver, cancelled int) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return result.Sessions()
	}
	for _, s := range []struct {
		action                bulk.Action
		handedOver, cancelled int
	}{
		{bulk.Action{Kind: bulk.Remove}, 0, 3},
		{bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{To: f.ids["owner"]}}, 3, 0},
		{bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}}, 0, 3},
		{bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Admin: true}}, 0, 0},
	} {
		if on, off := count(bulk.Preview(f.app, owner, s.action, ids)); on != s.handedOver || off != s.cancelled {
			t.Errorf("%+v: got %d handed over and %d cancelled, want %v and %v", s.action, on, off, s.handedOver, s.cancelled)
		}
	}
	_, err := bulk.Do(f.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{To: f.ids["both"]}}, ids)
	hookstest.AssertCode(t, "to a removed user", err, sessions.CodeCannotHost)
	result, err := bulk.Do(f.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{To: f.ids["member"]}}, ids[:2])
	if err != nil || len(result.WithStatus(bulk.Skipped)) != 2 || result.Rows[0].Code != sessions.CodeCannotHost {
		t.Errorf("to a user who can't host: got %+v, %v, want 2 and %v", result.Rows, err, sessions.CodeCannotHost)
	}
	if on, off := count(bulk.Do(f.app, owner, bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}}, ids[:1])); on != 0 || off != 2 {
		t.Errorf("got %d handed over, %d cancelled, want 0 and 2", on, off)
	}
	if on, off := count(bulk.Do(f.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{To: f.ids["owner"]}}, ids)); on != 1 || off != 0 {
		t.Errorf("got %d handed over, %d cancelled, want 1 and 0", on, off)
	}
	if n := hookstest.Count(t, f.app, "sessions", dbx.HashExp{"status": "scheduled", "host": f.ids["owner"]}); n != 1 {
		t.Errorf("got %d sessions hosted by the Owner, want 1", n)
	}
}

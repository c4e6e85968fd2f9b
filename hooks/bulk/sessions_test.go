package bulk_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestDo_CountsHandedOverAndCancelledSessions(t *testing.T) {
	c := newFixture(t, true)
	c.team.Set("organizer_seats", 10) // else every member may host
	c.must(c.app.Save(c.team))
	hookstest.ScheduleSession(t, c.app, c.users["organizer"], c.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=2"})
	hookstest.ScheduleSession(t, c.app, c.users["both"], c.team, sessions.Form{})
	owner := hookstest.Actor(t, c.app, c.users["owner"], c.team)
	ids := []string{c.ids["organizer"], c.ids["both"], c.ids["member"]}
	said := func(receipt bulk.Result, err error) (handedOver, cancelled int) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return receipt.Sessions()
	}
	for _, s := range []struct {
		deed                  bulk.Action
		handedOver, cancelled int
	}{
		{bulk.Action{Kind: bulk.Remove}, 0, 3},
		{bulk.Action{Kind: bulk.Remove, HandOver: c.ids["owner"]}, 3, 0},
		{bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}}, 0, 3},
		{bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Admin: true}}, 0, 0},
	} {
		if on, off := said(bulk.Preview(c.app, owner, s.deed, ids)); on != s.handedOver || off != s.cancelled {
			t.Errorf("%+v would hand over %d and cancel %d", s.deed, on, off)
		}
	}
	_, err := bulk.Do(c.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: c.ids["both"]}, ids)
	hookstest.AssertCode(t, "to one of them", err, sessions.CodeCannotHost)
	receipt, err := bulk.Do(c.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: c.ids["member"]}, ids[:2])
	if err != nil || len(receipt.WithStatus(bulk.Skipped)) != 2 || receipt.Rows[0].Code != sessions.CodeCannotHost {
		t.Errorf("to who may not host: %+v, %v", receipt.Rows, err)
	}
	if on, off := said(bulk.Do(c.app, owner, bulk.Action{Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}}, ids[:1])); on != 0 || off != 2 {
		t.Errorf("%d handed over, %d cancelled", on, off)
	}
	if on, off := said(bulk.Do(c.app, owner, bulk.Action{Kind: bulk.Remove, HandOver: c.ids["owner"]}, ids)); on != 1 || off != 0 {
		t.Errorf("%d handed over, %d cancelled", on, off)
	}
	if n := hookstest.Count(t, c.app, "sessions", dbx.HashExp{"status": "scheduled", "host": c.ids["owner"]}); n != 1 {
		t.Errorf("the Owner hosts %d", n)
	}
}

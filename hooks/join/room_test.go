package join_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func (h *fixture) visitRoom(who string) *join.RoomVisit {
	h.Helper()
	p, err := join.ResolveRoom(h.app, h.users[who], h.room.Slug(), testIP)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func TestResolveRoom_ShowsDetails(t *testing.T) {
	visitors := []string{"nobody", "stranger", "visitor", "outside", "guest", "member", "asked", "host", "owner"}
	for settings, tells := range map[string]string{"room": "nnnyyyyyy", "team room": "nnnyyyyyy", "open room": "yyyyyyyyy"} {
		h := newFixture(t, settings).moveTo("soon")
		for n, who := range visitors {
			if p := h.visitRoom(who); p.ShowsDetails != (tells[n] == 'y') || p.Current == nil || p.Current.Id != h.session.Id || p.FreeMinutes != 0 {
				t.Errorf("%s, %s: %+v", settings, who, p)
			}
		}
		for _, moment := range []string{"ahead", "running", "ended", "cancelled", "missed"} {
			p := h.moveTo(moment).visitRoom("host")
			if (p.Current != nil) != (moment == "running") || (p.Upcoming != nil) != (moment == "ahead") || (p.FreeMinutes == 60) != (moment != "running") {
				t.Errorf("%s, %s: now %v, next %v, %d minutes", settings, moment, p.Current, p.Upcoming, p.FreeMinutes)
			}
		}
	}
}

func TestStartInRoom_Permissions(t *testing.T) {
	for who, code := range map[string]string{"nobody": errs.CodeNotAllowed, "stranger": errs.CodeNotAllowed, "guest": errs.CodeNotAllowed,
		"member": errs.CodeNotAllowed, "asked": errs.CodeNotAllowed, "host": "", "owner": ""} {
		h := newFixture(t, "room")
		session, err := join.StartInRoom(h.app, h.visitRoom(who), testIP)
		hookstest.AssertCode(t, who, err, code)
		if err == nil && (session.Status() != sessions.Running || session.RoomID() != h.room.Id || session.Minutes() != 60) {
			t.Errorf("%s: %v", who, session)
		}
	}
}

func TestStartInRoom_WithoutLicence_FreesRoom(t *testing.T) {
	h := newFixture(t, "room")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	_, err := join.StartInRoom(h.app, h.visitRoom("host"), testIP)
	hookstest.AssertCode(t, "without a licence", err, runs.CodeLicencesFull)
	if p := h.visitRoom("host"); p.Current != nil || p.FreeMinutes != 60 {
		t.Errorf("the room is kept for %v, and free for %d minutes, want nil and 60", p.Current, p.FreeMinutes)
	}
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 1", nil)
	if _, err := join.StartInRoom(h.app, h.visitRoom("owner"), testIP); err != nil {
		t.Errorf("with a licence: %v", err)
	}
}

func TestResolveRoom_NextBooking_LimitsFreeMinutes(t *testing.T) {
	h := newFixture(t, "room")
	for in, want := range map[time.Duration]int{14 * time.Minute: 0, 30 * time.Minute: 30, 3 * time.Hour: 60} {
		hookstest.Exec(t, h.app, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}", dbx.Params{"id": h.session.Id,
			"starts": record.FormatTime(time.Now().Truncate(time.Minute).Add(in)), "ends": record.FormatTime(time.Now().Add(in + time.Hour))})
		if got := h.visitRoom("host").FreeMinutes; got != want {
			t.Errorf("%s before the next: %d minutes, want %d", in, got, want)
		}
	}
}

// The second one is refused by the rule of bookings, which has its own control.
func TestStartInRoom_Concurrent_OneWins(t *testing.T) {
	h := newFixture(t, "room")
	hookstest.SlowWrites(h.app, "sessions")
	places := []*join.RoomVisit{h.visitRoom("host"), h.visitRoom("owner"), h.visitRoom("host")}
	results := hookstest.Race(3, func(i int) error {
		_, err := join.StartInRoom(h.app, places[i], testIP)
		return err
	})
	if won := hookstest.CountSucceeded(t, results, rooms.CodeBusy); won != 1 {
		t.Errorf("%d started: %v, want 1", won, results)
	}
}

func TestResolveRoom_ReplacedAndUnknownLinks(t *testing.T) {
	h := newFixture(t, "room")
	old, owner := h.room.Slug(), hookstest.Actor(t, h.app, h.users["owner"], h.team)
	if _, err := rooms.RotateLink(h.app, owner, h.room.Id); err != nil {
		t.Fatal(err)
	}
	if p, err := join.ResolveRoom(h.app, h.users["host"], old, testIP); err != nil || !p.Replaced || p.FreeMinutes != 0 {
		t.Errorf("replaced: %+v %v", p, err)
	}
	if _, err := join.ResolveRoom(h.app, nil, "nowhere", testIP); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("unknown: %v, want %v", err, errs.ErrNotFound)
	}
}

func TestResolveRoom_UnknownLinks_AreRateLimited(t *testing.T) {
	h := newFixture(t, "room")
	for _, who := range []*core.Record{nil, h.users["stranger"]} {
		for range 20 {
			if _, err := join.ResolveRoom(h.app, who, "nowhere", testIP); !errors.Is(err, errs.ErrNotFound) {
				t.Fatal(err)
			}
		}
		for _, slug := range []string{"nowhere", h.room.Slug()} {
			_, err := join.ResolveRoom(h.app, who, slug, testIP)
			hookstest.AssertCode(t, slug, err, errs.CodeTooMany)
		}
	}
	if _, err := join.ResolveRoom(h.app, h.users["host"], h.room.Slug(), testIP); err != nil {
		t.Errorf("another account in the same network: got %v", err)
	}
	if _, err := join.ResolveRoom(h.app, nil, h.room.Slug(), "198.51.100.1"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestPendingInvites(t *testing.T) {
	h := newFixture(t, "")
	waiting := func(who string) int {
		all, err := join.PendingInvites(h.app, h.users[who])
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for moment, want := range map[string]int{"ahead": 1, "soon": 1, "late": 1, "running": 1, "ended": 0, "cancelled": 0, "missed": 0} {
		if got := h.moveTo(moment).visit("outside"); waiting("outside") != want {
			t.Errorf("%s: got %d waiting, want %d (%s)", moment, waiting("outside"), want, got.Status)
		}
	}
	h.moveTo("soon")
	for _, who := range []string{"host", "asked", "guest", "visitor", "member", "stranger"} {
		if n := waiting(who); n != 0 {
			t.Errorf("%s: %d, want 0", who, n)
		}
	}
	for state, want := range map[string]int{"declined": 1, "waiting": 0, "refused": 0, "out": 0} {
		h.setState("outside@x.example", state)
		if n := waiting("outside"); n != want {
			t.Errorf("%s: %d, want %v", state, n, want)
		}
	}
}

package entry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func (h *hall) place(who string) *entry.Place {
	h.Helper()
	p, err := entry.Room(h.app, h.by[who], h.room.Slug(), from)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func TestWhatARoomTellsWhom(t *testing.T) {
	everybody := []string{"nobody", "stranger", "visitor", "outside", "guest", "member", "asked", "host", "owner"}
	for settings, tells := range map[string]string{"room": "nnnyyyyyy", "team room": "nnnyyyyyy", "open room": "yyyyyyyyy"} {
		h := stage(t, settings).at("soon")
		for n, who := range everybody {
			if p := h.place(who); p.Tells != (tells[n] == 'y') || p.Now == nil || p.Now.Id != h.session.Id || p.Minutes != 0 {
				t.Errorf("%s, %s: %+v", settings, who, p)
			}
		}
		for _, moment := range []string{"ahead", "running", "ended", "cancelled", "missed"} {
			p := h.at(moment).place("host")
			if (p.Now != nil) != (moment == "running") || (p.Next != nil) != (moment == "ahead") || (p.Minutes == 60) != (moment != "running") {
				t.Errorf("%s, %s: now %v, next %v, %d minutes", settings, moment, p.Now, p.Next, p.Minutes)
			}
		}
	}
}

func TestWhoStartsInAFreeRoom(t *testing.T) {
	for who, code := range map[string]string{"nobody": record.CodeNotAllowed, "stranger": record.CodeNotAllowed, "guest": record.CodeNotAllowed,
		"member": record.CodeNotAllowed, "asked": record.CodeNotAllowed, "host": "", "owner": ""} {
		h := stage(t, "room")
		session, err := entry.Meet(h.app, h.place(who), from)
		hookstest.Refused(t, who, err, code)
		if err == nil && (session.Status() != sessions.Running || session.RoomID() != h.room.Id || session.Minutes() != 60) {
			t.Errorf("%s: %v", who, session)
		}
	}
}

func TestARoomIsNotKeptForWhatDidNotStart(t *testing.T) {
	h := stage(t, "room")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	_, err := entry.Meet(h.app, h.place("host"), from)
	hookstest.Refused(t, "without a licence", err, sessions.CodeLicencesFull)
	if p := h.place("host"); p.Now != nil || p.Minutes != 60 {
		t.Errorf("the room is kept for %v, and free for %d minutes", p.Now, p.Minutes)
	}
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 1", nil)
	if _, err := entry.Meet(h.app, h.place("owner"), from); err != nil {
		t.Errorf("with a licence: %v", err)
	}
}

func TestTheNextBookingBoundsASessionOnTheSpot(t *testing.T) {
	h := stage(t, "room")
	for in, want := range map[time.Duration]int{14 * time.Minute: 0, 30 * time.Minute: 30, 3 * time.Hour: 60} {
		hookstest.Exec(t, h.app, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}", dbx.Params{"id": h.session.Id,
			"starts": record.Stamp(time.Now().Truncate(time.Minute).Add(in)), "ends": record.Stamp(time.Now().Add(in + time.Hour))})
		if got := h.place("host").Minutes; got != want {
			t.Errorf("%s before the next: %d minutes, want %d", in, got, want)
		}
	}
}

// What refuses the second is the rule of bookings; the control of their race is theirs.
func TestTwoWhoStartInOneRoomAreOneSession(t *testing.T) {
	h := stage(t, "room")
	hookstest.Widen(h.app, "sessions")
	places := []*entry.Place{h.place("host"), h.place("owner"), h.place("host")}
	results := hookstest.Race(3, func(i int) error {
		_, err := entry.Meet(h.app, places[i], from)
		return err
	})
	if won := hookstest.Won(t, results, rooms.CodeBusy); won != 1 {
		t.Errorf("%d started: %v", won, results)
	}
}

func TestLinksOfRoomsThatLeadNowhere(t *testing.T) {
	h := stage(t, "room")
	old, owner := h.room.Slug(), hookstest.Actor(t, h.app, h.by["owner"], h.team)
	if _, err := rooms.RotateLink(h.app, owner, h.room.Id); err != nil {
		t.Fatal(err)
	}
	if p, err := entry.Room(h.app, h.by["host"], old, from); err != nil || !p.Replaced || p.Minutes != 0 {
		t.Errorf("replaced: %+v %v", p, err)
	}
	if _, err := entry.Room(h.app, nil, "nowhere", from); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestNamesOfRoomsAreNotGuessedAtWill(t *testing.T) {
	h := stage(t, "room")
	for _, who := range []*core.Record{nil, h.by["stranger"]} {
		for range 20 {
			if _, err := entry.Room(h.app, who, "nowhere", from); !errors.Is(err, record.ErrNotFound) {
				t.Fatal(err)
			}
		}
		for _, slug := range []string{"nowhere", h.room.Slug()} {
			_, err := entry.Room(h.app, who, slug, from)
			hookstest.Refused(t, slug, err, record.CodeTooMany)
		}
	}
	if _, err := entry.Room(h.app, h.by["host"], h.room.Slug(), from); err != nil {
		t.Errorf("somebody else, signed in, from the same network: %v", err)
	}
	if _, err := entry.Room(h.app, nil, h.room.Slug(), "198.51.100.1"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestWhichSessionsWaitForAnAnswer(t *testing.T) {
	h := stage(t, "")
	waiting := func(who string) int {
		all, err := entry.Waiting(h.app, h.by[who])
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for moment, want := range map[string]int{"ahead": 1, "soon": 1, "late": 1, "running": 1, "ended": 0, "cancelled": 0, "missed": 0} {
		if got := h.at(moment).visit("outside"); waiting("outside") != want {
			t.Errorf("%s: %d wait, want %d (%s)", moment, waiting("outside"), want, got.Standing)
		}
	}
	h.at("soon")
	for _, who := range []string{"host", "asked", "guest", "visitor", "member", "stranger"} {
		if n := waiting(who); n != 0 {
			t.Errorf("%s: %d", who, n)
		}
	}
	for state, want := range map[string]int{"declined": 1, "waiting": 0, "refused": 0, "out": 0} {
		h.set("outside@x.example", state)
		if n := waiting("outside"); n != want {
			t.Errorf("%s: %d", state, n)
		}
	}
}

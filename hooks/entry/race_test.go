package entry_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

func TestTwoJoinsOfOneAddressAreOnePersonAndOneGuest(t *testing.T) {
	for settings, who := range map[string]string{"passwordless": "new's link", "": "outside", "open room": "stranger", "lobby": "stranger"} {
		h := stage(t, settings).at("running")
		hookstest.Widen(h.app, "participants", "memberships", "users")
		visitors := []*entry.Visitor{h.visit(who), h.visit(who), h.visit(who)}
		results := hookstest.Race(len(visitors), func(i int) error { return entry.Join(h.app, visitors[i], "Nora Lind", from) })
		if won := hookstest.Won(t, results); won != len(visitors) {
			t.Errorf("%s: %v", settings, results)
		}
		address := visitors[0].Address()
		rows := hookstest.Count(t, h.app, "participants", dbx.HashExp{"session": h.session.Id, "email": address})
		places := hookstest.Count(t, h.app, "memberships", dbx.HashExp{"user": h.participant(address).UserID()})
		people := hookstest.Count(t, h.app, "users", dbx.HashExp{"email": address})
		want := 1
		if settings == "lobby" {
			want = 0 // who asked is no guest yet
		}
		if rows != 1 || places != want || people != 1 {
			t.Errorf("%s: %d rows, %d memberships, %d accounts", settings, rows, places, people)
		}
	}
}

func TestTheLastPlaceIsGivenOnce(t *testing.T) {
	h := stage(t, "").at("running")
	hookstest.Exec(t, h.app, "UPDATE sessions SET people = 3 WHERE id = {:id}", dbx.Params{"id": h.session.Id})
	h.read()
	var waiting []*sessions.Participant
	for _, who := range []string{"guest", "outside", "asked", "cohost", "host"} {
		h.join(who, "")
		waiting = append(waiting, h.participant(who+"@x.example"))
	}
	for _, p := range waiting[3:] { // who leads has a place in any case, and takes one
		if _, err := entry.Seat(h.app, p); err != nil {
			t.Fatal(err)
		}
	}
	hookstest.Widen(h.app, "participants")
	results := hookstest.Race(3, func(i int) error {
		_, err := entry.Seat(h.app, waiting[i])
		return err
	})
	if won := hookstest.Won(t, results, record.CodeTooMany); won != 1 {
		t.Errorf("%d got the last place: %v", won, results)
	}
	for i, who := range []string{"guest", "outside", "asked"} {
		want := entry.Full
		if results[i] == nil {
			want = entry.In
		}
		if got := h.visit(who).Standing; got != want {
			t.Errorf("%s: %s, want %s", who, got, want)
		}
	}
	if _, code := h.join("outside", ""); results[1] != nil && code != record.CodeTooMany {
		t.Errorf("who is too many joins: %q", code)
	}
	// The place of who never came is free when the token is too old to come in by; that of who is seen is not.
	hookstest.Exec(t, h.app, "UPDATE participants SET passed = {:then}", dbx.Params{"then": record.Stamp(time.Now().Add(-3 * time.Minute))})
	if got := h.visit("guest").Standing; got != entry.In {
		t.Errorf("when the others did not come: %s", got)
	}
	for n, p := range waiting[1:4] {
		attendance := hookstest.Blank(t, h.app, "attendances", map[string]any{"team": h.team.Id, "session": h.session.Id, "participant": p.Id,
			"sid": fmt.Sprint("PA_", n), "joined": record.Stamp(time.Now())})
		if err := h.app.Save(attendance); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.visit("guest").Standing; got != entry.Full {
		t.Errorf("with three who are seen: %s", got)
	}
	if got := h.visit("outside").Standing; got != entry.In {
		t.Errorf("who is seen: %s", got)
	}
}

func TestTheFirstWhoJoinsBeforeTheHostStartsItOnce(t *testing.T) {
	h := stage(t, "before host").at("soon")
	hookstest.Widen(h.app, "sessions", "participants")
	visitors := []*entry.Visitor{h.visit("asked"), h.visit("guest"), h.visit("outside")}
	results := hookstest.Race(3, func(i int) error { return entry.Join(h.app, visitors[i], "", from) })
	if won := hookstest.Won(t, results); won != 3 {
		t.Errorf("%v", results)
	}
	starts := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "session.start"})
	if h.read().session.Status() != sessions.Running || starts != 1 {
		t.Errorf("%s, started %d times", h.session.Status(), starts)
	}
}

func TestWithoutAFreeLicenceWhoJoinsBeforeTheHostWaits(t *testing.T) {
	h := stage(t, "before host").at("soon")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	v, code := h.join("guest", "")
	if code != sessions.CodeLicencesFull || v.Standing != entry.Door || h.state("guest@x.example") != sessions.StateAdmitted {
		t.Errorf("%q %s", code, v.Standing)
	}
}

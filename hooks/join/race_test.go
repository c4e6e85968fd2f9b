package join_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// concurrentJoiners are the visitors who join twice concurrently, by the settings of the session.
var concurrentJoiners = map[string]string{"passwordless": "new's link", "": "outside", "open room": "stranger", "lobby": "stranger"}

func TestJoin_ConcurrentSameAddress_MakesOneGuest(t *testing.T) {
	for settings, who := range concurrentJoiners {
		h := newFixture(t, settings).moveTo("running")
		hookstest.SlowWrites(h.app, "participants", "memberships", "users")
		visitors := []*join.Visitor{h.visit(who), h.visit(who), h.visit(who)}
		results := hookstest.Race(len(visitors), func(i int) error { return join.Join(h.app, visitors[i], "Nora Lind", testIP) })
		if won := hookstest.CountSucceeded(t, results); won != len(visitors) {
			t.Errorf("%s: %v, want %v", settings, results, len(visitors))
		}
		address := visitors[0].Address()
		rows := hookstest.Count(t, h.app, "participants", dbx.HashExp{"session": h.session.Id, "email": address})
		places := hookstest.Count(t, h.app, "memberships", dbx.HashExp{"user": h.participant(address).UserID()})
		people := hookstest.Count(t, h.app, "users", dbx.HashExp{"email": address})
		want := 1
		if settings == "lobby" {
			want = 0 // someone who asked to join isn't a guest yet
		}
		if rows != 1 || places != want || people != 1 {
			t.Errorf("%s: %d rows, %d memberships, %d accounts, want 1, %v and 1", settings, rows, places, people, want)
		}
	}
}

// The control: without the transaction the same person becomes a participant several times, and only the database refuses
// that, with an internal error.
func TestJoin_WithoutTx_LosesRace(t *testing.T) {
	for settings, who := range concurrentJoiners {
		requireRace(t, settings, func() bool {
			h := newFixture(t, settings).moveTo("running").withoutRules("participants", "memberships", "users")
			visitors := []*join.Visitor{h.visit(who), h.visit(who), h.visit(who)}
			results := hookstest.Race(len(visitors), func(i int) error { return join.JoinWithoutTx(h.app, visitors[i], "Nora Lind", testIP) })
			return slices.ContainsFunc(results, func(err error) bool { return err != nil })
		})
	}
}

// requireRace fails the test unless a race goes wrong without its protection. On a busy machine a single race may go well by
// chance.
func requireRace(t *testing.T, what string, wrong func() bool) {
	t.Helper()
	for range 5 {
		if wrong() {
			return
		}
	}
	t.Errorf("%s: it goes well without a transaction; the race is not wide enough to show a fault", what)
}

// newAlmostFullFixture is a session with one free slot and three people who want it, followed by its host and co-host.
func newAlmostFullFixture(t *testing.T) (h *fixture, waiting []*sessions.Participant) {
	t.Helper()
	h = newFixture(t, "").moveTo("running")
	hookstest.Exec(t, h.app, "UPDATE sessions SET people = 3 WHERE id = {:id}", dbx.Params{"id": h.session.Id})
	h.reload()
	for _, who := range []string{"guest", "outside", "asked", "cohost", "host"} {
		h.join(who, "")
		waiting = append(waiting, h.participant(who+"@x.example"))
	}
	for _, p := range waiting[3:] { // hosts always get a slot, and use one
		if _, err := join.ReserveSlot(h.app, p); err != nil {
			t.Fatal(err)
		}
	}
	return h, waiting
}

func TestReserveSlot_WithoutTx_LosesRace(t *testing.T) {
	requireRace(t, "the last place", func() bool {
		h, waiting := newAlmostFullFixture(t)
		h = h.withoutRules("participants")
		return hookstest.CountSucceeded(t, hookstest.Race(3, func(i int) error {
			_, err := join.ReserveSlotWithoutTx(h.app, waiting[i].Id)
			return err
		}), errs.CodeTooMany) > 1
	})
}

func TestReserveSlot_ConcurrentForLastSlot_OneWins(t *testing.T) {
	h, waiting := newAlmostFullFixture(t)
	hookstest.SlowWrites(h.app, "participants")
	results := hookstest.Race(3, func(i int) error {
		_, err := join.ReserveSlot(h.app, waiting[i])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, errs.CodeTooMany); won != 1 {
		t.Errorf("%d got the last place: %v, want 1", won, results)
	}
	for i, who := range []string{"guest", "outside", "asked"} {
		want := join.Full
		if results[i] == nil {
			want = join.Admitted
		}
		if got := h.visit(who).Status; got != want {
			t.Errorf("%s: got %s, want %s", who, got, want)
		}
	}
	if _, code := h.join("outside", ""); results[1] != nil && code != errs.CodeTooMany {
		t.Errorf("who is too many joins: %q", code)
	}
	// The slot of someone who never connected is free when the token has expired; that of someone connected isn't.
	hookstest.Exec(t, h.app, "UPDATE participants SET passed = {:then}", dbx.Params{"then": record.FormatTime(time.Now().Add(-3 * time.Minute))})
	if got := h.visit("guest").Status; got != join.Admitted {
		t.Errorf("when the others did not come: %s, want %v", got, join.Admitted)
	}
	for n, p := range waiting[1:4] {
		attendance := hookstest.NewRecord(t, h.app, "attendances", map[string]any{"team": h.team.Id, "session": h.session.Id, "participant": p.Id,
			"sid": fmt.Sprint("PA_", n), "joined": record.FormatTime(time.Now())})
		if err := h.app.Save(attendance); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.visit("guest").Status; got != join.Full {
		t.Errorf("with three who are seen: %s, want %v", got, join.Full)
	}
	if got := h.visit("outside").Status; got != join.Admitted {
		t.Errorf("who is seen: %s, want %v", got, join.Admitted)
	}
}

func TestJoin_ConcurrentBeforeHost_StartsOnce(t *testing.T) {
	h := newFixture(t, "before host").moveTo("soon")
	hookstest.SlowWrites(h.app, "sessions", "participants")
	visitors := []*join.Visitor{h.visit("asked"), h.visit("guest"), h.visit("outside")}
	results := hookstest.Race(3, func(i int) error { return join.Join(h.app, visitors[i], "", testIP) })
	if won := hookstest.CountSucceeded(t, results); won != 3 {
		t.Errorf("got %v, want 3", results)
	}
	starts := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "session.start"})
	if h.reload().session.Status() != sessions.Running || starts != 1 {
		t.Errorf("%s, started %d times, want %v and 1", h.session.Status(), starts, sessions.Running)
	}
}

func TestStartBeforeHost_WithoutTx_LosesRace(t *testing.T) {
	requireRace(t, "the start", func() bool {
		h := newFixture(t, "before host").moveTo("soon")
		early := []string{"asked", "guest", "cohost"}
		for _, who := range early {
			h.setState(who+"@x.example", sessions.StateAdmitted)
		}
		h = h.withoutRules("sessions")
		var visitors []*join.Visitor
		for _, who := range early {
			visitors = append(visitors, h.visit(who))
		}
		var started atomic.Int32
		hookstest.CountSucceeded(t, hookstest.Race(len(visitors), func(i int) error {
			first, err := join.StartBeforeHostWithoutTx(h.app, visitors[i], testIP)
			if first {
				started.Add(1)
			}
			return err
		}))
		return started.Load() > 1
	})
}

func TestJoin_BeforeHostWithoutLicence_Waits(t *testing.T) {
	h := newFixture(t, "before host").moveTo("soon")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	v, code := h.join("guest", "")
	if code != runs.CodeLicencesFull || v.Status != join.Ready || h.state("guest@x.example") != sessions.StateAdmitted {
		t.Errorf("%q %s, want %v, %v and %v", code, v.Status, runs.CodeLicencesFull, join.Ready, sessions.StateAdmitted)
	}
}

func TestStart_HostAndCohostAtOnce_StartOnceAndBothAreIn(t *testing.T) {
	h := newFixture(t, "").moveTo("soon")
	hookstest.Exec(t, h.app, "UPDATE memberships SET organizer = true WHERE user = {:user}", dbx.Params{"user": h.users["cohost"].Id})
	hookstest.SlowWrites(h.app, "sessions", "participants")
	visitors := []*join.Visitor{h.visit("host"), h.visit("cohost")}
	results := hookstest.Race(len(visitors), func(i int) error { return join.Start(h.app, visitors[i], testIP) })
	if won := hookstest.CountSucceeded(t, results); won != len(visitors) {
		t.Fatalf("%v, want both to succeed", results)
	}
	if starts := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "session.start"}); starts != 1 {
		t.Errorf("%d starts, want 1", starts)
	}
	for _, v := range visitors {
		if v.Status != join.Admitted {
			t.Errorf("%s is %s, want %s", v.Address(), v.Status, join.Admitted)
		}
	}
}

package join_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestOptions_OnlyHostsOfARunningSession(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	options := map[string]func(by *sessions.Participant, on bool) error{
		"lobby":         func(by *sessions.Participant, on bool) error { return join.SetLobby(h.app, by, on, testIP) },
		"share_limited": func(by *sessions.Participant, on bool) error { return join.SetShareLimited(h.app, by, on, testIP) },
	}
	for option, set := range options {
		for who, want := range map[string]string{"host": "", "cohost": "", "asked": errs.CodeNotAllowed, "guest": errs.CodeNotAllowed} {
			for _, on := range []bool{true, false} {
				was := h.reload().session.GetBool(option)
				hookstest.AssertCode(t, who+" sets "+option, set(h.participant(who+"@x.example"), on), want)
				if got := h.reload().session.GetBool(option); got != on && want == "" || got != was && want != "" {
					t.Errorf("%s set to %v by %s: now %v", option, on, who, got)
				}
			}
		}
		h.moveTo("soon")
		hookstest.AssertCode(t, option+" before the start", set(h.participant("host@x.example"), true), sessions.CodeNotStarted)
		h.moveTo("running")
	}
}

func TestSetLobby_AppliesToWhoJoinsThen(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("asked", "")
	if err := join.SetLobby(h.app, h.participant("host@x.example"), true, testIP); err != nil {
		t.Fatal(err)
	}
	h.reload().join("guest", "")
	if in, waits := h.state("asked@x.example"), h.state("guest@x.example"); in != sessions.StateAdmitted || waits != sessions.StateWaiting {
		t.Errorf("who was in is %s and who came then is %s, want %s and %s", in, waits, sessions.StateAdmitted, sessions.StateWaiting)
	}
}

func TestSetLobby_SetByTheRoom_StaysOn(t *testing.T) {
	h := newFixture(t, "team room").moveTo("running")
	hookstest.Exec(t, h.app, "UPDATE rooms SET lobby = true", nil)
	hookstest.AssertCode(t, "turn off", join.SetLobby(h.app, h.participant("host@x.example"), false, testIP), join.CodeSetByRoom)
}

func TestSetShareLimited_OnlyAttendeesLoseScreenSharing(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	for _, limited := range []bool{false, true} {
		if err := join.SetShareLimited(h.app, h.participant("host@x.example"), limited, testIP); err != nil {
			t.Fatal(err)
		}
		h.reload()
		for who, attends := range map[string]bool{"host": false, "cohost": false, "asked": true, "guest": true} {
			if got, want := h.participant(who+"@x.example").CanShareScreen(h.session), !attends || !limited; got != want {
				t.Errorf("limited %v: %s can share %v, want %v", limited, who, got, want)
			}
		}
	}
}

func TestOptions_ChangedAtOnce_BothHold(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	host, cohost := h.participant("host@x.example"), h.participant("cohost@x.example")
	hookstest.SlowWrites(h.app, "sessions")
	results := hookstest.Race(2, func(i int) error {
		if i == 0 {
			return join.SetLobby(h.app, host, true, testIP)
		}
		return join.SetShareLimited(h.app, cohost, true, testIP)
	})
	hookstest.CountSucceeded(t, results)
	if h.reload(); !h.session.GetBool("lobby") || !h.session.ShareLimited() {
		t.Errorf("lobby %v, limited %v, want both: %v", h.session.GetBool("lobby"), h.session.ShareLimited(), results)
	}
}

// The control: without the transaction, both read the session before either writes it, and the second write undoes the first.
func TestOptions_WithoutTx_LosesRace(t *testing.T) {
	requireRace(t, "two options", func() bool {
		h := newFixture(t, "").moveTo("running").withoutRules("sessions")
		host, cohost := h.participant("host@x.example"), h.participant("cohost@x.example")
		hookstest.CountSucceeded(t, hookstest.Race(2, func(i int) error {
			if i == 0 {
				return join.TurnOnWithoutTx(h.app, "lobby", host)
			}
			return join.TurnOnWithoutTx(h.app, "share_limited", cohost)
		}))
		h.reload()
		return !h.session.GetBool("lobby") || !h.session.ShareLimited()
	})
}

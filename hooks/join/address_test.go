package join_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// changeEmail gives an account another address, and the old address to a new account.
func (h *fixture) changeEmail(who, to string) (heir *core.Record) {
	h.Helper()
	account := hookstest.FindRecord(h.T, h.app, "users", h.users[who].Id)
	old := account.Email()
	account.SetEmail(to)
	if err := h.app.Save(account); err != nil {
		h.Fatal(err)
	}
	h.users[who] = account
	h.users["heir"] = hookstest.Account(h.T, h.app, old)
	return h.users["heir"]
}

func TestResolve_ChangedEmail_KeepsParticipant(t *testing.T) {
	for _, settings := range []string{"passwordless", "lobby", "open room"} {
		h := newFixture(t, settings).moveTo("running")
		if v, code := h.join("outside", ""); code != "" || v.Participant.UserID() != h.users["outside"].Id {
			t.Fatalf("%s: %s, want none and %v", settings, code, h.users["outside"].Id)
		}
		code, place := h.personalCode("outside@x.example"), h.participant("outside@x.example").Id
		h.changeEmail("outside", "elsewhere@x.example")
		for who, v := range map[string]*join.Visitor{"the invitee": h.visit("outside"), "the invitee by their link": h.visit("outside by the link of elsewhere")} {
			if v.Participant == nil || v.Participant.Id != place || v.Address() != "elsewhere@x.example" || v.Status == join.WrongAccount {
				t.Errorf("%s, %s: %s as %s", settings, who, v.Status, v.Address())
			}
		}
		if v := h.visit("heir"); v.Participant != nil || v.Leads() {
			t.Errorf("%s: who has the address now is %s, %s", settings, v.Participant.Id, v.Status)
		}
		v, err := join.Resolve(h.app, h.users["heir"], code, h.session)
		if err != nil || v.Status != join.WrongAccount {
			t.Errorf("%s: who has the address now opens the old link: %s, %v, want %v", settings, v.Status, err, join.WrongAccount)
		}
		if waiting, err := join.PendingInvites(h.app, h.users["heir"]); err != nil || len(waiting) != 0 {
			t.Errorf("%s: the new owner of the address is invited to %d sessions, %v, want 0", settings, len(waiting), err)
		}
	}
}

// TestResolve_NewOwnerOfInvitedAddress_IsNotInvited covers a new address that is invited, too, so that the old one stays.
func TestResolve_NewOwnerOfInvitedAddress_IsNotInvited(t *testing.T) {
	for _, settings := range []string{"", "lobby", "open room"} {
		h := newFixture(t, settings).moveTo("running")
		h.join("outside", "")
		h.changeEmail("outside", "new@x.example") // is invited itself
		if got := h.participant("outside@x.example").UserID(); got != h.users["outside"].Id {
			t.Errorf("%s: the place is %q's, want %v", settings, got, h.users["outside"].Id)
		}
		v, code := h.join("heir", "")
		if v.Status != join.NotInvited || v.Participant != nil || code != join.CodeBlocked {
			t.Errorf("%s: who has the address now: %s, %s, want %v, nil and %v", settings, v.Status, code, join.NotInvited, join.CodeBlocked)
		}
		if v := h.visit("outside"); v.Participant == nil || v.Participant.UserID() != v.Account.Id {
			t.Errorf("%s: the invitee: got %s, want %v", settings, v.Status, v.Account.Id)
		}
	}
}

func TestParticipant_AccountAndAddress_AreFixed(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("outside", "")
	for what, set := range map[string]func(p *sessions.Participant){
		"another account": func(p *sessions.Participant) { p.Set("user", h.users["stranger"].Id) },
		"no account":      func(p *sessions.Participant) { p.Set("user", "") },
		"another address": func(p *sessions.Participant) { p.Set("email", "stranger@x.example") },
	} {
		p := h.participant("outside@x.example")
		set(p)
		hookstest.AssertCode(t, what, h.app.Save(p), sessions.CodeFixed)
	}
	unknown := h.participant("new@x.example")
	unknown.Set("email", "stranger@x.example")
	hookstest.AssertCode(t, "another address without an account", h.app.Save(unknown), sessions.CodeFixed)
	if err := h.app.Delete(hookstest.FindRecord(t, h.app, "users", h.users["outside"].Id)); err != nil {
		t.Fatal(err)
	}
	if p := h.participant("outside@x.example"); p.UserID() != "" {
		t.Errorf("the account is gone, and its place is %q's, want none", p.UserID())
	}
}

// TestRemove_NewOwnerOfAddress_KeepsFormerOwnerAdmitted removes the new owner of the address: the former owner stays admitted.
func TestRemove_NewOwnerOfAddress_KeepsFormerOwnerAdmitted(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("outside", "")
	h.changeEmail("outside", "new@x.example")
	err := h.app.RunInTransaction(func(tx core.App) error {
		_, err := members.AddGuest(tx, h.team.Id, h.users["heir"].Id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.removeMember("heir")
	if state := h.state("outside@x.example"); state != sessions.StateAdmitted {
		t.Errorf("who had the address is %s, want %v", state, sessions.StateAdmitted)
	}
}

// TestJoin_ConcurrentWithEmailChange_BindsParticipantOnce lets an account join while its email changes: the participant is
// bound to the account with the new address, or to none.
func TestJoin_ConcurrentWithEmailChange_BindsParticipantOnce(t *testing.T) {
	for n := range 6 {
		raceJoinWithEmailChange(t, time.Duration(n)*3*time.Millisecond)
	}
}

// raceJoinWithEmailChange lets the account join after that delay into the change of its email.
func raceJoinWithEmailChange(t *testing.T, after time.Duration) {
	t.Helper()
	h := newFixture(t, "").moveTo("running")
	v := h.visit("outside")
	account := hookstest.FindRecord(t, h.app, "users", h.users["outside"].Id)
	account.SetEmail("elsewhere@x.example")
	hookstest.SlowWrites(h.app, "users", "participants")
	results := hookstest.Race(2, func(n int) error {
		if n == 0 {
			return h.app.Save(account)
		}
		time.Sleep(after)
		err := join.Join(h.app, v, "", testIP)
		if errs.Code(err) != "" {
			return nil
		}
		return err
	})
	if err := errors.Join(results...); err != nil {
		t.Fatal(err)
	}
	p, err := sessions.FindParticipantByEmail(h.app, h.session.Id, "elsewhere@x.example")
	if err == nil && p.UserID() == account.Id {
		return
	}
	if p := h.participant("outside@x.example"); p.UserID() != "" {
		t.Errorf("%s is %q's, want none", p.Address(), p.UserID())
	}
}

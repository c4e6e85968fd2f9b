package entry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// moves gives somebody another address, and the old one to somebody new.
func (h *hall) moves(who, to string) (heir *core.Record) {
	h.Helper()
	account := hookstest.Stored(h.T, h.app, "users", h.by[who].Id)
	old := account.Email()
	account.SetEmail(to)
	if err := h.app.Save(account); err != nil {
		h.Fatal(err)
	}
	h.by[who] = account
	h.by["heir"] = hookstest.Person(h.T, h.app, old)
	return h.by["heir"]
}

func TestWhoGivesAnAddressUpKeepsHisPlace(t *testing.T) {
	for _, settings := range []string{"passwordless", "lobby", "open room"} {
		h := stage(t, settings).at("running")
		if v, code := h.join("outside", ""); code != "" || v.Participant.UserID() != h.by["outside"].Id {
			t.Fatalf("%s: %s", settings, code)
		}
		code, place := h.code("outside@x.example"), h.participant("outside@x.example").Id
		h.moves("outside", "elsewhere@x.example")
		for who, v := range map[string]*entry.Visitor{"himself": h.visit("outside"), "himself by his link": h.visit("outside by the link of elsewhere")} {
			if v.Participant == nil || v.Participant.Id != place || v.Address() != "elsewhere@x.example" || v.Standing == entry.WrongAccount {
				t.Errorf("%s, %s: %s as %s", settings, who, v.Standing, v.Address())
			}
		}
		if v := h.visit("heir"); v.Participant != nil || v.Leads() {
			t.Errorf("%s: who has the address now is %s, %s", settings, v.Participant.Id, v.Standing)
		}
		v, err := entry.At(h.app, h.by["heir"], code, h.session)
		if err != nil || v.Standing != entry.WrongAccount {
			t.Errorf("%s: who has the address now opens the old link: %s, %v", settings, v.Standing, err)
		}
		if waiting, err := entry.Waiting(h.app, h.by["heir"]); err != nil || len(waiting) != 0 {
			t.Errorf("%s: who has the address now is asked to %d sessions, %v", settings, len(waiting), err)
		}
	}
}

// TestAPlaceThatKeepsItsAddressIsNobodyElses holds where the old address stays: the new one is on the list, too.
func TestAPlaceThatKeepsItsAddressIsNobodyElses(t *testing.T) {
	for _, settings := range []string{"", "lobby", "open room"} {
		h := stage(t, settings).at("running")
		h.join("outside", "")
		h.moves("outside", "new@x.example") // is asked by itself
		if got := h.participant("outside@x.example").UserID(); got != h.by["outside"].Id {
			t.Errorf("%s: the place is %q's", settings, got)
		}
		v, code := h.join("heir", "")
		if v.Standing != entry.Stranger || v.Participant != nil || code != entry.CodeBlocked {
			t.Errorf("%s: who has the address now: %s, %s", settings, v.Standing, code)
		}
		if v := h.visit("outside"); v.Participant == nil || v.Participant.UserID() != v.Account.Id {
			t.Errorf("%s: himself: %s", settings, v.Standing)
		}
	}
}

func TestAPlaceStaysWithItsAccountForEveryWriter(t *testing.T) {
	h := stage(t, "").at("running")
	h.join("outside", "")
	for what, set := range map[string]func(p *sessions.Participant){
		"another account": func(p *sessions.Participant) { p.Set("user", h.by["stranger"].Id) },
		"no account":      func(p *sessions.Participant) { p.Set("user", "") },
		"another address": func(p *sessions.Participant) { p.Set("email", "stranger@x.example") },
	} {
		p := h.participant("outside@x.example")
		set(p)
		hookstest.Refused(t, what, h.app.Save(p), sessions.CodeFixed)
	}
	unknown := h.participant("new@x.example")
	unknown.Set("email", "stranger@x.example")
	hookstest.Refused(t, "another address of nobody yet", h.app.Save(unknown), sessions.CodeFixed)
	if err := h.app.Delete(hookstest.Stored(t, h.app, "users", h.by["outside"].Id)); err != nil {
		t.Fatal(err)
	}
	if p := h.participant("outside@x.example"); p.UserID() != "" {
		t.Errorf("the account is gone, and its place is %q's", p.UserID())
	}
}

// TestTwoWhoCameByOneAddressAreNotOne removes who has the address now: who had it stays in.
func TestTwoWhoCameByOneAddressAreNotOne(t *testing.T) {
	h := stage(t, "").at("running")
	h.join("outside", "")
	h.moves("outside", "new@x.example")
	err := h.app.RunInTransaction(func(tx core.App) error {
		_, err := members.Welcome(tx, h.team.Id, h.by["heir"].Id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.remove("heir")
	if state := h.state("outside@x.example"); state != sessions.StateAdmitted {
		t.Errorf("who had the address is %s", state)
	}
}

// TestAPlaceIsBoundOnce has an account come as it gives its address up: the place is either his, with the new address,
// or nobody's yet.
func TestAPlaceIsBoundOnce(t *testing.T) {
	for n := range 6 {
		placeBoundOnce(t, time.Duration(n)*3*time.Millisecond)
	}
}

// placeBoundOnce lets the account come that much after its address begins to go.
func placeBoundOnce(t *testing.T, after time.Duration) {
	t.Helper()
	h := stage(t, "").at("running")
	v := h.visit("outside")
	account := hookstest.Stored(t, h.app, "users", h.by["outside"].Id)
	account.SetEmail("elsewhere@x.example")
	hookstest.Widen(h.app, "users", "participants")
	results := hookstest.Race(2, func(n int) error {
		if n == 0 {
			return h.app.Save(account)
		}
		time.Sleep(after)
		err := entry.Join(h.app, v, "", from)
		if record.Code(err) != "" {
			return nil
		}
		return err
	})
	if err := errors.Join(results...); err != nil {
		t.Fatal(err)
	}
	p, err := sessions.ParticipantBy(h.app, h.session.Id, "elsewhere@x.example")
	if err == nil && p.UserID() == account.Id {
		return
	}
	if p := h.participant("outside@x.example"); p.UserID() != "" {
		t.Errorf("%s is %q's", p.Address(), p.UserID())
	}
}

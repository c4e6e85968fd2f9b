package join_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// copiedCode is the personal link of the invitee with that address, as copied by the host.
func (h *fixture) copiedCode(address string) string {
	h.Helper()
	link, err := sessions.CopyLink(h.app, hookstest.Actor(h.T, h.app, h.users["host"], h.team), h.session.Id, h.participant(address).Id)
	if err != nil {
		h.Fatal(err)
	}
	return link[strings.LastIndexByte(link, '/')+1:]
}

// A link that a host copied proves nothing about the address, though email works (R60).
func TestCopiedLink_DoesNotProveAddress(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	visit := func(code string) *join.Visitor {
		t.Helper()
		v, err := join.Resolve(h.app, nil, code, h.session)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := visit(h.copiedCode("new@x.example")).Status; got != join.NeedsName {
		t.Errorf("someone without an account: %q, want %v", got, join.NeedsName)
	}
	if got := visit(h.copiedCode("guest@x.example")).Status; got != join.SignIn {
		t.Errorf("someone with a confirmed account: %q, want %v", got, join.SignIn)
	}
	if got := visit(h.personalCode("guest@x.example")).Status; got == join.SignIn {
		t.Errorf("the emailed link of the same person: %q, want anything but %v", got, join.SignIn)
	}
}

func TestCopiedLink_SignUp_IsNotConfirmed(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	code := h.copiedCode("new@x.example")
	v, err := join.Resolve(h.app, nil, code, h.session)
	if err != nil {
		t.Fatal(err)
	}
	account, err := join.SignUpInvitee(h.app, v, join.SignUpForm{Name: "New Person", Password: "correct horse battery", IP: testIP})
	if errs.Code(err) != accounts.CodeUnverified || account == nil || account.Verified() {
		t.Fatalf("got %v, %v", account, err)
	}
	if n := hookstest.Count(t, h.app, "outbox", dbx.HashExp{"kind": mail.KindConfirmAddress}); n != 1 {
		t.Error("no email confirms the address")
	}
}

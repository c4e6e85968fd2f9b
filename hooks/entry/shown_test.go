package entry_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// copied is the personal link that the host copied, of who was invited under that address.
func (h *hall) copied(address string) string {
	h.Helper()
	link, err := sessions.CopyLink(h.app, hookstest.Actor(h.T, h.app, h.by["host"], h.team), h.session.Id, h.participant(address).Id)
	if err != nil {
		h.Fatal(err)
	}
	return link[strings.LastIndexByte(link, '/')+1:]
}

// A link that a host copied proves nothing about the address, though email works (R60).
func TestCopiedLink_DoesNotStandForTheAddress(t *testing.T) {
	h := stage(t, "passwordless").at("running")
	visit := func(code string) *entry.Visitor {
		t.Helper()
		v, err := entry.At(h.app, nil, code, h.session)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := visit(h.copied("new@x.example")).Standing; got != entry.Name {
		t.Errorf("someone without an account: %q", got)
	}
	if got := visit(h.copied("guest@x.example")).Standing; got != entry.SignIn {
		t.Errorf("someone with a confirmed account: %q", got)
	}
	if got := visit(h.code("guest@x.example")).Standing; got == entry.SignIn {
		t.Errorf("the emailed link of the same person: %q", got)
	}
}

func TestCopiedLink_AnAccountMadeByIt_IsNotConfirmed(t *testing.T) {
	h := stage(t, "").at("running")
	code := h.copied("new@x.example")
	v, err := entry.At(h.app, nil, code, h.session)
	if err != nil {
		t.Fatal(err)
	}
	account, err := entry.Enroll(h.app, v, entry.Newcomer{Name: "New Person", Password: "correct horse battery", From: from})
	if record.Code(err) != accounts.CodeUnverified || account == nil || account.Verified() {
		t.Fatalf("%v, %v", account, err)
	}
	if n := hookstest.Count(t, h.app, "outbox", dbx.HashExp{"kind": mail.KindConfirmAddress}); n != 1 {
		t.Error("no email confirms the address")
	}
}

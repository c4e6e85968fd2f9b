package join_test

import (
	"encoding/json"
	"errors"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestModerate_Permissions(t *testing.T) {
	h := newFixture(t, "lobby").moveTo("running")
	for _, who := range []string{"host", "cohost", "asked", "guest"} {
		h.join(who, "")
	}
	controls := map[string]func(by *sessions.Participant, target string) error{
		"admit":  func(by *sessions.Participant, target string) error { return join.Admit(h.app, by, target, testIP) },
		"refuse": func(by *sessions.Participant, target string) error { return join.Deny(h.app, by, target, testIP) },
		"remove": func(by *sessions.Participant, target string) error { return join.Kick(h.app, by, target, testIP) },
	}
	for _, s := range []struct {
		by, control, target, before string
		code, after                 string
	}{
		{"host", "admit", "guest", "waiting", "", "admitted"},
		{"cohost", "admit", "guest", "waiting", "", "admitted"},
		{"host", "admit", "guest", "admitted", "", "admitted"},
		{"host", "admit", "guest", "refused", "", "admitted"},
		{"host", "admit", "guest", "out", join.CodeBlocked, "out"},
		{"host", "admit", "guest", "declined", join.CodeBlocked, "declined"},
		{"host", "admit", "guest", "invited", join.CodeBlocked, "invited"},
		{"asked", "admit", "guest", "waiting", errs.CodeNotAllowed, "waiting"},
		{"guest", "admit", "guest", "waiting", errs.CodeNotAllowed, "waiting"},
		{"host", "refuse", "guest", "waiting", "", "refused"},
		{"host", "refuse", "guest", "admitted", join.CodeBlocked, "admitted"},
		{"host", "refuse", "guest", "out", join.CodeBlocked, "out"},
		{"asked", "refuse", "guest", "waiting", errs.CodeNotAllowed, "waiting"},
		{"host", "remove", "guest", "admitted", "", "out"},
		{"host", "remove", "guest", "waiting", "", "out"},
		{"host", "remove", "guest", "out", "", "out"},
		{"cohost", "remove", "guest", "admitted", "", "out"},
		{"asked", "remove", "guest", "admitted", errs.CodeNotAllowed, "admitted"},
		{"cohost", "remove", "host", "admitted", errs.CodeNotAllowed, "admitted"},
		{"cohost", "remove", "cohost", "admitted", "put_out_self", "admitted"},
		{"host", "remove", "host", "admitted", "put_out_self", "admitted"},
		{"host", "remove", "cohost", "admitted", "", "out"},
	} {
		was := h.state(s.target + "@x.example")
		h.setState(s.target+"@x.example", s.before)
		err := controls[s.control](h.participant(s.by+"@x.example"), h.participant(s.target+"@x.example").Id)
		hookstest.AssertCode(t, s.by+" "+s.control+" "+s.target+" who is "+s.before, err, s.code)
		if got := h.state(s.target + "@x.example"); got != s.after {
			t.Errorf("%s %s %s who is %s: now %s, want %v", s.by, s.control, s.target, s.before, got, s.after)
		}
		h.setState(s.target+"@x.example", was)
	}
}

func TestModerate_AfterLosingRights_IsRefused(t *testing.T) {
	h := newFixture(t, "lobby").moveTo("running")
	h.join("host", "")
	h.join("cohost", "")
	h.join("guest", "")
	host, cohost, guest := h.participant("host@x.example"), h.participant("cohost@x.example"), h.participant("guest@x.example").Id
	if err := join.Kick(h.app, host, cohost.Id, testIP); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "a removed co-host", join.Admit(h.app, cohost, guest, testIP), errs.CodeNotAllowed)
	h.moveTo("ended")
	hookstest.AssertCode(t, "after the end", join.Admit(h.app, host, guest, testIP), sessions.CodeEnded)
	other := hookstest.ScheduleSession(t, h.app, h.users["owner"], h.team, sessions.Form{Title: "Another"})
	owners, err := sessions.FindParticipantByEmail(h.app, other.Id, "owner@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := join.Admit(h.app, owners, guest, testIP); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("a participant of another session: got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestAdmit_Requester_BecomesGuest(t *testing.T) {
	h := newFixture(t, "lobby").moveTo("running")
	h.join("host", "")
	v, _ := h.join("stranger", "")
	host, id := h.participant("host@x.example"), v.Participant.Id
	hookstest.AssertCode(t, "gate before", join.Authorize(h.app, id, h.session.Media()), join.CodeBlocked)
	if err := join.Deny(h.app, host, id, testIP); err != nil || h.visit("stranger").Status != join.Denied {
		t.Fatalf("%v %s, want %v", err, h.visit("stranger").Status, join.Denied)
	}
	if _, code := h.join("stranger", ""); code != join.CodeBlocked {
		t.Errorf("who was refused joins: %q, want %v", code, join.CodeBlocked)
	}
	if err := join.Admit(h.app, host, id, testIP); err != nil || h.visit("stranger").Status != join.Admitted || h.kind("stranger@x.example") != "guest" {
		t.Fatalf("%v %s %q, want %v and %q", err, h.visit("stranger").Status, h.kind("stranger@x.example"), join.Admitted, "guest")
	}
	if err := join.Authorize(h.app, id, h.session.Media()); err != nil {
		t.Error(err)
	}
	if err := join.Kick(h.app, host, id, testIP); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "gate after", join.Authorize(h.app, id, h.session.Media()), join.CodeBlocked)
	if _, err := join.IssueToken(h.app, v.Participant); errs.Code(err) != join.CodeBlocked {
		t.Errorf("pass after: %v, want %v", err, join.CodeBlocked)
	}
	if v, code := h.join("stranger", ""); code != join.CodeBlocked || v.Status != join.Excluded {
		t.Errorf("a removed participant joined: %q %s, want %v and %v", code, v.Status, join.CodeBlocked, join.Excluded)
	}
}

func TestParticipantState_ExcludedAndDenied_AreEnforced(t *testing.T) {
	for _, s := range []struct{ was, is, code string }{
		{"out", "admitted", sessions.CodeRemoved}, {"out", "invited", sessions.CodeRemoved}, {"out", "out", ""},
		{"refused", "invited", join.CodeBlocked}, {"refused", "waiting", join.CodeBlocked}, {"refused", "declined", join.CodeBlocked},
		{"refused", "admitted", ""}, {"refused", "out", ""}, {"admitted", "out", ""}, {"declined", "admitted", ""}, {"waiting", "refused", ""},
	} {
		h := newFixture(t, "").moveTo("running")
		h.setState("guest@x.example", s.was)
		p := h.participant("guest@x.example")
		p.Set("state", s.is)
		hookstest.AssertCode(t, s.was+" to "+s.is, h.app.Save(p), s.code)
	}
}

func TestAuthorize(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("guest", "")
	p, media := h.participant("guest@x.example"), h.session.Media()
	other := hookstest.ScheduleSession(t, h.app, h.users["owner"], h.team, sessions.Form{Title: "Another"})
	theirs, _ := sessions.FindParticipantByEmail(h.app, other.Id, "owner@x.example")
	for _, s := range []struct {
		what, identity, room string
		missing              bool
		code                 string
	}{
		{"who is in", p.Id, media, false, ""},
		{"who was asked and did not join", h.participant("asked@x.example").Id, media, false, join.CodeBlocked},
		{"no such room", p.Id, "us_other", true, ""},
		{"no room at all", p.Id, "", true, ""},
		{"unknown participant", "unknown", media, true, ""},
		{"participant of another session", theirs.Id, media, true, ""},
	} {
		err := join.Authorize(h.app, s.identity, s.room)
		if s.missing != errors.Is(err, errs.ErrNotFound) || !s.missing && errs.Code(err) != s.code {
			t.Errorf("%s: %v", s.what, err)
		}
	}
	h.moveTo("ended")
	hookstest.Exec(t, h.app, "UPDATE sessions SET media = '"+media+"' WHERE id = '"+h.session.Id+"'", nil)
	hookstest.AssertCode(t, "after the end", join.Authorize(h.app, p.Id, media), sessions.CodeEnded)
	if _, err := join.IssueToken(h.app, p); errs.Code(err) != sessions.CodeEnded {
		t.Errorf("pass after the end: %v, want %v", err, sessions.CodeEnded)
	}
	h.moveTo("soon")
	if _, err := join.IssueToken(h.app, p); errs.Code(err) != sessions.CodeNotStarted {
		t.Errorf("pass before the start: %v, want %v", err, sessions.CodeNotStarted)
	}
}

func TestMetadata_JSON(t *testing.T) {
	data, err := json.Marshal(join.Metadata{Role: sessions.Cohost, Guest: true})
	if err != nil || string(data) != `{"part":"cohost","guest":true}` {
		t.Errorf("%s %v, want %q", data, err, `{"part":"cohost","guest":true}`)
	}
}

package join_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// newOpenFixture is the fixture with a session that is open to everyone who has its link, at a moment.
func newOpenFixture(t *testing.T, settings, entry, code, moment string) *fixture {
	t.Helper()
	h := newFixture(t, settings)
	h.allowLinks(true)
	hookstest.Exec(t, h.app, "UPDATE sessions SET link_entry = {:entry}, access_code = {:code} WHERE id = {:id}",
		dbx.Params{"entry": entry, "code": code, "id": h.session.Id})
	return h.moveTo(moment)
}

func (h *fixture) allowLinks(on bool) {
	h.Helper()
	if _, err := teams.Update(h.app, hookstest.Actor(h.T, h.app, h.users["owner"], h.team), teams.Profile{OpenLinks: &on}); err != nil {
		h.Fatal(err)
	}
}

// visitBy resolves a browser that isn't signed in.
func (h *fixture) visitBy(device string) *join.Visitor {
	h.Helper()
	v, err := join.ResolveDevice(h.app, nil, "", device, h.session)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

// enter lets a browser join with a name, and returns the error code.
func (h *fixture) enter(device, name, code string) (*join.Visitor, string) {
	h.Helper()
	v := h.visitBy(device)
	v.AccessCode = code
	err := join.Join(h.app, v, name, testIP)
	if err != nil && errs.Code(err) == "" {
		h.Fatal(err)
	}
	return v, errs.Code(err)
}

func (h *fixture) linkAddress(device string) string {
	return accounts.LinkGuestAddress(h.team.Id, device)
}

func TestOpenLink_NameAlone_WaitsByDefault(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkWait, "", "running")
	if v := h.visitBy(""); v.Status != join.NeedsName || !v.ByName() || !v.CanSeeDetails() {
		t.Fatalf("a new browser: %s", v.Status)
	}
	v, code := h.enter("dev-1", "  Nora  Lind ", "")
	address := h.linkAddress("dev-1")
	if code != "" || v.Status != join.WaitingRoom || h.state(address) != "waiting" || h.kind(address) != "" {
		t.Fatalf("%q, %s, %q, %q; want the waiting room, and no guest yet", code, v.Status, h.state(address), h.kind(address))
	}
	h.join("host", "")
	if err := join.Admit(h.app, h.participant("host@x.example"), h.participant(address).Id, testIP); err != nil {
		t.Fatal(err)
	}
	p := h.participant(address)
	if v := h.visitBy("dev-1"); v.Status != join.Admitted || h.kind(address) != "guest" || p.Name() != "Nora Lind" || !p.ByLink() {
		t.Errorf("admitted: %s, %q, %+v", v.Status, h.kind(address), p)
	}
	if _, err := join.ReserveSlot(h.app, p); err != nil {
		t.Error(err)
	}
	if v := h.visitBy("dev-2"); v.Status != join.NeedsName || v.Participant != nil {
		t.Errorf("another browser: %s", v.Status)
	}
	if n := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "guest.join", "actor_name": "Nora Lind"}); n != 1 {
		t.Errorf("%d entries about the guest, want 1", n)
	}
	account := hookstest.FindRecord(t, h.app, "users", p.UserID())
	if account.Verified() || accounts.ShownAddress(account.Email()) != "" || strings.Contains(account.Email(), "dev-1") {
		t.Errorf("the account is %s, verified %v", account.Email(), account.Verified())
	}
	if n := hookstest.Count(t, h.app, "outbox", dbx.HashExp{"recipient": address}); n != 0 {
		t.Errorf("%d emails to a guest without an address", n)
	}
	hookstest.AssertPeopleIndex(t, h.app)
}

func TestOpenLink_Levels(t *testing.T) {
	for _, c := range []struct {
		name, settings, entry, moment string
		team                          bool
		status                        join.Status
	}{
		{"open", "", sessions.LinkWait, "running", true, join.WaitingRoom},
		{"direct", "", sessions.LinkDirect, "running", true, join.Admitted},
		{"direct with a waiting room", "lobby", sessions.LinkDirect, "running", true, join.WaitingRoom},
		{"before the host", "", sessions.LinkDirect, "soon", true, join.WaitForHost},
		{"starts no session", "before host", sessions.LinkDirect, "soon", true, join.WaitForHost},
		{"off in the team", "", sessions.LinkDirect, "running", false, join.SignIn},
		{"off in the session", "", "", "running", true, join.SignIn},
		{"too early", "", sessions.LinkDirect, "ahead", true, join.TooEarly},
		{"ended", "", sessions.LinkDirect, "ended", true, join.Ended},
		{"in another tool", "held elsewhere", sessions.LinkDirect, "running", true, join.SignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newOpenFixture(t, c.settings, c.entry, "", c.moment)
			h.allowLinks(c.team)
			v, _ := h.enter("dev-1", "Nora", "")
			if v.Status != c.status {
				t.Errorf("got %s, want %s", v.Status, c.status)
			}
			if allowed := c.status == join.WaitingRoom || c.status == join.Admitted || c.status == join.WaitForHost; (v.Participant != nil) != allowed {
				t.Errorf("is a participant: %v, want %v", v.Participant != nil, allowed)
			}
			if !c.team || c.entry == "" {
				if got := h.visit("stranger").Status; got != join.NotInvited {
					t.Errorf("a stranger who is signed in: %s", got)
				}
			}
		})
	}
}

func TestOpenLink_TurnedOffByTeam_ClosesForNewcomersOnly(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkDirect, "", "running")
	h.enter("dev-1", "Nora", "")
	h.allowLinks(false)
	if v := h.visitBy("dev-1"); v.Status != join.Admitted {
		t.Errorf("who is in: %s", v.Status)
	}
	if v, code := h.enter("dev-2", "Otto", ""); v.Status != join.SignIn || code != accounts.CodeWrongAccount {
		t.Errorf("a new visitor: %s %q", v.Status, code)
	}
}

func TestOpenLink_SettingRefusedWhereTeamForbids(t *testing.T) {
	h := newFixture(t, "")
	open := func() error {
		s := hookstest.FindRecord(t, h.app, "sessions", h.session.Id)
		s.Set("link_entry", sessions.LinkWait)
		return h.app.Save(s)
	}
	hookstest.AssertCode(t, "a bare save", open(), sessions.CodeLinksOff)
	h.allowLinks(true)
	hookstest.AssertCode(t, "allowed", open(), "")
	h.allowLinks(false)
	s := hookstest.FindRecord(t, h.app, "sessions", h.session.Id)
	s.Set("title", "Another title")
	hookstest.AssertCode(t, "another change of one that was opened before", h.app.Save(s), "")
	s.Set("access_code", "abc")
	hookstest.AssertCode(t, "a short code", h.app.Save(s), sessions.CodeBadAccessCode)
}

func TestOpenLink_AccessCode(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkDirect, "kestrel-7", "running")
	if v := h.visitBy(""); !v.AsksForAccessCode() || v.CanSeeDetails() {
		t.Errorf("asks %v, shows details %v", v.AsksForAccessCode(), v.CanSeeDetails())
	}
	for _, wrong := range []string{"", "kestrel", "kestrel-77"} {
		if v, code := h.enter("dev-1", "Nora", wrong); code != sessions.CodeBadAccessCode || v.Participant != nil {
			t.Errorf("%q: %q, %s", wrong, code, v.Status)
		}
	}
	if v, code := h.enter("dev-1", "Nora", " Kestrel-7 "); code != "" || v.Status != join.Admitted || v.AsksForAccessCode() {
		t.Errorf("the code: %q, %s", code, v.Status)
	}
	v := h.visit("stranger")
	hookstest.AssertCode(t, "a signed-in stranger without it", join.Join(h.app, v, "", testIP), sessions.CodeBadAccessCode)
	v.AccessCode = "kestrel-7"
	if err := join.Join(h.app, v, "", testIP); err != nil || v.Status != join.Admitted {
		t.Errorf("a signed-in stranger with it: %v, %s", err, v.Status)
	}
	if v, code := h.join("guest", ""); code != "" || v.Status != join.Admitted {
		t.Errorf("an invitee needs no code: %q, %s", code, v.Status)
	}
}

func TestOpenLink_GuessedCodes_AreLimited(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkDirect, "kestrel-7", "running")
	tries := map[string]int{}
	for n := range 1000 {
		v := h.visitBy(fmt.Sprint("dev-", n))
		v.AccessCode = fmt.Sprint("guess-", n)
		tries[errs.Code(join.Join(h.app, v, "Nora", fmt.Sprintf("192.0.%d.7", n/10)))]++ // a network for every ten
	}
	if tries[sessions.CodeBadAccessCode] != 100 || tries[errs.CodeTooMany] != 900 {
		t.Errorf("got %v, want 100 tries in all", tries)
	}
	if _, code := h.enter("dev-x", "Nora", "kestrel-7"); code != errs.CodeTooMany {
		t.Errorf("the right code while it is limited: %q", code)
	}
	if v, code := h.join("guest", ""); code != "" {
		t.Errorf("an invitee: %q, %s", code, v.Status)
	}
}

func TestOpenLink_RemovedGuest_StaysOutUnderAnotherName(t *testing.T) {
	for name, remove := range map[string]func(h *fixture, p *sessions.Participant) error{
		"from the session": func(h *fixture, p *sessions.Participant) error {
			return join.Kick(h.app, h.participant("host@x.example"), p.Id, testIP)
		},
		"from the team": func(h *fixture, p *sessions.Participant) error {
			_, err := members.Remove(h.app, h.actor("owner"), p.UserID(), members.Handover{})
			return err
		},
	} {
		h := newOpenFixture(t, "", sessions.LinkDirect, "", "running")
		h.join("host", "")
		h.enter("dev-1", "Nora", "")
		if err := remove(h, h.participant(h.linkAddress("dev-1"))); err != nil {
			t.Fatal(err)
		}
		if v, code := h.enter("dev-1", "Somebody Else", ""); code != join.CodeBlocked || v.Status != join.Excluded {
			t.Errorf("%s: %q, %s", name, code, v.Status)
		}
		if v, code := h.enter("dev-2", "Otto", ""); code != "" || v.Status != join.Admitted {
			t.Errorf("%s, another browser: %q, %s", name, code, v.Status)
		}
	}
}

func TestOpenLink_ClosedDuringSession(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkDirect, "", "running")
	h.join("host", "")
	h.enter("dev-1", "Nora", "")
	host := h.participant("host@x.example")
	if err := join.SetOpenLink(h.app, host, false, testIP); err != nil {
		t.Fatal(err)
	}
	h.reload()
	if v, _ := h.enter("dev-2", "Otto", ""); v.Status != join.SignIn || v.Participant != nil {
		t.Errorf("a new visitor: %s", v.Status)
	}
	if v := h.visitBy("dev-1"); v.Status != join.Admitted {
		t.Errorf("who is in: %s", v.Status)
	}
	if err := join.SetOpenLink(h.app, host, true, testIP); err != nil {
		t.Fatal(err)
	}
	h.reload()
	if v, _ := h.enter("dev-2", "Otto", ""); v.Status != join.WaitingRoom {
		t.Errorf("opened again: %s, want the waiting room", v.Status)
	}
	err := join.SetOpenLink(h.app, h.participant(h.linkAddress("dev-1")), true, testIP)
	hookstest.AssertCode(t, "by a guest", err, errs.CodeNotAllowed)
}

// newAlmostFullOpenFixture is a session with one free slot and three guests by link who want it.
func newAlmostFullOpenFixture(t *testing.T) (h *fixture, waiting []*sessions.Participant) {
	t.Helper()
	h = newOpenFixture(t, "", sessions.LinkDirect, "", "running")
	hookstest.Exec(t, h.app, "UPDATE sessions SET people = 2 WHERE id = {:id}", dbx.Params{"id": h.session.Id})
	h.reload()
	h.join("host", "")
	if _, err := join.ReserveSlot(h.app, h.participant("host@x.example")); err != nil {
		t.Fatal(err)
	}
	for _, device := range []string{"dev-1", "dev-2", "dev-3"} {
		h.enter(device, "Guest "+device, "")
		waiting = append(waiting, h.participant(h.linkAddress(device)))
	}
	return h, waiting
}

func TestOpenLink_ConcurrentForLastSlot_OneWins(t *testing.T) {
	h, waiting := newAlmostFullOpenFixture(t)
	hookstest.SlowWrites(h.app, "participants")
	results := hookstest.Race(len(waiting), func(i int) error {
		_, err := join.ReserveSlot(h.app, waiting[i])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, errs.CodeTooMany); won != 1 {
		t.Errorf("%d got the last slot: %v, want 1", won, results)
	}
}

func TestOpenLink_LastSlotWithoutTx_LosesRace(t *testing.T) {
	requireRace(t, "the last slot", func() bool {
		h, waiting := newAlmostFullOpenFixture(t)
		h = h.withoutRules("participants")
		return hookstest.CountSucceeded(t, hookstest.Race(len(waiting), func(i int) error {
			_, err := join.ReserveSlotWithoutTx(h.app, waiting[i].Id)
			return err
		}), errs.CodeTooMany) > 1
	})
}

func TestOpenLink_ConcurrentSameBrowser_MakesOneGuest(t *testing.T) {
	h := newOpenFixture(t, "", sessions.LinkDirect, "", "running")
	hookstest.SlowWrites(h.app, "participants", "memberships", "users")
	visitors := []*join.Visitor{h.visitBy("dev-1"), h.visitBy("dev-1"), h.visitBy("dev-1")}
	results := hookstest.Race(len(visitors), func(i int) error { return join.Join(h.app, visitors[i], "Nora Lind", testIP) })
	if won := hookstest.CountSucceeded(t, results); won != len(visitors) {
		t.Errorf("got %v", results)
	}
	if n := hookstest.Count(t, h.app, "participants", dbx.HashExp{"session": h.session.Id, "by_link": true}); n != 1 {
		t.Errorf("%d participants, want 1", n)
	}
}

package join_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestJoin(t *testing.T) {
	for _, s := range []struct {
		settings, moment, who, name string
		code                        string
		stands                      join.Status
		state, kind                 string // of the row, and in the team
	}{
		{"", "soon", "host", "", "", join.WaitForHost, "admitted", "member"},
		{"", "soon", "asked", "", "", join.WaitForHost, "admitted", "member"},
		{"", "running", "asked", "", "", join.Admitted, "admitted", "member"},
		{"", "running", "guest", "", "", join.Admitted, "admitted", "guest"},
		{"", "running", "outside", "", "", join.Admitted, "admitted", "guest"},
		{"", "soon", "outside", "", "", join.WaitForHost, "admitted", "guest"},
		{"", "ahead", "outside", "", "", join.TooEarly, "invited", "guest"}, // the prompt after signing in
		{"", "ahead", "asked", "", "", join.TooEarly, "invited", "member"},
		{"", "ahead", "outside's link", "", "not_started", join.TooEarly, "invited", ""},
		{"", "running", "stranger", "", "blocked", join.NotInvited, "", ""},
		{"", "running", "member", "", "blocked", join.NotInvited, "", "member"},
		{"", "running", "nobody", "", "wrong_account", join.SignIn, "", ""},
		{"", "running", "new's link", "New Person", "wrong_account", join.SignIn, "invited", ""},
		{"", "running", "stranger by the link of new", "", "wrong_account", join.WrongAccount, "invited", ""},
		{"", "ended", "asked", "", "session_ended", join.Ended, "invited", "member"},
		{"", "missed", "asked", "", "session_ended", join.NeverStarted, "invited", "member"},
		{"", "cancelled", "asked", "", "session_ended", join.Cancelled, "invited", "member"},

		{"passwordless", "running", "new's link", "New Person", "", join.Admitted, "admitted", "guest"},
		{"passwordless", "soon", "new's link", "New Person", "", join.WaitForHost, "admitted", "guest"},
		{"passwordless", "running", "new's link", " ", "required", join.NeedsName, "invited", ""},
		{"passwordless", "running", "new's link", "http://x", "bad_text", join.NeedsName, "invited", ""},
		{"passwordless", "ahead", "new's link", "New Person", "not_started", join.TooEarly, "invited", ""},
		{"passwordless", "running", "outside's link", "", "", join.Admitted, "admitted", "guest"},
		{"passwordless", "running", "guest's link", "Sam Else", "", join.Admitted, "admitted", "guest"},
		{"passwordless", "running", "host's link", "Not the host", "wrong_account", join.SignIn, "invited", "member"},
		{"passwordless, no mail", "running", "new's link", "New Person", "", join.Admitted, "admitted", "guest"},
		{"passwordless, no mail", "running", "outside's link", "Not Outside", "wrong_account", join.SignIn, "invited", ""},

		{"lobby", "running", "host", "", "", join.Admitted, "admitted", "member"},
		{"lobby", "running", "asked", "", "", join.WaitingRoom, "waiting", "member"},
		{"lobby", "soon", "guest", "", "", join.WaitingRoom, "waiting", "guest"},
		{"lobby", "running", "outside", "", "", join.WaitingRoom, "waiting", "guest"},
		{"lobby", "running", "stranger", "", "", join.WaitingRoom, "waiting", ""},
		{"lobby", "running", "member", "", "", join.WaitingRoom, "waiting", "member"},
		{"lobby", "ahead", "stranger", "", "not_started", join.TooEarly, "", ""},

		{"team room", "running", "member", "", "", join.Admitted, "admitted", "member"},
		{"team room", "running", "visitor", "", "", join.WaitingRoom, "waiting", "guest"},
		{"team room", "running", "stranger", "", "", join.WaitingRoom, "waiting", ""},
		{"open room", "running", "stranger", "", "", join.Admitted, "admitted", "guest"},
		{"open room", "soon", "stranger", "", "", join.WaitForHost, "admitted", "guest"},
		{"open room, lobby", "running", "stranger", "", "", join.WaitingRoom, "waiting", "guest"},
		{"open room", "running", "nobody", "", "wrong_account", join.SignIn, "", ""},

		{"before host", "soon", "guest", "", "", join.Admitted, "admitted", "guest"},
		{"before host", "late", "outside", "", "", join.Admitted, "admitted", "guest"},
		{"before host, lobby", "soon", "guest", "", "", join.WaitingRoom, "waiting", "guest"},
		{"before host", "ahead", "guest", "", "", join.TooEarly, "invited", "guest"},

		{"held elsewhere", "soon", "outside", "", "", join.External, "admitted", "guest"},
		{"held elsewhere, lobby", "running", "asked", "", "", join.External, "admitted", "member"},
	} {
		t.Run(s.settings+" "+s.moment+" "+s.who, func(t *testing.T) {
			h := newFixture(t, s.settings).moveTo(s.moment)
			v, code := h.join(s.who, s.name)
			address := strings.TrimSuffix(strings.Split(s.who, " by ")[0], "'s link") + "@x.example"
			if s.who == "stranger by the link of new" {
				address = "new@x.example"
			}
			kind := h.kind(address)
			if s.who == "stranger by the link of new" {
				kind = h.kind("stranger@x.example") + kind
			}
			if code != s.code || v.Status != s.stands || h.state(address) != s.state || kind != s.kind {
				t.Errorf("code %q, %s, %q, %q; want %q, %s, %q, %q", code, v.Status, h.state(address), kind, s.code, s.stands, s.state, s.kind)
			}
			hookstest.AssertPeopleIndex(t, h.app)
		})
	}
}

func TestJoin_ByLinkAndName_CannotSignIn(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	h.join("new's link", "Nora  Lind")
	account := hookstest.FindRecord(t, h.app, "users", h.participant("new@x.example").UserID())
	if account.Verified() || account.GetString("name") != "Nora Lind" || h.participant("new@x.example").DisplayName() != "Nora Lind" {
		t.Errorf("got %v", account.PublicExport())
	}
	for _, password := range []string{"", "-", "Nora Lind", hookstest.Password} {
		_, err := accounts.SignIn(h.app, "new@x.example", password, testIP)
		hookstest.AssertCode(t, "sign in", err, accounts.CodeBadSignIn)
	}
	if n := hookstest.Count(t, h.app, "logins"); n != 0 {
		t.Errorf("%d logins, want 0", n)
	}
	if v := h.visit("new's link"); v.Status != join.Admitted {
		t.Errorf("by the link again: %s, want %v", v.Status, join.Admitted)
	}
	if v, err := join.Resolve(h.app, account, "", h.session); err != nil || v.Status != join.SignIn {
		t.Errorf("as the account itself: %+v %v, want %v", v, err, join.SignIn)
	}
}

func TestJoin_ByLink_KeepsNameOfConfirmedAccount(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	h.join("guest's link", "The Host")
	if name := h.participant("guest@x.example").DisplayName(); name != "Guest" {
		t.Errorf("called %q, want %q", name, "Guest")
	}
}

func TestJoin_ByLink_DoesNotConfirmUnverifiedAccount(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	squatter, err := accounts.New(h.app, accounts.Params{Email: "new@x.example", Name: "Squatter", Password: hookstest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.app.Save(squatter); err != nil {
		t.Fatal(err)
	}
	if _, code := h.join("new's link", "Nora Lind"); code != "" {
		t.Fatal(code)
	}
	stored := hookstest.FindRecord(t, h.app, "users", squatter.Id)
	if stored.Verified() || h.participant("new@x.example").UserID() != squatter.Id || h.participant("new@x.example").DisplayName() != "Nora Lind" {
		t.Errorf("%v, called %s", stored.PublicExport(), h.participant("new@x.example").DisplayName())
	}
	_, err = accounts.SignIn(h.app, "new@x.example", hookstest.Password, testIP)
	hookstest.AssertCode(t, "the squatter signs in", err, accounts.CodeUnverified)
}

func TestJoin_Again_ChangesNothing(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("outside", "")
	rows := hookstest.Count(t, h.app, "audit")
	v, code := h.join("outside", "")
	if code != "" || v.Status != join.Admitted || hookstest.Count(t, h.app, "audit") != rows {
		t.Errorf("%q %s, want none, %v and %v", code, v.Status, join.Admitted, rows)
	}
	h.setState("outside@x.example", "waiting")
	if v, _ := h.join("outside", ""); v.Status != join.WaitingRoom {
		t.Errorf("a waiting visitor was admitted by joining again: %s, want %v", v.Status, join.WaitingRoom)
	}
}

func TestDecline_ConsentIsOfferedAgain(t *testing.T) {
	h := newFixture(t, "").moveTo("soon")
	v := h.visit("outside")
	if err := join.Decline(h.app, v, testIP); err != nil || v.Status != join.Declined || h.kind("outside@x.example") != "" {
		t.Fatalf("%v %s, want %v and none", err, v.Status, join.Declined)
	}
	if err := join.Decline(h.app, v, testIP); err != nil {
		t.Errorf("twice: %v", err)
	}
	if err := join.Authorize(h.app, h.participant("outside@x.example").Id, "any"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("gate: %v, want %v", err, errs.ErrNotFound)
	}
	if v, code := h.join("outside", ""); code != "" || v.Status != join.WaitForHost || h.kind("outside@x.example") != "guest" {
		t.Errorf("after all: %q %s, want none, %v and %q", code, v.Status, join.WaitForHost, "guest")
	}
	for who, want := range map[string]string{"outside": "already_member", "asked": "already_member", "host": "already_member", "stranger": "blocked",
		"nobody": "blocked", "stranger by the link of new": "wrong_account", "new's link": ""} {
		hookstest.AssertCode(t, who, join.Decline(h.app, h.visit(who), testIP), want)
	}
}

func TestJoin_AsGuest_KeepsTeamInvitationDeclined(t *testing.T) {
	h := newFixture(t, "").moveTo("soon")
	hookstest.Invite(t, h.app, h.users["owner"], h.team, "outside@x.example", "organizer")
	hookstest.Exec(t, h.app, "UPDATE invitations SET status = 'declined' WHERE email = 'outside@x.example'", nil)
	if _, code := h.join("outside", ""); code != "" {
		t.Fatal(code)
	}
	if n := hookstest.Count(t, h.app, "invitations", dbx.HashExp{"status": "declined"}); n != 1 || h.kind("outside@x.example") != "guest" {
		t.Errorf("%d declined, %s, want 1 and %q", n, h.kind("outside@x.example"), "guest")
	}
}

func TestJoin_RemovedGuest_NeedsNewInvite(t *testing.T) {
	for _, settings := range []string{"passwordless", "open room, passwordless"} {
		h := newFixture(t, settings).moveTo("soon")
		h.removeMember("guest")
		h.removeMember("visitor")
		links := []string{"guest", "guest's link"}
		if strings.Contains(settings, "open room") {
			links = append(links, "visitor") // wasn't invited: the room's link was the invitation
		}
		for _, who := range links {
			if v, code := h.join(who, "Guest"); code != join.CodeBlocked || v.Status != join.Excluded {
				t.Errorf("%s, %s: %q %s, want %v and %v", settings, who, code, v.Status, join.CodeBlocked, join.Excluded)
			}
		}
		if h.kind("guest@x.example") != "" || h.kind("visitor@x.example") != "" {
			t.Error("back in the team")
		}
		old := h.session
		h.session = hookstest.ScheduleSession(t, h.app, h.users["host"], h.team, sessions.Form{Title: "Another", Guests: []string{"guest@x.example"}})
		if v, code := h.moveTo("soon").join("guest", ""); code != "" || v.Status != join.WaitForHost || h.kind("guest@x.example") != "guest" {
			t.Errorf("invited again: got %q %s, want none, %v and %q", code, v.Status, join.WaitForHost, "guest")
		}
		h.session = old
		if v := h.moveTo("running").visit("guest"); v.Status != join.Excluded {
			t.Errorf("the old session after an invitation to another: got %s, want %v", v.Status, join.Excluded)
		}
	}
}

func TestAuthorize_RemovedMember_IsRefused(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("asked", "")
	p := h.participant("asked@x.example")
	if err := join.Authorize(h.app, p.Id, h.session.Media()); err != nil {
		t.Fatal(err)
	}
	h.removeMember("asked")
	hookstest.AssertCode(t, "gate", join.Authorize(h.app, p.Id, h.session.Media()), join.CodeBlocked)
	if h.state("asked@x.example") != sessions.StateRemoved {
		t.Errorf("is %s, want %v", h.state("asked@x.example"), sessions.StateRemoved)
	}
}

func TestResolve_LinkOpensOnlyItsOwnSession(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	code := h.personalCode("new@x.example")
	h.join("new's link", "Nora Lind")
	other := hookstest.ScheduleSession(t, h.app, h.users["host"], h.team, sessions.Form{Title: "Another", Starts: time.Now().Add(3 * time.Hour), Passwordless: true, Guests: []string{"outside@x.example"}})
	rival := hookstest.Account(t, h.app, "rival@x.example")
	rivals := hookstest.Team(t, h.app, rival, "Other", "free")
	theirs := hookstest.ScheduleSession(t, h.app, rival, rivals, sessions.Form{Passwordless: true})
	for _, session := range []*sessions.Session{other, theirs} {
		v, err := join.Resolve(h.app, nil, code, session)
		if err != nil || v.Status != join.SignIn || v.Participant != nil {
			t.Errorf("%s: %+v %v, want %v and nil", session.Title(), v, err, join.SignIn)
		}
	}
	if v, err := join.Resolve(h.app, h.users["guest"], "", other); err != nil || v.Status != join.NotInvited {
		t.Errorf("a guest of one session at the join page of another: got %+v %v, want %v", v, err, join.NotInvited)
	}
}

func TestFindSession_UnknownLinks(t *testing.T) {
	h := newFixture(t, "passwordless")
	code := h.personalCode("new@x.example")
	for _, bad := range []string{"", "x", "usp_", "usp_" + strings.Repeat("a", 43), code + "x", strings.ToUpper(code), strings.Repeat("x", 5000), "' OR 1=1 --"} {
		if _, _, err := join.FindSession(h.app, bad, testIP); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%.20q: %v, want %v", bad, err, errs.ErrNotFound)
		}
	}
	session, personal, err := join.FindSession(h.app, code, testIP)
	if err != nil || session.Id != h.session.Id || personal != code {
		t.Errorf("%v %q %v, want %v and %v", session, personal, err, h.session.Id, code)
	}
	session, personal, err = join.FindSession(h.app, h.session.Code(), testIP)
	if err != nil || session.Id != h.session.Id || personal != "" {
		t.Errorf("%v %q %v, want %v and none", session, personal, err, h.session.Id)
	}
	for range 40 {
		_, _, err = join.FindSession(h.app, "nowhere", testIP)
	}
	hookstest.AssertCode(t, "the fortieth", err, errs.CodeTooMany)
	if _, _, err := join.FindSession(h.app, h.session.Code(), testIP); err != nil {
		t.Errorf("a known one is slowed down: %v", err)
	}
	if _, _, err := join.FindSession(h.app, "nowhere", "198.51.100.1"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("from elsewhere: %v, want %v", err, errs.ErrNotFound)
	}
}

// A whole office can join from one address; of IPv6, everything in a /64 is one.
func TestJoin_NetworkHasALimitOfItsOwn(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	if n := join.TakeNetworkJoins(h.app, "2001:db8::1"); n != 600 {
		t.Errorf("one network can join %d times a minute, want 600", n)
	}
	for from, want := range map[string]string{"2001:db8::2": errs.CodeTooMany, "2001:db8:0:1::1": "", testIP: ""} {
		if err := join.Join(h.app, h.visit("asked"), "", from); errs.Code(err) != want || want == "" && err != nil {
			t.Errorf("from %s: got %v, want %q", from, err, want)
		}
	}
}

func TestJoin_IsRateLimited(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	var code string
	for range 31 {
		_, code = h.join("asked", "")
	}
	if code != errs.CodeTooMany {
		t.Errorf("the 31st: %q, want %v", code, errs.CodeTooMany)
	}
	if _, code := h.join("guest", ""); code != "" {
		t.Errorf("another person: %q, want none", code)
	}
}

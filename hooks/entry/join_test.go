package entry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

func TestWhereJoiningLeads(t *testing.T) {
	for _, s := range []struct {
		settings, moment, who, name string
		code                        string
		stands                      entry.Standing
		state, kind                 string // of the row, and in the team
	}{
		{"", "soon", "host", "", "", entry.Wait, "admitted", "member"},
		{"", "soon", "asked", "", "", entry.Wait, "admitted", "member"},
		{"", "running", "asked", "", "", entry.In, "admitted", "member"},
		{"", "running", "guest", "", "", entry.In, "admitted", "guest"},
		{"", "running", "outside", "", "", entry.In, "admitted", "guest"},
		{"", "soon", "outside", "", "", entry.Wait, "admitted", "guest"},
		{"", "ahead", "outside", "", "", entry.Early, "invited", "guest"}, // the prompt after signing in
		{"", "ahead", "asked", "", "", entry.Early, "invited", "member"},
		{"", "ahead", "outside's link", "", "not_started", entry.Early, "invited", ""},
		{"", "running", "stranger", "", "blocked", entry.Stranger, "", ""},
		{"", "running", "member", "", "blocked", entry.Stranger, "", "member"},
		{"", "running", "nobody", "", "wrong_account", entry.SignIn, "", ""},
		{"", "running", "new's link", "New Person", "wrong_account", entry.SignIn, "invited", ""},
		{"", "running", "stranger by the link of new", "", "wrong_account", entry.WrongAccount, "invited", ""},
		{"", "ended", "asked", "", "session_ended", entry.Ended, "invited", "member"},
		{"", "missed", "asked", "", "session_ended", entry.Missed, "invited", "member"},
		{"", "cancelled", "asked", "", "session_ended", entry.Off, "invited", "member"},

		{"passwordless", "running", "new's link", "New Person", "", entry.In, "admitted", "guest"},
		{"passwordless", "soon", "new's link", "New Person", "", entry.Wait, "admitted", "guest"},
		{"passwordless", "running", "new's link", " ", "required", entry.Name, "invited", ""},
		{"passwordless", "running", "new's link", "http://x", "bad_text", entry.Name, "invited", ""},
		{"passwordless", "ahead", "new's link", "New Person", "not_started", entry.Early, "invited", ""},
		{"passwordless", "running", "outside's link", "", "", entry.In, "admitted", "guest"},
		{"passwordless", "running", "guest's link", "Somebody else", "", entry.In, "admitted", "guest"},
		{"passwordless", "running", "host's link", "Not the host", "wrong_account", entry.SignIn, "invited", "member"},
		{"passwordless, no mail", "running", "new's link", "New Person", "", entry.In, "admitted", "guest"},
		{"passwordless, no mail", "running", "outside's link", "Not Outside", "wrong_account", entry.SignIn, "invited", ""},

		{"lobby", "running", "host", "", "", entry.In, "admitted", "member"},
		{"lobby", "running", "asked", "", "", entry.Lobby, "waiting", "member"},
		{"lobby", "soon", "guest", "", "", entry.Lobby, "waiting", "guest"},
		{"lobby", "running", "outside", "", "", entry.Lobby, "waiting", "guest"},
		{"lobby", "running", "stranger", "", "", entry.Lobby, "waiting", ""},
		{"lobby", "running", "member", "", "", entry.Lobby, "waiting", "member"},
		{"lobby", "ahead", "stranger", "", "not_started", entry.Early, "", ""},

		{"team room", "running", "member", "", "", entry.In, "admitted", "member"},
		{"team room", "running", "visitor", "", "", entry.Lobby, "waiting", "guest"},
		{"team room", "running", "stranger", "", "", entry.Lobby, "waiting", ""},
		{"open room", "running", "stranger", "", "", entry.In, "admitted", "guest"},
		{"open room", "soon", "stranger", "", "", entry.Wait, "admitted", "guest"},
		{"open room, lobby", "running", "stranger", "", "", entry.Lobby, "waiting", "guest"},
		{"open room", "running", "nobody", "", "wrong_account", entry.SignIn, "", ""},

		{"before host", "soon", "guest", "", "", entry.In, "admitted", "guest"},
		{"before host", "late", "outside", "", "", entry.In, "admitted", "guest"},
		{"before host, lobby", "soon", "guest", "", "", entry.Lobby, "waiting", "guest"},
		{"before host", "ahead", "guest", "", "", entry.Early, "invited", "guest"},

		{"held elsewhere", "soon", "outside", "", "", entry.Away, "admitted", "guest"},
		{"held elsewhere, lobby", "running", "asked", "", "", entry.Away, "admitted", "member"},
	} {
		t.Run(s.settings+" "+s.moment+" "+s.who, func(t *testing.T) {
			h := stage(t, s.settings).at(s.moment)
			v, code := h.join(s.who, s.name)
			address := strings.TrimSuffix(strings.Split(s.who, " by ")[0], "'s link") + "@x.example"
			if s.who == "stranger by the link of new" {
				address = "new@x.example"
			}
			kind := h.kind(address)
			if s.who == "stranger by the link of new" {
				kind = h.kind("stranger@x.example") + kind
			}
			if code != s.code || v.Standing != s.stands || h.state(address) != s.state || kind != s.kind {
				t.Errorf("code %q, %s, %q, %q; want %q, %s, %q, %q", code, v.Standing, h.state(address), kind, s.code, s.stands, s.state, s.kind)
			}
			hookstest.ListsAgree(t, h.app)
		})
	}
}

func TestWhoComesByALinkAndANameCannotSignIn(t *testing.T) {
	h := stage(t, "passwordless").at("running")
	h.join("new's link", "Nora  Lind")
	account := hookstest.Stored(t, h.app, "users", h.participant("new@x.example").UserID())
	if account.Verified() || account.GetString("name") != "Nora Lind" || h.participant("new@x.example").Called() != "Nora Lind" {
		t.Errorf("%v", account.PublicExport())
	}
	for _, password := range []string{"", "-", "Nora Lind", hookstest.Password} {
		_, err := accounts.SignIn(h.app, "new@x.example", password, from)
		hookstest.Refused(t, "sign in", err, accounts.CodeBadSignIn)
	}
	if n := hookstest.Count(t, h.app, "logins"); n != 0 {
		t.Errorf("%d logins", n)
	}
	if v := h.visit("new's link"); v.Standing != entry.In {
		t.Errorf("by the link again: %s", v.Standing)
	}
	if v, err := entry.At(h.app, account, "", h.session); err != nil || v.Standing != entry.SignIn {
		t.Errorf("as the account itself: %+v %v", v, err)
	}
}

func TestTheNameOfAConfirmedAccountIsNotTakenByALink(t *testing.T) {
	h := stage(t, "passwordless").at("running")
	h.join("guest's link", "The Host")
	if name := h.participant("guest@x.example").Called(); name != "Guest" {
		t.Errorf("called %q", name)
	}
}

func TestAnAccountThatSomebodyBeganIsNeitherConfirmedNorOpenedByALink(t *testing.T) {
	h := stage(t, "passwordless").at("running")
	squatter, err := accounts.Draft(h.app, accounts.New{Email: "new@x.example", Name: "Squatter", Password: hookstest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.app.Save(squatter); err != nil {
		t.Fatal(err)
	}
	if _, code := h.join("new's link", "Nora Lind"); code != "" {
		t.Fatal(code)
	}
	stored := hookstest.Stored(t, h.app, "users", squatter.Id)
	if stored.Verified() || h.participant("new@x.example").UserID() != squatter.Id || h.participant("new@x.example").Called() != "Nora Lind" {
		t.Errorf("%v, called %s", stored.PublicExport(), h.participant("new@x.example").Called())
	}
	_, err = accounts.SignIn(h.app, "new@x.example", hookstest.Password, from)
	hookstest.Refused(t, "the squatter signs in", err, accounts.CodeUnverified)
}

func TestJoiningAgainChangesNothing(t *testing.T) {
	h := stage(t, "").at("running")
	h.join("outside", "")
	rows := hookstest.Count(t, h.app, "audit")
	v, code := h.join("outside", "")
	if code != "" || v.Standing != entry.In || hookstest.Count(t, h.app, "audit") != rows {
		t.Errorf("%q %s", code, v.Standing)
	}
	h.set("outside@x.example", "waiting")
	if v, _ := h.join("outside", ""); v.Standing != entry.Lobby {
		t.Errorf("who waits let himself in: %s", v.Standing)
	}
}

func TestADeclinedPromptIsOfferedAgain(t *testing.T) {
	h := stage(t, "").at("soon")
	v := h.visit("outside")
	if err := entry.Decline(h.app, v, from); err != nil || v.Standing != entry.Declined || h.kind("outside@x.example") != "" {
		t.Fatalf("%v %s", err, v.Standing)
	}
	if err := entry.Decline(h.app, v, from); err != nil {
		t.Errorf("twice: %v", err)
	}
	if err := entry.Gate(h.app, h.participant("outside@x.example").Id, "any"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("gate: %v", err)
	}
	if v, code := h.join("outside", ""); code != "" || v.Standing != entry.Wait || h.kind("outside@x.example") != "guest" {
		t.Errorf("after all: %q %s", code, v.Standing)
	}
	for who, want := range map[string]string{"outside": "already_member", "asked": "already_member", "host": "already_member", "stranger": "blocked",
		"nobody": "blocked", "stranger by the link of new": "wrong_account", "new's link": ""} {
		hookstest.Refused(t, who, entry.Decline(h.app, h.visit(who), from), want)
	}
}

func TestADeclinedInvitationStaysDeclinedWhenItsPersonComesAsAGuest(t *testing.T) {
	h := stage(t, "").at("soon")
	hookstest.Invite(t, h.app, h.by["owner"], h.team, "outside@x.example", "organizer")
	hookstest.Exec(t, h.app, "UPDATE invitations SET status = 'declined' WHERE email = 'outside@x.example'", nil)
	if _, code := h.join("outside", ""); code != "" {
		t.Fatal(code)
	}
	if n := hookstest.Count(t, h.app, "invitations", dbx.HashExp{"status": "declined"}); n != 1 || h.kind("outside@x.example") != "guest" {
		t.Errorf("%d declined, %s", n, h.kind("outside@x.example"))
	}
}

func TestWhoWasRemovedComesBackOnlyWhenAskedAnew(t *testing.T) {
	for _, settings := range []string{"passwordless", "open room, passwordless"} {
		h := stage(t, settings).at("soon")
		h.remove("guest")
		h.remove("visitor")
		links := []string{"guest", "guest's link"}
		if strings.Contains(settings, "open room") {
			links = append(links, "visitor") // he was on no list: the room's link was his invitation
		}
		for _, who := range links {
			if v, code := h.join(who, "Guest"); code != entry.CodeBlocked || v.Standing != entry.Out {
				t.Errorf("%s, %s: %q %s", settings, who, code, v.Standing)
			}
		}
		if h.kind("guest@x.example") != "" || h.kind("visitor@x.example") != "" {
			t.Error("back in the team")
		}
		old := h.session
		h.session = hookstest.Session(t, h.app, h.by["host"], h.team, sessions.Form{Title: "Another", Guests: []string{"guest@x.example"}})
		if v, code := h.at("soon").join("guest", ""); code != "" || v.Standing != entry.Wait || h.kind("guest@x.example") != "guest" {
			t.Errorf("asked anew: %q %s", code, v.Standing)
		}
		h.session = old
		if v := h.at("running").visit("guest"); v.Standing != entry.Out {
			t.Errorf("the old session, after he was asked to another: %s", v.Standing)
		}
	}
}

func TestWhoLeavesTheTeamIsOutOfWhatRuns(t *testing.T) {
	h := stage(t, "").at("running")
	h.join("asked", "")
	p := h.participant("asked@x.example")
	if err := entry.Gate(h.app, p.Id, h.session.Media()); err != nil {
		t.Fatal(err)
	}
	h.remove("asked")
	hookstest.Refused(t, "gate", entry.Gate(h.app, p.Id, h.session.Media()), entry.CodeBlocked)
	if h.state("asked@x.example") != sessions.StateOut {
		t.Errorf("is %s", h.state("asked@x.example"))
	}
}

func TestALinkOpensItsOwnSessionAlone(t *testing.T) {
	h := stage(t, "passwordless").at("running")
	code := h.code("new@x.example")
	h.join("new's link", "Nora Lind")
	other := hookstest.Session(t, h.app, h.by["host"], h.team, sessions.Form{Title: "Another", Starts: time.Now().Add(3 * time.Hour), Passwordless: true, Guests: []string{"outside@x.example"}})
	rival := hookstest.Person(t, h.app, "rival@x.example")
	rivals := hookstest.Team(t, h.app, rival, "Other", "free")
	theirs := hookstest.Session(t, h.app, rival, rivals, sessions.Form{Passwordless: true})
	for _, session := range []*sessions.Session{other, theirs} {
		v, err := entry.At(h.app, nil, code, session)
		if err != nil || v.Standing != entry.SignIn || v.Participant != nil {
			t.Errorf("%s: %+v %v", session.Title(), v, err)
		}
	}
	if v, err := entry.At(h.app, h.by["guest"], "", other); err != nil || v.Standing != entry.Stranger {
		t.Errorf("a guest of one session at the door of another: %+v %v", v, err)
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	h := stage(t, "passwordless")
	code := h.code("new@x.example")
	for _, bad := range []string{"", "x", "usp_", "usp_" + strings.Repeat("a", 43), code + "x", strings.ToUpper(code), strings.Repeat("x", 5000), "' OR 1=1 --"} {
		if _, _, err := entry.Find(h.app, bad, from); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	session, personal, err := entry.Find(h.app, code, from)
	if err != nil || session.Id != h.session.Id || personal != code {
		t.Errorf("%v %q %v", session, personal, err)
	}
	session, personal, err = entry.Find(h.app, h.session.Code(), from)
	if err != nil || session.Id != h.session.Id || personal != "" {
		t.Errorf("%v %q %v", session, personal, err)
	}
	for range 40 {
		_, _, err = entry.Find(h.app, "nowhere", from)
	}
	hookstest.Refused(t, "the fortieth", err, record.CodeTooMany)
	if _, _, err := entry.Find(h.app, h.session.Code(), from); err != nil {
		t.Errorf("a known one is slowed down: %v", err)
	}
	if _, _, err := entry.Find(h.app, "nowhere", "198.51.100.1"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestJoinsAreSlowedDown(t *testing.T) {
	h := stage(t, "").at("running")
	var code string
	for range 31 {
		_, code = h.join("asked", "")
	}
	if code != record.CodeTooMany {
		t.Errorf("the 31st: %q", code)
	}
	if _, code := h.join("guest", ""); code != "" {
		t.Errorf("another person: %q", code)
	}
}

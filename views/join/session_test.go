package join_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// fixture is a served team with a session that can be moved in time.
type fixture struct {
	*testing.T
	server  *viewstest.Server
	team    *teams.Team
	owner   *core.Record
	host    *core.Record
	guest   *core.Record // of the team, asked
	invitee *core.Record // asked, in no team
	session *sessions.Session
}

func newFixture(t *testing.T, form sessions.Form) *fixture {
	t.Helper()
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:1"
	server := viewstest.Serve(t, config)
	app := server.App
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	l := &fixture{T: t, server: server, team: team, owner: owner,
		host:  hookstest.Member(t, app, team, "host@x.example", "organizer"),
		guest: hookstest.Guest(t, app, team, "guest@x.example"), invitee: hookstest.Account(t, app, "outside@x.example")}
	form.Guests = append(form.Guests, "guest@x.example", "outside@x.example", "new@x.example")
	l.session = hookstest.ScheduleSession(t, app, l.host, team, form)
	return l
}

// startIn sets the start of the session to so many minutes from now.
func (l *fixture) startIn(minutes int) *fixture {
	l.Helper()
	starts := time.Now().Add(time.Duration(minutes) * time.Minute)
	hookstest.Exec(l.T, l.server.App, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}",
		dbx.Params{"id": l.session.Id, "starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Hour))})
	return l
}

func (l *fixture) start() *fixture {
	l.Helper()
	if _, err := runs.Start(l.server.App, hookstest.Actor(l.T, l.server.App, l.host, l.team), l.session.Id); err != nil {
		l.Fatal(err)
	}
	return l
}

func (l *fixture) sessionLink() string { return "/s/" + l.session.Code() }

// personalLink is the personal link of an address.
func (l *fixture) personalLink(address string) string {
	l.Helper()
	p, err := sessions.FindParticipantByEmail(l.server.App, l.session.Id, address)
	if err != nil {
		l.Fatal(err)
	}
	code, err := sessions.PersonalCode(l.server.App, p)
	if err != nil {
		l.Fatal(err)
	}
	return "/s/" + code
}

func (l *fixture) participantState(address string) string {
	p, err := sessions.FindParticipantByEmail(l.server.App, l.session.Id, address)
	if err != nil {
		return ""
	}
	return p.State()
}

func assertReply(t *testing.T, what string, r viewstest.Reply, status int, parts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: status %d, want %d", what, r.Status, status)
	}
	for _, part := range parts {
		if !strings.Contains(r.Body, part) && !strings.Contains(html.UnescapeString(r.Body), part) {
			t.Errorf("%s: got no %q", what, part)
		}
	}
}

func TestJoinPage_EveryStatus(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	stranger := hookstest.Account(t, l.server.App, "stranger@x.example")
	signedOut := l.server.Anonymous()
	assertReply(t, "ahead, own link", signedOut.Get(l.personalLink("new@x.example")), 200, "Weekly review", "Are you going?", "join from 15 minutes before the start")
	assertReply(t, "ahead, signed out", signedOut.Get(l.sessionLink()), 200, "Weekly review", "/signin?next=", "Use the personal link in that email")
	assertReply(t, "ahead, host", l.server.As(l.host).Get(l.sessionLink()), 200, "Starts in", "join from 15 minutes")
	l.startIn(5)
	assertReply(t, "new person", signedOut.Get(l.personalLink("new@x.example")), 200, "Create account and join", "new@x.example", "When you join, you become a guest of Halation Post")
	assertReply(t, "has an account", signedOut.Get(l.personalLink("outside@x.example")), 200, "Sign in and join", "Forgot your password?")
	assertReply(t, "prompt", l.server.As(l.invitee).Get(l.sessionLink()), 200, "invited you to a session", "Accept and join", "Decline", "If you decline, you can still join later")
	assertReply(t, "guest waits", l.server.As(l.guest).Get(l.sessionLink()), 200, "The host hasn't started the session yet.", "data-check", "/events?seen=")
	assertReply(t, "host waits", l.server.As(l.host).Get(l.sessionLink()), 200, "You haven't started the session yet.", "Start session")
	assertReply(t, "stranger", l.server.As(stranger).Get(l.sessionLink()), 200, "You're not invited to this session", "ask the person who invited you to invite this one", "Sign out")
	assertReply(t, "wrong account", l.server.As(stranger).Get(l.personalLink("new@x.example")), 200, "This link is for another address", "n••••@x.example", "stranger@x.example", "Sign out and continue")
	l.start()
	assertReply(t, "running", l.server.As(l.guest).Get(l.sessionLink()), 200, "The session is running.", "Join now")
	for _, path := range []string{"/s/nowhere", "/s/usp_nowhere"} {
		assertReply(t, path, signedOut.Get(path), 404, "We don't know this link", "help@usher.test")
	}
	if err := runs.End(l.server.App, hookstest.Actor(t, l.server.App, l.host, l.team), l.session.Id); err != nil {
		t.Fatal(err)
	}
	assertReply(t, "ended", signedOut.Get(l.personalLink("new@x.example")), 410, "This session has ended", "ask the host")
}

func TestJoinPage_Get_ChangesNothing(t *testing.T) {
	l := newFixture(t, sessions.Form{Passwordless: true, JoinBeforeHost: true}).startIn(5)
	count := func() (n int) {
		for _, collection := range []string{"users", "memberships", "participants", "audit"} {
			n += hookstest.Count(t, l.server.App, collection)
		}
		return n
	}
	outside := l.server.As(l.invitee)
	before := count()
	for _, b := range []*viewstest.Browser{l.server.Anonymous(), outside} {
		for _, path := range []string{l.sessionLink(), l.personalLink("new@x.example"), l.personalLink("outside@x.example"), l.sessionLink() + "/join", l.personalLink("new@x.example") + "/decline"} {
			b.Get(path)
		}
	}
	if after := count(); after != before || l.participantState("new@x.example") != "invited" {
		t.Errorf("%d rows, then %d, want %v and %q", before, after, before, "invited")
	}
}

func TestJoinSession_PersonalLink_WithNameOnly(t *testing.T) {
	l := newFixture(t, sessions.Form{Passwordless: true}).startIn(5)
	b, own := l.server.Anonymous(), l.personalLink("new@x.example")
	assertReply(t, "the form", b.Get(own), 200, "Your first and last name", "Everyone in the session can see it")
	assertReply(t, "no name", b.Post(own+"/join", url.Values{"name": {"  "}}), 422, "Your name is required")
	r := b.Post(own+"/join", url.Values{"name": {"Nora Lind"}})
	if r.Status != http.StatusSeeOther || r.Location != own || !strings.Contains(r.Header.Get("Set-Cookie"), "usher_pass=usp_") || !strings.Contains(r.Header.Get("Set-Cookie"), "HttpOnly; SameSite=Lax") {
		t.Fatalf("%d %s %v", r.Status, r.Location, r.Header)
	}
	assertReply(t, "by the cookie at the session's own link", b.Get(l.sessionLink()), 200, "You join automatically when the host starts")
	for _, path := range []string{"/teams", "/app/halation-post", "/admin/halation-post", "/account"} {
		if r := b.Get(path); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/signin") {
			t.Errorf("%s opens: %d %s, want %v and it with %q", path, r.Status, r.Location, http.StatusSeeOther, "/signin")
		}
	}
	assertReply(t, "the waiting page joins by itself", b.Get(l.sessionLink()), 200, "data-enters")
	l.start()
	assertReply(t, "the host starts", b.Get(l.sessionLink()), 200, "data-join", "Join now")
	if r := b.Post(l.sessionLink()+"/join", nil); r.Location != "/live/"+l.session.Id {
		t.Errorf("%d %s, want %v", r.Status, r.Location, "/live/"+l.session.Id)
	}
	other := hookstest.ScheduleSession(t, l.server.App, l.host, l.team, sessions.Form{Title: "Another", Starts: time.Now().Add(50 * time.Hour)})
	assertReply(t, "another session", b.Get("/s/"+other.Code()), 200, "Sign in with the invited address")
}

func TestJoinSession_PersonalLink_CreatesAccount(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5)
	b, own := l.server.Anonymous(), l.personalLink("new@x.example")
	assertReply(t, "weak", b.Post(own+"/join", url.Values{"name": {"Nora Lind"}, "password": {"short"}}), 422, "Use at least 12", "Nora Lind")
	if r := b.Post(own+"/join", url.Values{"name": {"Nora Lind"}, "password": {hookstest.Password}}); r.Status != http.StatusSeeOther {
		t.Fatalf("%d %s, want %v", r.Status, r.Body, http.StatusSeeOther)
	}
	assertReply(t, "signed in", b.Get(own), 200, "The host hasn't started the session yet.")
	if r := b.Get("/teams"); r.Status != 200 || l.participantState("new@x.example") != "admitted" {
		t.Errorf("%d %s, want 200 and %q", r.Status, l.participantState("new@x.example"), "admitted")
	}
}

func TestJoinSession_PersonalLink_SignsIn(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5)
	b, own := l.server.Anonymous(), l.personalLink("outside@x.example")
	assertReply(t, "wrong", b.Post(own+"/join", url.Values{"password": {"wrong wrong wrong"}}), 422, "Wrong email address or password")
	if l.participantState("outside@x.example") != "invited" {
		t.Error("joined")
	}
	if r := b.Post(own+"/join", url.Values{"password": {hookstest.Password}}); r.Status != http.StatusSeeOther || l.participantState("outside@x.example") != "admitted" {
		t.Errorf("%d %s, want %v and %q", r.Status, l.participantState("outside@x.example"), http.StatusSeeOther, "admitted")
	}
}

func TestJoinSession_PersonalLink_TakesSecondStep(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5)
	two := hookstest.EnableTwoFactors(t, l.server.App, l.invitee)
	b, own := l.server.Anonymous(), l.personalLink("outside@x.example")
	r := b.Post(own+"/join", url.Values{"password": {hookstest.Password}})
	if next := "/signin/two-factors?next=" + url.QueryEscape(own); r.Location != next || l.participantState("outside@x.example") != "invited" {
		t.Fatalf("got %d %s and %s, want %s and no one joined", r.Status, r.Location, l.participantState("outside@x.example"), next)
	}
	b.Post("/signin/two-factors", url.Values{"code": {two.Code(t)}, "next": {own}})
	if r := b.Post(own+"/join", nil); r.Status != http.StatusSeeOther || l.participantState("outside@x.example") != "admitted" {
		t.Errorf("got %d and %s after the second step, want them admitted", r.Status, l.participantState("outside@x.example"))
	}
}

func TestGuestConsent_Declined_CanBeAcceptedLater(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5)
	b := l.server.As(l.invitee)
	if r := b.Post(l.sessionLink()+"/decline", nil); r.Status != http.StatusSeeOther || l.participantState("outside@x.example") != "declined" {
		t.Fatalf("%d %s, want %v and %q", r.Status, l.participantState("outside@x.example"), http.StatusSeeOther, "declined")
	}
	assertReply(t, "declined", b.Get(l.sessionLink()), 200, "You declined this session", "Accept and join")
	again := l.server.Anonymous()
	r := again.Post("/signin", url.Values{"email": {"outside@x.example"}, "password": {hookstest.Password}})
	if !strings.HasPrefix(r.Location, "/teams?next=") {
		t.Errorf("signing in leads to %s, want it to contain %q", r.Location, "/teams?next=")
	}
	assertReply(t, "offered after signing in", again.Get(r.Location), 200, "Halation Post invites you to “Weekly review” as a guest", "You declined this invitation", l.sessionLink()+"/join")
	if r := again.Post(l.sessionLink()+"/join", nil); r.Status != http.StatusSeeOther || l.participantState("outside@x.example") != "admitted" {
		t.Errorf("%d %s, want %v and %q", r.Status, l.participantState("outside@x.example"), http.StatusSeeOther, "admitted")
	}
	if r := l.server.Anonymous().Post("/signin", url.Values{"email": {"outside@x.example"}, "password": {hookstest.Password}}); strings.HasPrefix(r.Location, "/teams") {
		t.Errorf("and is not offered any more: %s, want no %q", r.Location, "/teams")
	}
}

func TestSaveRSVP_BeforeStart(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	signedOut := l.server.Anonymous()
	if r := signedOut.Post(l.personalLink("new@x.example")+"/answer", url.Values{"answer": {"maybe"}}); r.Status != http.StatusSeeOther {
		t.Errorf("%d %s, want %v", r.Status, r.Body, http.StatusSeeOther)
	}
	assertReply(t, "answered", signedOut.Get(l.personalLink("new@x.example")), 200, "You answered maybe")
	assertReply(t, "no such answer", signedOut.Post(l.personalLink("new@x.example")+"/answer", url.Values{"answer": {"never"}}), 422, "yes, maybe or no")
	for what, r := range map[string]viewstest.Reply{
		"signedOut":     signedOut.Post(l.sessionLink()+"/answer", url.Values{"answer": {"yes"}}),
		"wrong account": l.server.As(l.guest).Post(l.personalLink("new@x.example")+"/answer", url.Values{"answer": {"yes"}}),
	} {
		assertReply(t, what, r, 403)
	}
}

func TestStartSession_Permissions(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5)
	for what, b := range map[string]*viewstest.Browser{"signed out": l.server.Anonymous(), "guest": l.server.As(l.guest), "owner": l.server.As(l.owner), "outside": l.server.As(l.invitee)} {
		if r := b.Post(l.sessionLink()+"/start", nil); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want %v", what, r.Status, http.StatusForbidden)
		}
	}
	if r := l.server.As(l.host).Get(l.sessionLink()); !strings.Contains(r.Body, "Start session") || strings.Contains(r.Body, "who hosts this session") {
		t.Errorf("the host is told to ask the host: %s, want it to contain %q and no %q", r.Body, "Start session", "who hosts this session")
	}
	if r := l.server.As(l.host).Post(l.sessionLink()+"/start", nil); r.Location != "/live/"+l.session.Id || l.participantState("host@x.example") != "admitted" {
		t.Errorf("host: %d %s, want %v and %q", r.Status, r.Location, "/live/"+l.session.Id, "admitted")
	}
}

func TestRoomPage_HostStartsTheNextSession_IsInTheSession(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	blue := newRoom(l, "Blue room", rooms.AccessTeam)
	next := hookstest.ScheduleSession(t, l.server.App, l.host, l.team, sessions.Form{Title: "Grading", Room: blue.Id, Starts: time.Now().Add(10 * time.Minute)})
	start := "/s/" + next.Code() + "/start"
	assertReply(t, "host", l.server.As(l.host).Get("/r/"+blue.Slug()), 200, "Start session", start)
	if body := l.server.As(l.owner).Get("/r/" + blue.Slug()).Body; strings.Contains(body, start) || !strings.Contains(body, "Open join page") {
		t.Errorf("an owner who doesn't lead the session gets %s, want a link to the join page", body)
	}
	if r := l.server.As(l.host).Post(start, nil); r.Location != "/live/"+next.Id {
		t.Errorf("starting it: %d %s, want the live session", r.Status, r.Location)
	}
}

func TestJoinPage_ExternalLink_ShownAfterJoin(t *testing.T) {
	l := newFixture(t, sessions.Form{ExternalLink: "https://meet.example.com/secret", Passwordless: true}).startIn(5)
	b, own := l.server.Anonymous(), l.personalLink("new@x.example")
	for _, path := range []string{l.sessionLink(), own} {
		if strings.Contains(b.Get(path).Body, "meet.example.com") {
			t.Errorf("%s tells where, want no %q", path, "meet.example.com")
		}
	}
	host := l.server.As(l.host).Get(l.sessionLink())
	assertReply(t, "before the join", host, 200, "Join to get the link.", "Join now")
	for _, part := range []string{"data-check", "Start and join", "starts the session"} {
		if strings.Contains(host.Body, part) {
			t.Errorf("the join page of a session held elsewhere has %q, want no %q", part, part)
		}
	}
	b.Post(own+"/join", url.Values{"name": {"Nora Lind"}})
	assertReply(t, "behind the join", b.Get(own), 200, "https://meet.example.com/secret", "Open the session")
}

func newRoom(l *fixture, name, who string) *rooms.Room {
	l.Helper()
	room, err := rooms.Create(l.server.App, hookstest.Actor(l.T, l.server.App, l.owner, l.team), rooms.Profile{Name: &name, Access: &who})
	if err != nil {
		l.Fatal(err)
	}
	return room
}

func TestRoomPage(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	blue := newRoom(l, "Blue room", rooms.AccessInvited)
	path := "/r/" + blue.Slug()
	signedOut, host, guest, outside := l.server.Anonymous(), l.server.As(l.host), l.server.As(l.guest), l.server.As(l.invitee)
	assertReply(t, "signedOut", signedOut.Get(path), 200, "Blue room", "No session is running in this room.", "/signin?next=")
	if body := signedOut.Get(path).Body; strings.Contains(body, "owner@x.example") {
		t.Error("an open page names an address")
	}
	for what, b := range map[string]*viewstest.Browser{"outside": outside, "guest": guest} {
		r := b.Get(path)
		assertReply(t, what, r, 200, "Only the team and participants can see", "the person who invited you")
		for _, secret := range []string{"owner@x.example", "host@x.example", "(Owner)", "(Admin)"} {
			if strings.Contains(r.Body, secret) {
				t.Errorf("%s reads %s, want no %q", what, secret, secret)
			}
		}
	}
	assertReply(t, "host, free", host.Get(path), 200, "Start session now", "The room is free for 1 hour")
	assertReply(t, "unknown", signedOut.Get("/r/nowhere"), 404, "We don't know this link")
	for what, b := range map[string]*viewstest.Browser{"signedOut": signedOut, "guest": guest, "outside": outside} {
		if r := b.Post(path+"/start", nil); r.Status != http.StatusForbidden {
			t.Errorf("%s starts: %d, want %v", what, r.Status, http.StatusForbidden)
		}
	}
	next := hookstest.ScheduleSession(t, l.server.App, l.host, l.team, sessions.Form{Title: "Grading", Room: blue.Id, Starts: time.Now().Add(40 * time.Minute), Guests: []string{"guest@x.example"}})
	assertReply(t, "host, soon taken", host.Get(path), 200, "Next", "Grading", "minutes. The session uses one licence")
	assertReply(t, "guest who is asked", guest.Get(path), 200, "Next", "Grading")
	if body := outside.Get(path).Body + signedOut.Get(path).Body; strings.Contains(body, "Grading") {
		t.Error("who is not asked reads what is held there")
	}
	if r := host.Post(path+"/start", nil); !strings.HasPrefix(r.Location, "/live/") {
		t.Fatalf("%d %s, want it to contain %q", r.Status, r.Body, "/live/")
	}
	assertReply(t, "host, running", host.Get(path), 200, "A session is running in this room.", "Join session", "Grading")
	assertReply(t, "a second start", host.Post(path+"/start", nil), 422, "This room is booked")
	assertReply(t, "outside, running", outside.Get(path), 200, "This room is in use.")
	_ = next

	actor := hookstest.Actor(t, l.server.App, l.owner, l.team)
	if _, err := rooms.RotateLink(l.server.App, actor, blue.Id); err != nil {
		t.Fatal(err)
	}
	assertReply(t, "rotated", signedOut.Get(path), 410, "This room has a new link")
	red := newRoom(l, "Red room", rooms.AccessAnyone)
	assertReply(t, "open, signedOut", signedOut.Get("/r/"+red.Slug()), 200, "Create account")
	if _, err := rooms.Archive(l.server.App, actor, red.Id); err != nil {
		t.Fatal(err)
	}
	assertReply(t, "archived", signedOut.Get("/r/"+red.Slug()), 410, "is no longer in use")
	if strings.Contains(signedOut.Get("/r/"+red.Slug()).Body, "Create account") {
		t.Error("an archived room offers an account that it does not make")
	}
	assertReply(t, "no account by it", signedOut.Get("/r/"+red.Slug()+"/account"), 404)
}

func TestRoomSignUp_OpenRoom_CreatesAccount(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	open, closed := newRoom(l, "Open house", rooms.AccessAnyone), newRoom(l, "Closed", rooms.AccessTeam)
	b := l.server.Anonymous()
	form := url.Values{"email": {"walk@in.example"}, "name": {"Walk In"}, "password": {hookstest.Password}}
	assertReply(t, "a closed room", b.Post("/r/"+closed.Slug()+"/account", form), 404)
	assertReply(t, "the form", b.Get("/r/"+open.Slug()+"/account"), 200, "Open house", "as a guest of Halation Post")
	assertReply(t, "nothing in it", b.Post("/r/"+open.Slug()+"/account", url.Values{"name": {"Walk In"}}), 422, "Enter an email address", "Walk In")
	assertReply(t, "done", b.Post("/r/"+open.Slug()+"/account", form), 200, "Check your email", "walk@in.example")
	form.Set("email", "host@x.example")
	assertReply(t, "of somebody known", b.Post("/r/"+open.Slug()+"/account", form), 200, "Check your email")
	account, err := l.server.App.FindAuthRecordByEmail("users", "walk@in.example")
	if err != nil || account.Verified() {
		t.Errorf("%v %v", account, err)
	}
}

func TestJoinPage_UnknownLinks_AreRateLimited(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	b := l.server.Anonymous()
	last := viewstest.Reply{}
	for range 21 {
		last = b.Get("/s/nowhere")
	}
	if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v, want %v and it set", last.Status, last.Header, http.StatusTooManyRequests)
	}
	assertReply(t, "a known one", b.Get(l.sessionLink()), 200)
}

func TestJoinPage_WhoeverJoinsARunningSession_CanCheckTheirDevices(t *testing.T) {
	for _, passwordless := range []bool{true, false} {
		l := newFixture(t, sessions.Form{Passwordless: passwordless}).startIn(5).start()
		for what, r := range map[string]viewstest.Reply{
			"new address":       l.server.Anonymous().Get(l.personalLink("new@x.example")),
			"invitee, no guest": l.server.As(l.invitee).Get(l.sessionLink()),
			"guest":             l.server.As(l.guest).Get(l.sessionLink()),
		} {
			assertReply(t, what, r, 200, "Check your camera and microphone")
		}
		if body := l.server.Anonymous().Get(l.sessionLink()).Body; strings.Contains(body, "Check your camera") {
			t.Error("someone without a link of their own, who signs in first, is asked for their devices")
		}
	}
}

func TestJoinPage_InviteeInTheWaitingRoom_StillSeesDetails(t *testing.T) {
	l := newFixture(t, sessions.Form{Lobby: true, Description: "Bring your notes."}).startIn(5).start()
	b := l.server.As(l.guest)
	b.Post(l.sessionLink()+"/join", nil)
	// Someone who only asked to join wasn't told of the session.
	for told, sees := range map[string]bool{"": false, record.FormatTime(time.Now()): true} {
		hookstest.Exec(t, l.server.App, "UPDATE participants SET told = {:told} WHERE email = 'guest@x.example'", dbx.Params{"told": told})
		r := b.Get(l.sessionLink())
		assertReply(t, "in the waiting room", r, 200, "You're waiting for the host to admit you.")
		if got := strings.Contains(r.Body, "Bring your notes."); got != sees {
			t.Errorf("told %q: sees the description: %v, want %v", told, got, sees)
		}
	}
}

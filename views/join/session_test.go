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
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// lobby is a served team with a session that can be moved in time.
type lobby struct {
	*testing.T
	server  *viewstest.Server
	team    *teams.Team
	owner   *core.Record
	host    *core.Record
	guest   *core.Record // of the team, asked
	outside *core.Record // asked, in no team
	session *sessions.Session
}

func openLobby(t *testing.T, form sessions.Form) *lobby {
	t.Helper()
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:1"
	server := viewstest.Serve(t, config)
	app := server.App
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	l := &lobby{T: t, server: server, team: team, owner: owner,
		host:  hookstest.Member(t, app, team, "host@x.example", "organizer"),
		guest: hookstest.Guest(t, app, team, "guest@x.example"), outside: hookstest.Person(t, app, "outside@x.example")}
	form.Guests = append(form.Guests, "guest@x.example", "outside@x.example", "new@x.example")
	l.session = hookstest.Session(t, app, l.host, team, form)
	return l
}

// move sets the start of the session to so many minutes from now.
func (l *lobby) move(minutes int) *lobby {
	l.Helper()
	starts := time.Now().Add(time.Duration(minutes) * time.Minute)
	hookstest.Exec(l.T, l.server.App, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}",
		dbx.Params{"id": l.session.Id, "starts": record.Stamp(starts), "ends": record.Stamp(starts.Add(time.Hour))})
	return l
}

func (l *lobby) start() *lobby {
	l.Helper()
	if _, err := sessions.Start(l.server.App, hookstest.Actor(l.T, l.server.App, l.host, l.team), l.session.Id); err != nil {
		l.Fatal(err)
	}
	return l
}

func (l *lobby) link() string { return "/s/" + l.session.Code() }

// own is the personal link of an address.
func (l *lobby) own(address string) string {
	l.Helper()
	p, err := sessions.ParticipantBy(l.server.App, l.session.Id, address)
	if err != nil {
		l.Fatal(err)
	}
	code, err := sessions.PersonalCode(l.server.App, p)
	if err != nil {
		l.Fatal(err)
	}
	return "/s/" + code
}

func (l *lobby) state(address string) string {
	p, err := sessions.ParticipantBy(l.server.App, l.session.Id, address)
	if err != nil {
		return ""
	}
	return p.State()
}

func tells(t *testing.T, what string, r viewstest.Reply, status int, parts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: status %d, want %d", what, r.Status, status)
	}
	for _, part := range parts {
		if !strings.Contains(r.Body, part) && !strings.Contains(html.UnescapeString(r.Body), part) {
			t.Errorf("%s: nothing of %q", what, part)
		}
	}
}

func TestEveryPageOfTheDoorSaysWhatItIsAndWhatNext(t *testing.T) {
	l := openLobby(t, sessions.Form{})
	stranger := hookstest.Person(t, l.server.App, "stranger@x.example")
	nobody := l.server.Visitor()
	tells(t, "ahead, own link", nobody.Get(l.own("new@x.example")), 200, "Weekly review", "Are you going?", "You can join from 15 minutes before the start")
	tells(t, "ahead, nobody", nobody.Get(l.link()), 200, "Weekly review", "/signin?next=", "Use the personal link in that email")
	tells(t, "ahead, host", l.server.As(l.host).Get(l.link()), 200, "It starts in", "You can join from 15 minutes")
	l.move(5)
	tells(t, "new person", nobody.Get(l.own("new@x.example")), 200, "Create account and join", "new@x.example", "When you join, you become a guest of Halation Post")
	tells(t, "has an account", nobody.Get(l.own("outside@x.example")), 200, "Sign in and join", "Forgot your password?")
	tells(t, "prompt", l.server.As(l.outside).Get(l.link()), 200, "invites you to a session of Halation Post", "Accept and join", "Decline", "If you decline, you can still join later")
	tells(t, "guest waits", l.server.As(l.guest).Get(l.link()), 200, "The host hasn't started the session yet.", "data-check", "/events?seen=")
	tells(t, "host waits", l.server.As(l.host).Get(l.link()), 200, "Start the session")
	tells(t, "stranger", l.server.As(stranger).Get(l.link()), 200, "You're not invited to this session", "ask the person who invited you to invite this one", "Sign out")
	tells(t, "wrong account", l.server.As(stranger).Get(l.own("new@x.example")), 200, "This link is for another address", "n••••@x.example", "stranger@x.example", "Sign out and continue")
	l.start()
	tells(t, "running", l.server.As(l.guest).Get(l.link()), 200, "The session is running.", "Join now")
	for _, path := range []string{"/s/nowhere", "/s/usp_nowhere"} {
		tells(t, path, nobody.Get(path), 404, "We don't know this link", "help@usher.test")
	}
	if err := sessions.End(l.server.App, hookstest.Actor(t, l.server.App, l.host, l.team), l.session.Id); err != nil {
		t.Fatal(err)
	}
	tells(t, "ended", nobody.Get(l.own("new@x.example")), 410, "This session has ended", "Ask the host")
}

func TestGetChangesNothing(t *testing.T) {
	l := openLobby(t, sessions.Form{Passwordless: true, Early: true}).move(5)
	count := func() (n int) {
		for _, collection := range []string{"users", "memberships", "participants", "audit"} {
			n += hookstest.Count(t, l.server.App, collection)
		}
		return n
	}
	outside := l.server.As(l.outside)
	before := count()
	for _, b := range []*viewstest.Browser{l.server.Visitor(), outside} {
		for _, path := range []string{l.link(), l.own("new@x.example"), l.own("outside@x.example"), l.link() + "/join", l.own("new@x.example") + "/decline"} {
			b.Get(path)
		}
	}
	if after := count(); after != before || l.state("new@x.example") != "invited" {
		t.Errorf("%d rows, then %d", before, after)
	}
}

func TestAGuestComesInByTheMailedLinkAndAName(t *testing.T) {
	l := openLobby(t, sessions.Form{Passwordless: true}).move(5)
	b, own := l.server.Visitor(), l.own("new@x.example")
	tells(t, "the form", b.Get(own), 200, "Your first and last name", "Everybody in the session sees it")
	tells(t, "no name", b.Post(own+"/join", url.Values{"name": {"  "}}), 422, "Your name is needed")
	r := b.Post(own+"/join", url.Values{"name": {"Nora Lind"}})
	if r.Status != http.StatusSeeOther || r.Location != own || !strings.Contains(r.Header.Get("Set-Cookie"), "usher_pass=usp_") || !strings.Contains(r.Header.Get("Set-Cookie"), "HttpOnly; SameSite=Lax") {
		t.Fatalf("%d %s %v", r.Status, r.Location, r.Header)
	}
	tells(t, "by the cookie at the session's own link", b.Get(l.link()), 200, "You join automatically when the host starts")
	for _, path := range []string{"/teams", "/app/halation-post", "/admin/halation-post", "/account"} {
		if r := b.Get(path); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/signin") {
			t.Errorf("%s opens: %d %s", path, r.Status, r.Location)
		}
	}
	tells(t, "the waiting page joins by itself", b.Get(l.link()), 200, "data-enters")
	l.start()
	tells(t, "the host starts", b.Get(l.link()), 200, "data-join", "Join now")
	if r := b.Post(l.link()+"/join", nil); r.Location != "/live/"+l.session.Id {
		t.Errorf("%d %s", r.Status, r.Location)
	}
	other := hookstest.Session(t, l.server.App, l.host, l.team, sessions.Form{Title: "Another", Starts: time.Now().Add(50 * time.Hour)})
	tells(t, "another session", b.Get("/s/"+other.Code()), 200, "Sign in with the invited address")
}

func TestAnAccountIsMadeOnTheWay(t *testing.T) {
	l := openLobby(t, sessions.Form{}).move(5)
	b, own := l.server.Visitor(), l.own("new@x.example")
	tells(t, "weak", b.Post(own+"/join", url.Values{"name": {"Nora Lind"}, "password": {"short"}}), 422, "Take at least 12", "Nora Lind")
	if r := b.Post(own+"/join", url.Values{"name": {"Nora Lind"}, "password": {hookstest.Password}}); r.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	tells(t, "signed in", b.Get(own), 200, "The host hasn't started the session yet.")
	if r := b.Get("/teams"); r.Status != 200 || l.state("new@x.example") != "admitted" {
		t.Errorf("%d %s", r.Status, l.state("new@x.example"))
	}
}

func TestSigningInOnThePageOfAPersonalLink(t *testing.T) {
	l := openLobby(t, sessions.Form{}).move(5)
	b, own := l.server.Visitor(), l.own("outside@x.example")
	tells(t, "wrong", b.Post(own+"/join", url.Values{"password": {"wrong wrong wrong"}}), 422, "password is wrong")
	if l.state("outside@x.example") != "invited" {
		t.Error("joined")
	}
	if r := b.Post(own+"/join", url.Values{"password": {hookstest.Password}}); r.Status != http.StatusSeeOther || l.state("outside@x.example") != "admitted" {
		t.Errorf("%d %s", r.Status, l.state("outside@x.example"))
	}
}

func TestThePromptIsDeclinedOfferedAgainAndAccepted(t *testing.T) {
	l := openLobby(t, sessions.Form{}).move(5)
	b := l.server.As(l.outside)
	if r := b.Post(l.link()+"/decline", nil); r.Status != http.StatusSeeOther || l.state("outside@x.example") != "declined" {
		t.Fatalf("%d %s", r.Status, l.state("outside@x.example"))
	}
	tells(t, "declined", b.Get(l.link()), 200, "You declined this session", "Accept and join")
	again := l.server.Visitor()
	r := again.Post("/signin", url.Values{"email": {"outside@x.example"}, "password": {hookstest.Password}})
	if !strings.HasPrefix(r.Location, "/teams?next=") {
		t.Errorf("signing in leads to %s", r.Location)
	}
	tells(t, "offered after signing in", again.Get(r.Location), 200, "Halation Post asks you to “Weekly review” as a guest", "You declined before", l.link()+"/join")
	if r := again.Post(l.link()+"/join", nil); r.Status != http.StatusSeeOther || l.state("outside@x.example") != "admitted" {
		t.Errorf("%d %s", r.Status, l.state("outside@x.example"))
	}
	if r := l.server.Visitor().Post("/signin", url.Values{"email": {"outside@x.example"}, "password": {hookstest.Password}}); strings.HasPrefix(r.Location, "/teams") {
		t.Errorf("and is not offered any more: %s", r.Location)
	}
}

func TestSomebodyAnswersAhead(t *testing.T) {
	l := openLobby(t, sessions.Form{})
	nobody := l.server.Visitor()
	if r := nobody.Post(l.own("new@x.example")+"/answer", url.Values{"answer": {"maybe"}}); r.Status != http.StatusSeeOther {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	tells(t, "answered", nobody.Get(l.own("new@x.example")), 200, "You answered maybe")
	tells(t, "no such answer", nobody.Post(l.own("new@x.example")+"/answer", url.Values{"answer": {"never"}}), 422, "yes, maybe or no")
	for what, r := range map[string]viewstest.Reply{
		"nobody":        nobody.Post(l.link()+"/answer", url.Values{"answer": {"yes"}}),
		"wrong account": l.server.As(l.guest).Post(l.own("new@x.example")+"/answer", url.Values{"answer": {"yes"}}),
	} {
		tells(t, what, r, 403)
	}
}

func TestWhoMayStartFromTheDoor(t *testing.T) {
	l := openLobby(t, sessions.Form{}).move(5)
	for what, b := range map[string]*viewstest.Browser{"nobody": l.server.Visitor(), "guest": l.server.As(l.guest), "owner": l.server.As(l.owner), "outside": l.server.As(l.outside)} {
		if r := b.Post(l.link()+"/start", nil); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", what, r.Status)
		}
	}
	if r := l.server.As(l.host).Get(l.link()); !strings.Contains(r.Body, "Start the session") || strings.Contains(r.Body, "who hosts this session") {
		t.Errorf("the host is sent to himself: %s", r.Body)
	}
	if r := l.server.As(l.host).Post(l.link()+"/start", nil); r.Location != "/live/"+l.session.Id || l.state("host@x.example") != "admitted" {
		t.Errorf("host: %d %s", r.Status, r.Location)
	}
}

func TestTheOutsideLinkShowsOnlyBehindTheJoin(t *testing.T) {
	l := openLobby(t, sessions.Form{Elsewhere: "https://meet.example.com/secret", Passwordless: true}).move(5)
	b, own := l.server.Visitor(), l.own("new@x.example")
	for _, path := range []string{l.link(), own} {
		if strings.Contains(b.Get(path).Body, "meet.example.com") {
			t.Errorf("%s tells where", path)
		}
	}
	host := l.server.As(l.host).Get(l.link())
	tells(t, "before the join", host, 200, "Join to get the link.", "Join now")
	for _, part := range []string{"data-check", "Start and join", "starts the session"} {
		if strings.Contains(host.Body, part) {
			t.Errorf("the door of a session held elsewhere has %q", part)
		}
	}
	b.Post(own+"/join", url.Values{"name": {"Nora Lind"}})
	tells(t, "behind the join", b.Get(own), 200, "https://meet.example.com/secret", "Open the session")
}

func roomOf(l *lobby, name, who string) *rooms.Room {
	l.Helper()
	room, err := rooms.Create(l.server.App, hookstest.Actor(l.T, l.server.App, l.owner, l.team), rooms.Profile{Name: &name, Entry: &who})
	if err != nil {
		l.Fatal(err)
	}
	return room
}

func TestTheLinkOfARoom(t *testing.T) {
	l := openLobby(t, sessions.Form{})
	blue := roomOf(l, "Blue room", rooms.Invited)
	path := "/r/" + blue.Slug()
	nobody, host, guest, outside := l.server.Visitor(), l.server.As(l.host), l.server.As(l.guest), l.server.As(l.outside)
	tells(t, "nobody", nobody.Get(path), 200, "Blue room", "Nobody meets here now.", "/signin?next=")
	if body := nobody.Get(path).Body; strings.Contains(body, "owner@x.example") {
		t.Error("an open page names an address")
	}
	for what, b := range map[string]*viewstest.Browser{"outside": outside, "guest": guest} {
		r := b.Get(path)
		tells(t, what, r, 200, "Only the team and participants see", "the person who invited you")
		for _, secret := range []string{"owner@x.example", "host@x.example", "(Owner)", "(Admin)"} {
			if strings.Contains(r.Body, secret) {
				t.Errorf("%s reads %s", what, secret)
			}
		}
	}
	tells(t, "host, free", host.Get(path), 200, "Start a session here now", "The room is yours for 1 hour")
	tells(t, "unknown", nobody.Get("/r/nowhere"), 404, "We don't know this link")
	for what, b := range map[string]*viewstest.Browser{"nobody": nobody, "guest": guest, "outside": outside} {
		if r := b.Post(path+"/start", nil); r.Status != http.StatusForbidden {
			t.Errorf("%s starts: %d", what, r.Status)
		}
	}
	next := hookstest.Session(t, l.server.App, l.host, l.team, sessions.Form{Title: "Grading", Room: blue.Id, Starts: time.Now().Add(40 * time.Minute), Guests: []string{"guest@x.example"}})
	tells(t, "host, soon taken", host.Get(path), 200, "Next", "Grading", "minutes. It uses one licence")
	tells(t, "guest who is asked", guest.Get(path), 200, "Next", "Grading")
	if body := outside.Get(path).Body + nobody.Get(path).Body; strings.Contains(body, "Grading") {
		t.Error("who is not asked reads what is held there")
	}
	if r := host.Post(path+"/start", nil); !strings.HasPrefix(r.Location, "/live/") {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	tells(t, "host, running", host.Get(path), 200, "A session is running here.", "Go to the session", "Grading")
	tells(t, "a second start", host.Post(path+"/start", nil), 422, "The room is taken")
	tells(t, "outside, running", outside.Get(path), 200, "Somebody meets here now.")
	_ = next

	actor := hookstest.Actor(t, l.server.App, l.owner, l.team)
	if _, err := rooms.RotateLink(l.server.App, actor, blue.Id); err != nil {
		t.Fatal(err)
	}
	tells(t, "rotated", nobody.Get(path), 410, "This room has a new link")
	red := roomOf(l, "Red room", rooms.Anyone)
	tells(t, "open, nobody", nobody.Get("/r/"+red.Slug()), 200, "Create account")
	if _, err := rooms.Archive(l.server.App, actor, red.Id); err != nil {
		t.Fatal(err)
	}
	tells(t, "archived", nobody.Get("/r/"+red.Slug()), 410, "is no longer in use")
	if strings.Contains(nobody.Get("/r/"+red.Slug()).Body, "Create account") {
		t.Error("an archived room offers an account that it does not make")
	}
	tells(t, "no account by it", nobody.Get("/r/"+red.Slug()+"/account"), 404)
}

func TestAnAccountByTheLinkOfAnOpenRoom(t *testing.T) {
	l := openLobby(t, sessions.Form{})
	open, closed := roomOf(l, "Open house", rooms.Anyone), roomOf(l, "Closed", rooms.Team)
	b := l.server.Visitor()
	form := url.Values{"email": {"walk@in.example"}, "name": {"Walk In"}, "password": {hookstest.Password}}
	tells(t, "a closed room", b.Post("/r/"+closed.Slug()+"/account", form), 404)
	tells(t, "the form", b.Get("/r/"+open.Slug()+"/account"), 200, "Open house", "as a guest of Halation Post")
	tells(t, "nothing in it", b.Post("/r/"+open.Slug()+"/account", url.Values{"name": {"Walk In"}}), 422, "An address is needed", "Walk In")
	tells(t, "done", b.Post("/r/"+open.Slug()+"/account", form), 200, "Check your email", "walk@in.example")
	form.Set("email", "host@x.example")
	tells(t, "of somebody known", b.Post("/r/"+open.Slug()+"/account", form), 200, "Check your email")
	account, err := l.server.App.FindAuthRecordByEmail("users", "walk@in.example")
	if err != nil || account.Verified() {
		t.Errorf("%v %v", account, err)
	}
}

func TestUnknownSessionLinksAreSlowedDown(t *testing.T) {
	l := openLobby(t, sessions.Form{})
	b := l.server.Visitor()
	last := viewstest.Reply{}
	for range 21 {
		last = b.Get("/s/nowhere")
	}
	if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", last.Status, last.Header)
	}
	tells(t, "a known one", b.Get(l.link()), 200)
}

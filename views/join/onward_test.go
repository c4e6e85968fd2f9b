package join_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

var nextPattern = regexp.MustCompile(`name="next" value="([^"]*)"`)

// nextURLFixture is a server with an open room, a session in it and an account that is invited to the team.
type nextURLFixture struct {
	*fixture
	email     *resendtest.Server
	entrances map[string]string // the addresses by which people come, by name
}

func newNextURLFixture(t *testing.T) *nextURLFixture {
	t.Helper()
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.SignUp = post.Key, post.URL, "open"
	server := viewstest.Serve(t, config)
	owner := hookstest.Account(t, server.App, "owner@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	l := &fixture{T: t, server: server, team: team, owner: owner, host: hookstest.Member(t, server.App, team, "host@x.example", "organizer")}
	hookstest.Account(t, server.App, "known@x.example")
	room := newRoom(l, "Open house", rooms.AccessAnyone)
	l.session = hookstest.ScheduleSession(t, server.App, l.host, team, sessions.Form{Room: room.Id, Starts: time.Now().Add(5 * time.Minute), Guests: []string{"known@x.example"}})
	hookstest.Account(t, server.App, "other@x.example")
	hookstest.Invite(t, server.App, owner, team, "known@x.example", "organizer")
	o := &nextURLFixture{fixture: l, email: post, entrances: map[string]string{"room": "/r/" + newRoom(l, "Empty house", rooms.AccessAnyone).Slug(), "session": l.sessionLink(), "personal": l.personalLink("known@x.example")}}
	o.entrances["invitation"] = o.waitForLink("known@x.example", "/invite/", 0)
	return o
}

func (o *nextURLFixture) localPath(link string) string {
	o.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		o.Fatalf("got no link in %q", link)
	}
	return u.RequestURI()
}

// waitForLink waits for the next email to the address with a link of that kind.
func (o *nextURLFixture) waitForLink(address, kind string, before int) string {
	o.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		emails := o.email.Emails()
		for n := len(emails) - 1; n >= before; n-- {
			if link := o.email.FindLink(emails[n], kind); link != "" && emails[n].To == address {
				return o.localPath(link)
			}
		}
	}
	o.Fatalf("no email to %s with %s", address, kind)
	return ""
}

// link is the first link on a page that begins so.
func (o *nextURLFixture) findLink(r viewstest.Reply, prefix string) string {
	o.Helper()
	found := regexp.MustCompile(`href="(` + regexp.QuoteMeta(prefix) + `[^"]*)"`).FindStringSubmatch(r.Body)
	if found == nil {
		o.Fatalf("the page has no link to %s", prefix)
	}
	return html.UnescapeString(found[1])
}

func (o *nextURLFixture) nextValue(r viewstest.Reply) string {
	o.Helper()
	found := nextPattern.FindStringSubmatch(r.Body)
	if found == nil {
		o.Fatal("the form does not keep where to go on")
	}
	return html.UnescapeString(found[1])
}

func (o *nextURLFixture) assertRedirect(r viewstest.Reply, at string) {
	o.Helper()
	if r.Status != http.StatusSeeOther || r.Location != at {
		o.Errorf("%d, goes to %q, want %q", r.Status, r.Location, at)
	}
}

func TestNextURL_SignIn_IsKept(t *testing.T) {
	o := newNextURLFixture(t)
	for _, entrance := range []string{"room", "session"} {
		b := o.server.Anonymous()
		page := b.Get(o.findLink(b.Get(o.entrances[entrance]), "/signin"))
		o.assertRedirect(b.Post("/signin", url.Values{"email": {"known@x.example"}, "password": {hookstest.Password}, "next": {o.nextValue(page)}}), o.entrances[entrance])
	}
	b := o.server.Anonymous()
	o.assertRedirect(b.Post(o.entrances["personal"]+"/join", url.Values{"password": {hookstest.Password}}), o.entrances["personal"])
	b = o.server.Anonymous()
	o.assertRedirect(b.Post(o.entrances["invitation"]+"/accept", url.Values{"password": {hookstest.Password}}), "/app/"+o.team.Slug())
}

// TestOnward_Reset: the link in the email leads on in another browser, too.
func TestNextURL_Reset_IsKept(t *testing.T) {
	o := newNextURLFixture(t)
	for entrance, at := range o.entrances {
		b := o.server.Anonymous()
		page := b.Get(at)
		if entrance == "room" || entrance == "session" {
			page = b.Get(o.findLink(page, "/signin"))
		}
		page = b.Get(o.findLink(page, "/reset"))
		before, address := len(o.email.Emails()), "known@x.example"
		if entrance == "session" { // three emails an hour go to an address
			address = "other@x.example"
		}
		sent := b.Post("/reset", url.Values{"email": {address}, "next": {o.nextValue(page)}})
		if sent.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d, want %v", entrance, sent.Status, http.StatusSeeOther)
		}
		if again := o.findLink(b.Get(sent.Location), "/reset"); !strings.Contains(again, url.QueryEscape(at)) {
			t.Errorf("%s: correcting the address loses the way: %s", entrance, again)
		}
		link := o.waitForLink(address, "/reset/", before)
		other := o.server.Anonymous()
		o.assertRedirect(other.Post(strings.SplitN(link, "?", 2)[0], url.Values{"password": {hookstest.Password + "!"}, "next": {o.nextValue(other.Get(link))}}), at)
	}
}

// TestOnward_SignUp covers sign-up with the wrong address, the corrected one, a confirmation that is asked for again, and
// the confirmation in another browser.
func TestNextURL_SignUp_IsKept(t *testing.T) {
	o := newNextURLFixture(t)
	for _, entrance := range []string{"room", "session"} {
		at, address := o.entrances[entrance], entrance+"@new.example"
		b := o.server.Anonymous()
		formAt := o.findLink(b.Get(at), "/r/")
		form, action := b.Get(formAt), strings.SplitN(formAt, "?", 2)[0]
		values := url.Values{"email": {"wrong@new.example"}, "name": {"New"}, "password": {hookstest.Password}, "next": {o.nextValue(form)}}
		sent := b.Post(action, values)
		form = b.Get(o.findLink(sent, action))
		values.Set("email", address)
		values.Set("next", o.nextValue(form))
		before := len(o.email.Emails())
		b.Post(action, values)
		first := o.waitForLink(address, "/verify/", before)

		signIn := b.Post("/signin", url.Values{"email": {address}, "password": {hookstest.Password}, "next": {at}})
		before = len(o.email.Emails())
		b.Post("/signin/confirm", url.Values{"email": {address}, "next": {o.nextValue(signIn)}})
		second := o.waitForLink(address, "/verify/", before)
		for _, link := range []string{first, second} {
			other := o.server.Anonymous()
			o.assertRedirect(other.Post(strings.SplitN(link, "?", 2)[0], url.Values{"password": {hookstest.Password}, "next": {o.nextValue(other.Get(link))}}), at)
		}
	}
}

// TestOnward_Registered: who signs up with an address that has an account is led on by the email, too.
func TestNextURL_SignUpKnownAddress_IsKept(t *testing.T) {
	o := newNextURLFixture(t)
	before := len(o.email.Emails())
	o.server.Anonymous().Post(o.entrances["room"]+"/account", url.Values{"email": {"known@x.example"}, "name": {"New"}, "password": {hookstest.Password}, "next": {o.entrances["session"]}})
	page := o.server.Anonymous().Get(o.waitForLink("known@x.example", "/signin", before))
	if next := o.nextValue(page); next != o.entrances["session"] {
		t.Errorf("goes on to %q, want %v", next, o.entrances["session"])
	}
}

func TestNextURL_External_IsIgnored(t *testing.T) {
	o := newNextURLFixture(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`} {
		before := len(o.email.Emails())
		o.server.Anonymous().Post("/reset", url.Values{"email": {"known@x.example"}, "next": {next}})
		link := o.waitForLink("known@x.example", "/reset/", before)
		if strings.Contains(link, "evil") {
			t.Errorf("the email leads to %s, want no %q", link, "evil")
		}
		r := o.server.Anonymous().Post(strings.SplitN(link, "?", 2)[0], url.Values{"password": {hookstest.Password + "?"}, "next": {next}})
		if strings.Contains(r.Location, "evil") {
			t.Errorf("goes to %s, want no %q", r.Location, "evil")
		}
	}
}

// copied is the personal link of an address that the host copied: it doesn't prove who reads the email of the address.
func (o *nextURLFixture) copied(address string) string {
	o.Helper()
	link, err := sessions.CopyLink(o.server.App, hookstest.Actor(o.T, o.server.App, o.host, o.team), o.session.Id, o.participant(address).Id)
	if err != nil {
		o.Fatal(err)
	}
	return o.localPath(link)
}

// inviteToo adds invitees to the session.
func (o *nextURLFixture) inviteToo(addresses ...string) {
	o.Helper()
	o.must(sessions.Change(o.server.App, hookstest.Actor(o.T, o.server.App, o.host, o.team), o.session.Id, sessions.Form{Title: o.session.Title(), Room: o.session.RoomID(),
		Starts: o.session.Starts(), Minutes: o.session.Minutes(), Guests: append([]string{"known@x.example"}, addresses...)}, sessions.ScopeSession))
}

// TestOnward_PersonalLink_UnconfirmedAddress_LandsAtTheSession: who makes an account by a personal link that proves nothing, or
// has one whose address is not confirmed, confirms the address by email, in another browser, and comes back to the session.
func TestOnward_PersonalLink_UnconfirmedAddress_LandsAtTheSession(t *testing.T) {
	o := newNextURLFixture(t)
	o.inviteToo("new@x.example", "waiting@x.example")
	waiting := hookstest.Account(t, o.server.App, "waiting@x.example")
	waiting.SetVerified(false)
	o.must(o.server.App.Save(waiting))
	for address, sends := range map[string]func(b *viewstest.Browser, at string) viewstest.Reply{
		"new@x.example": func(b *viewstest.Browser, at string) viewstest.Reply {
			return b.Post(at+"/join", url.Values{"name": {"Nora Lind"}, "password": {hookstest.Password}})
		},
		"waiting@x.example": func(b *viewstest.Browser, at string) viewstest.Reply {
			refused := b.Post(at+"/join", url.Values{"name": {"Somebody"}, "password": {hookstest.Password + "?"}})
			assertReply(o.T, "a copied link does not take the account over", refused, http.StatusUnprocessableEntity, "Sign in to get a confirmation email")
			page := b.Get(o.findLink(refused, "/signin"))
			if next := o.nextValue(page); next != at {
				o.Errorf("the way to sign in goes on to %q, want %q", next, at)
			}
			signIn := b.Post("/signin", url.Values{"email": {"waiting@x.example"}, "password": {hookstest.Password}, "next": {at}})
			return b.Post("/signin/confirm", url.Values{"email": {"waiting@x.example"}, "next": {o.nextValue(signIn)}})
		},
	} {
		at, b := o.copied(address), o.server.Anonymous()
		assertReply(t, address+", before", b.Get(at), http.StatusOK, "password")
		before := len(o.email.Emails())
		if r := sends(b, at); r.Status >= 500 || strings.HasPrefix(r.Location, "/live/") {
			t.Fatalf("%s: %d to %q without a confirmed address", address, r.Status, r.Location)
		}
		link := o.waitForLink(address, "/verify/", before)
		other := o.server.Anonymous()
		o.assertRedirect(other.Post(strings.SplitN(link, "?", 2)[0], url.Values{"password": {hookstest.Password}, "next": {o.nextValue(other.Get(link))}}), at)
		r := other.Get(at)
		assertReply(t, address+", afterwards", r, http.StatusOK, o.session.Title())
		if strings.Contains(r.Body, `name="password"`) {
			t.Errorf("%s: the session asks to sign in again, want no %q", address, `name="password"`)
		}
		if account, err := o.server.App.FindAuthRecordByEmail("users", address); err != nil || !account.Verified() {
			t.Errorf("%s: not confirmed, %v", address, err)
		}
	}
}

// TestOnward_EmailedPersonalLink_ConfirmsTheAddress: the personal link of an email proves the address, so that an account that
// signedOut has confirmed is confirmed by it, and goes on right away.
func TestOnward_EmailedPersonalLink_ConfirmsTheAddress(t *testing.T) {
	o := newNextURLFixture(t)
	waiting := hookstest.Account(t, o.server.App, "waiting@x.example")
	waiting.SetVerified(false)
	o.must(o.server.App.Save(waiting))
	before := len(o.email.Emails())
	o.inviteToo("waiting@x.example")
	at, b := o.waitForLink("waiting@x.example", "/s/", before), o.server.Anonymous()
	r := b.Post(at+"/join", url.Values{"name": {"Nora Lind"}, "password": {hookstest.Password}})
	if r.Status != http.StatusSeeOther || r.Location != at {
		t.Fatalf("got %d to %q, want the session at %s", r.Status, r.Location, at)
	}
	account, err := o.server.App.FindAuthRecordByEmail("users", "waiting@x.example")
	if err != nil || !account.Verified() {
		t.Errorf("not confirmed, %v", err)
	}
	if page := b.Get(at); strings.Contains(page.Body, `name="password"`) {
		t.Error("the session asks to sign in again")
	}
}

package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

const (
	formerMember = "You&#39;re no longer a member of Halation Post"
	formerAdmin  = "You&#39;re no longer an Admin of Halation Post"
	teamDeleted  = "<h1>Halation Post was deleted</h1>"
)

// fixture is a served team, what has become of its reader, and an account that never was in it.
type fixture struct {
	*testing.T
	server           *viewstest.Server
	team             *teams.Team
	room             *rooms.Room
	session          *sessions.Session
	owner            *core.Record
	account          *core.Record // the reader's
	reader, stranger *viewstest.Browser
	events           <-chan string // the events that an open page of the reader gets
}

// newFixture makes a team with a reader who is its Admin and invited to its session, and does something to them while a page is open.
func newFixture(t *testing.T, happens func(l *fixture, by *actors.Actor) error) *fixture {
	t.Helper()
	server := viewstest.Serve(t, hookstest.Config())
	app := server.App
	owner := hookstest.Account(t, app, "owner@x.example")
	l := &fixture{T: t, server: server, team: hookstest.Team(t, app, owner, "Halation Post", "pro"), owner: owner}
	l.account = hookstest.Member(t, app, l.team, "reader@x.example", "admin", "organizer")
	l.reader, l.stranger = server.As(l.account), server.As(hookstest.Account(t, app, "stranger@x.example"))
	by := hookstest.Actor(t, app, owner, l.team)
	var err error
	name := "Studio"
	if l.room, err = rooms.Create(app, by, rooms.Profile{Name: &name}); err != nil {
		t.Fatal(err)
	}
	l.session = hookstest.ScheduleSession(t, app, owner, l.team, sessions.Form{Title: "Weekly review", Starts: time.Now().Add(time.Hour), Room: l.room.Id, Guests: []string{"reader@x.example"}})
	_, l.events = openStream(t, server, l.reader, l.team.Id)
	drain(l.events)
	if happens != nil {
		if err := happens(l, by); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// endpoint is one path, and where it leads when signed out.
type endpoint struct{ method, path, unknown string }

func (l *fixture) endpoints(panel bool) []endpoint {
	var all []endpoint
	for _, ref := range []string{l.team.Slug(), l.team.Id} {
		add := func(method, path string) {
			path = strings.NewReplacer("{user}", l.owner.Id, "{session}", l.session.Id).Replace(path)
			all = append(all, endpoint{method, fmt.Sprintf(path, ref), fmt.Sprintf(path, "nowhere")})
		}
		if panel {
			for _, page := range panelPages {
				add("GET", "/admin/%s"+page)
			}
			add("POST", "/admin/%s/users/{user}/remove")
			continue
		}
		for _, page := range []string{"", "/calendar", "/sessions", "/sessions/new", "/sessions/{session}", "/rooms", "/find?q=a"} {
			add("GET", "/app/%s"+page)
		}
		add("POST", "/app/%s/sessions/{session}/answer")
	}
	if !panel {
		all = append(all,
			endpoint{"GET", "/s/" + l.session.Code(), "/s/nowhere"}, endpoint{"POST", "/s/" + l.session.Code() + "/join", "/s/nowhere/join"},
			endpoint{"GET", "/r/" + l.room.Slug(), "/r/nowhere"}, endpoint{"POST", "/r/" + l.room.Slug() + "/start", "/r/nowhere/start"},
			endpoint{"GET", "/live/" + l.session.Id, "/live/aaaaaaaaaaaaaaa"}, endpoint{"GET", "/live/" + l.session.Id + "/state", "/live/aaaaaaaaaaaaaaa/state"},
			endpoint{"POST", "/live/" + l.session.Id + "/token", "/live/aaaaaaaaaaaaaaa/token"})
	}
	return all
}

// openPage is what a reader sees in the end: a page that leads to the join page is followed there.
func (l *fixture) openPage(b *viewstest.Browser, method, path string, fragment bool) viewstest.Reply {
	r := sendRequest(b, l.server, method, path, fragment)
	for _, to := range []string{r.Location, r.Header.Get("HX-Redirect")} {
		if strings.HasPrefix(to, "/s/") {
			return sendRequest(b, l.server, "GET", to, false)
		}
	}
	return r
}

// expectText checks that every area answers the reader with the status, and names what has become of them.
func (l *fixture) expectText(all []endpoint, status int, words string) {
	l.Helper()
	for _, a := range all {
		for _, fragment := range []bool{false, true} {
			r := l.openPage(l.reader, a.method, a.path, fragment)
			if words == "" {
				if strings.Contains(r.Body, "no longer a") || strings.Contains(r.Body, "was deleted") || r.Status == http.StatusGone {
					l.Errorf("%s %s, fragment %v: got %d and a word of farewell, want none", a.method, a.path, fragment, r.Status)
				}
				continue
			}
			ended := strings.Contains(r.Body, `id="end-screen"`) && a.method == "GET"
			if !strings.Contains(r.Body, words) || r.Status != status && !ended || strings.Contains(r.Body, "owner@x.example") {
				l.Errorf("%s %s, fragment %v: got %d, want %d and %q", a.method, a.path, fragment, r.Status, status, words)
			}
		}
	}
}

// expectHidden checks that a stranger gets the answer of what never was.
func (l *fixture) expectHidden(all []endpoint) {
	l.Helper()
	for _, a := range all {
		for _, fragment := range []bool{false, true} {
			want, got := sendRequest(l.stranger, l.server, a.method, a.unknown, fragment), sendRequest(l.stranger, l.server, a.method, a.path, fragment)
			if got.Status != want.Status || got.Body != want.Body || strings.Contains(got.Body, "Halation") {
				l.Errorf("a stranger at %s %s, fragment %v: got %d, want the answer of %s, %d", a.method, a.path, fragment, got.Status, a.unknown, want.Status)
			}
		}
	}
}

// TestGone_EveryArea opens every area as a reader whose page was open when something happened, and as a stranger.
func TestGone_EveryArea(t *testing.T) {
	for name, c := range map[string]struct {
		happens              func(l *fixture, by *actors.Actor) error
		told                 string // the event that the open page gets within a second
		status               int
		panel, elsewhere     string // what the Admin Panel and the other areas say to the reader; empty: no such notice
		hidesJoinPageAndRoom bool
	}{
		"member": {nil, "", 0, "", "", false},
		"removed member": {func(l *fixture, by *actors.Actor) error {
			_, err := members.Remove(l.server.App, by, l.account.Id, members.Handover{})
			return err
		}, "close", http.StatusForbidden, formerMember, formerMember, false},
		"former Admin": {func(l *fixture, by *actors.Actor) error {
			_, err := members.RevokeRoles(l.server.App, by, l.account.Id, actors.Roles{Admin: true}, members.Handover{})
			return err
		}, events.Users, http.StatusForbidden, formerAdmin, "", false},
		"member of a deleted team": {func(l *fixture, by *actors.Actor) error {
			return teams.Delete(l.server.App, by, l.team.Name())
		}, "close", http.StatusGone, teamDeleted, teamDeleted, true},
		"removed from a team that was deleted": {func(l *fixture, by *actors.Actor) error {
			if _, err := members.Remove(l.server.App, by, l.account.Id, members.Handover{}); err != nil {
				return err
			}
			return teams.Delete(l.server.App, by, l.team.Name())
		}, "close", http.StatusGone, teamDeleted, teamDeleted, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newFixture(t, c.happens)
			if c.told != "" {
				waitForEvent(t, time.Second, l.events, c.told)
			}
			l.expectText(l.endpoints(true), c.status, c.panel)
			l.expectText(l.endpoints(false), c.status, c.elsewhere)
			l.expectHidden(slices.DeleteFunc(append(l.endpoints(true), l.endpoints(false)...), func(a endpoint) bool {
				return !c.hidesJoinPageAndRoom && (strings.HasPrefix(a.path, "/s/") || strings.HasPrefix(a.path, "/r/"))
			}))
		})
	}
}

// TestGone_DeletedTeam_SlugReused: who was in a deleted team learns the same, whether or not another team has its slug
// since; the new team's users get no event.
func TestGone_DeletedTeam_SlugReused(t *testing.T) {
	l := newFixture(t, func(l *fixture, by *actors.Actor) error { return teams.Delete(l.server.App, by, l.team.Name()) })
	before := l.reader.Get("/app/halation-post")
	other := hookstest.Account(t, l.server.App, "other@x.example")
	again := hookstest.Team(t, l.server.App, other, "Halation Post", "pro")
	if again.Slug() != l.team.Slug() {
		t.Fatalf("the new team has the slug %q, want %q", again.Slug(), l.team.Slug())
	}
	if after := l.reader.Get("/app/halation-post"); after.Status != http.StatusGone || after.Body != before.Body {
		t.Errorf("got %d, want 410 and the same page as before", after.Status)
	}
	if r := l.server.As(other).Get("/app/halation-post"); r.Status != http.StatusOK {
		t.Errorf("the new team's Owner: got %d, want 200", r.Status)
	}
	if status, _ := l.server.Call(l.server.Token(l.account), "GET", "/api/teams/"+l.team.Id, nil); status != http.StatusNotFound {
		t.Errorf("a program: got %d, want 404", status)
	}
}

// TestGone_PersonalLink: the personal link of who was in a deleted team says so to the account that was in it.
func TestGone_PersonalLink(t *testing.T) {
	link := ""
	l := newFixture(t, func(l *fixture, by *actors.Actor) error {
		p, err := sessions.FindParticipantByEmail(l.server.App, l.session.Id, "reader@x.example")
		if err != nil {
			return err
		}
		code, err := sessions.PersonalCode(l.server.App, p)
		if err != nil {
			return err
		}
		link = "/s/" + code
		if r := l.reader.Get(link); r.Status != http.StatusOK {
			return fmt.Errorf("the link before: %d", r.Status)
		}
		return teams.Delete(l.server.App, by, l.team.Name())
	})
	if r := l.reader.Get(link); r.Status != http.StatusGone || !strings.Contains(r.Body, teamDeleted) {
		t.Errorf("the reader: got %d, want 410 and that the team was deleted", r.Status)
	}
	for who, b := range map[string]*viewstest.Browser{"a stranger": l.stranger, "nobody": l.server.Anonymous()} {
		if r := b.Get(link); r.Status != http.StatusNotFound || strings.Contains(r.Body, "Halation") {
			t.Errorf("%s: got %d, want 404 without the team", who, r.Status)
		}
	}
}

package live_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live/livetest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// fixture is a running session with accounts in every relation to it.
type fixture struct {
	*testing.T
	*viewstest.Server
	team     *teams.Team
	session  *sessions.Session
	accounts map[string]*core.Record
}

func newFixture(t *testing.T, form sessions.Form) *fixture {
	t.Helper()
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:1"
	server := viewstest.Serve(t, config)
	livetest.Start(t, server.App)
	owner := hookstest.Account(t, server.App, "owner@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	other := hookstest.Team(t, server.App, owner, "Northlight Docs", "pro")
	s := &fixture{T: t, Server: server, team: team, accounts: map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, server.App, team, "admin@x.example", "admin"),
		"host":      hookstest.Member(t, server.App, team, "host@x.example", "organizer"),
		"organizer": hookstest.Member(t, server.App, team, "organizer@x.example", "organizer"),
		"cohost":    hookstest.Member(t, server.App, team, "cohost@x.example"),
		"asked":     hookstest.Member(t, server.App, team, "asked@x.example"),
		"member":    hookstest.Member(t, server.App, team, "member@x.example"),
		"guest":     hookstest.Guest(t, server.App, team, "guest@x.example"),
		"foreign":   hookstest.Member(t, server.App, other, "foreign@x.example", "admin"),
		"stranger":  hookstest.Account(t, server.App, "stranger@x.example"),
	}}
	form.Starts = time.Now().Add(time.Minute)
	form.Guests = []string{"asked@x.example", "guest@x.example"}
	form.Cohosts = []string{s.accounts["cohost"].Id}
	s.session = hookstest.ScheduleSession(t, server.App, s.accounts["host"], team, form)
	if _, err := runs.Start(server.App, s.actor("host"), s.session.Id); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *fixture) actor(who string) *actors.Actor {
	return hookstest.Actor(s.T, s.App, s.accounts[who], s.team)
}

// join lets people join the session.
func (s *fixture) join(who ...string) *fixture {
	s.Helper()
	for _, one := range who {
		visitor, err := join.Resolve(s.App, s.accounts[one], "", s.session)
		if err != nil {
			s.Fatal(err)
		}
		if err := join.Join(s.App, visitor, "", "192.0.2.1"); err != nil {
			s.Fatal(err)
		}
	}
	return s
}

func (s *fixture) path(path string) string { return "/live/" + s.session.Id + path }

func (s *fixture) participant(who string) *sessions.Participant {
	s.Helper()
	p, err := sessions.FindParticipantByEmail(s.App, s.session.Id, s.accounts[who].Email())
	if err != nil {
		s.Fatal(err)
	}
	return p
}

// sendHTMX sends what an open page sends.
func (s *fixture) sendHTMX(b *viewstest.Browser, method, path string, form url.Values) viewstest.Reply {
	s.Helper()
	request, _ := http.NewRequest(method, s.URL+s.path(path), strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("HX-Request", "true")
	return b.Send(request)
}

func (s *fixture) setEndIn(left time.Duration) {
	s.Helper()
	ends := time.Now().Add(left).Truncate(time.Minute)
	hookstest.Exec(s.T, s.App, "UPDATE sessions SET starts = {:starts}, started = {:starts}, ends = {:ends} WHERE id = {:id}", dbx.Params{"id": s.session.Id,
		"starts": record.FormatTime(ends.Add(-time.Hour)), "ends": record.FormatTime(ends)})
}

func assertPage(t *testing.T, what string, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: got status %d, want %d: %s", what, r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("%s does not say %q: %s, want it to contain %q", what, w, r.Body, w)
		}
	}
}

func assertNotContains(t *testing.T, what string, r viewstest.Reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(r.Body, w) {
			t.Errorf("%s says %q: %s, want no %q", what, w, r.Body, w)
		}
	}
}

func TestLivePage_NotInSession_IsRedirectedOrNotFound(t *testing.T) {
	s := newFixture(t, sessions.Form{}).join("host", "cohost", "asked", "guest")
	in := map[string]bool{"host": true, "cohost": true, "asked": true, "guest": true}
	for _, who := range []string{"", "stranger", "foreign", "guest", "member", "asked", "organizer", "cohost", "host", "admin", "owner"} {
		b := s.Anonymous()
		if who != "" {
			b = s.As(s.accounts[who])
		}
		page, state, token := b.Get(s.path("")), b.Get(s.path("/state")), b.Post(s.path("/token"), nil)
		if in[who] {
			assertPage(t, who, page, 200, "Weekly review", `id="stage"`, "livekit-client")
			assertPage(t, who, state, 200, `id="state"`)
			var pass map[string]string
			if err := json.Unmarshal([]byte(token.Body), &pass); token.Status != 200 || err != nil || pass["token"] == "" || !strings.HasPrefix(pass["url"], "ws://") {
				t.Errorf("%s: %d %s, want 200, it set and it with %q", who, token.Status, token.Body, "ws://")
			}
			continue
		}
		status, to := http.StatusSeeOther, "/s/"+s.session.Code()
		switch who {
		case "stranger", "foreign":
			status, to = http.StatusNotFound, ""
		case "":
			to = "/signin?next=%2Flive%2F" + s.session.Id
		}
		for _, r := range []viewstest.Reply{page, state, token} {
			if r.Status != status || !strings.HasPrefix(r.Location, to) || to == "" && r.Location != "" {
				t.Errorf("%q is answered %d to %q: %s", who, r.Status, r.Location, r.Body)
			}
		}
	}
	if r := s.Anonymous().Get("/live/no-such-session"); r.Status != http.StatusSeeOther || r.Location != "/signin?next=%2Flive%2Fno-such-session" {
		t.Errorf("an unknown session, signed out: got %d %s, want %v and %q", r.Status, r.Location, http.StatusSeeOther, "/signin?next=%2Flive%2Fno-such-session")
	}
	if r := s.As(s.accounts["host"]).Get("/live/no-such-session"); r.Status != http.StatusNotFound {
		t.Errorf("an unknown session: %d, want %v", r.Status, http.StatusNotFound)
	}
}

// hostActions lists the routes of what only hosts can do: all but the token, messages, and the report of one's own connection.
func hostActions(t *testing.T) (actions []string) {
	t.Helper()
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`live\.POST\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !slices.Contains([]string{"/token", "/quality", "/chat"}, m[1]) {
			actions = append(actions, m[1])
		}
	}
	if len(actions) < 10 {
		t.Fatalf("got %v, want every action", actions)
	}
	return actions
}

func TestHostControls_Attendee_IsForbidden(t *testing.T) {
	s := newFixture(t, sessions.Form{Lobby: true}).join("host", "cohost")
	s.join("asked", "guest")
	host := s.As(s.accounts["host"])
	waits := url.Values{"person": {s.participant("asked").Id}}
	assertPage(t, "the host's page", s.sendHTMX(host, "GET", "/state", nil), 200, "Asked", "Admit", `data-waiting="2"`)
	assertPage(t, "admit", s.sendHTMX(host, "POST", "/admit", waits), 200, `data-waiting="1"`)
	asked := s.As(s.accounts["asked"])
	assertNotContains(t, "an attendee's page", s.sendHTMX(asked, "GET", "/state", nil), "Admit", "Guest", "lobby")
	assertNotContains(t, "an attendee's page", asked.Get(s.path("")), "Admit", "Remove", "End for everyone", "Mute all", "guest@x.example")

	target := url.Values{"person": {s.participant("guest").Id}}
	for _, action := range hostActions(t) {
		if r := s.sendHTMX(asked, "POST", action, target); r.Status != http.StatusForbidden || !strings.Contains(r.Body, `id="said"`) {
			t.Errorf("an attendee does %s: %d %s, want %v and it with %q", action, r.Status, r.Body, http.StatusForbidden, `id="said"`)
		}
		if r := asked.Post(s.path(action), target); r.Status != http.StatusForbidden {
			t.Errorf("an attendee sends the form of %s: %d, want %v", action, r.Status, http.StatusForbidden)
		}
	}
	if state := s.participant("guest").State(); state != sessions.StateWaiting {
		t.Errorf("the guest is %s, want %v", state, sessions.StateWaiting)
	}
	for _, action := range []string{"/admit", "/refuse", "/put-out"} {
		if r := s.sendHTMX(host, "POST", action, url.Values{"person": {"no-such-person"}}); r.Status != http.StatusNotFound {
			t.Errorf("%s for an unknown participant: got %d %s, want %v", action, r.Status, r.Body, http.StatusNotFound)
		}
	}
	assertPage(t, "refuse", s.sendHTMX(s.As(s.accounts["cohost"]), "POST", "/refuse", target), 200, "Denied", `data-waiting="0"`)
	assertPage(t, "mute all", s.sendHTMX(host, "POST", "/mute-all", url.Values{"person": {s.participant("asked").Id, "no-such-person"}}), 200)
	if r := host.Post(s.path("/extend"), nil); r.Status != http.StatusSeeOther || r.Location != s.path("") {
		t.Errorf("extended without a script: %d to %q", r.Status, r.Location)
	}
	if r := host.Get(s.path("/extend")); r.Location != s.path("") {
		t.Errorf("GET of an action redirects to %q", r.Location)
	}
}

// An Admin's forwarded email lets a person join, but doesn't give them the Admin's rights.
func TestHostControls_PersonalLinkOfAdmin_GivesNoRights(t *testing.T) {
	s := newFixture(t, sessions.Form{Passwordless: true})
	hookstest.Exec(t, s.App, "UPDATE memberships SET admin = 1 WHERE user = {:user}", dbx.Params{"user": s.accounts["asked"].Id})
	code, err := sessions.PersonalCode(s.App, s.participant("asked"))
	if err != nil {
		t.Fatal(err)
	}
	b := s.Anonymous()
	if r := b.Post("/s/"+code+"/join", url.Values{"name": {"Sam"}}); r.Location != s.path("") {
		t.Fatalf("by the link: %d to %q %s", r.Status, r.Location, r.Body)
	}
	assertPage(t, "with the link", s.sendHTMX(b, "GET", "/state", nil), 200, `id="state"`)
	for _, action := range hostActions(t) {
		if r := s.sendHTMX(b, "POST", action, url.Values{"person": {s.participant("guest").Id}}); r.Status != http.StatusForbidden {
			t.Errorf("with an Admin's link, %s: got %d %s, want %v", action, r.Status, r.Body, http.StatusForbidden)
		}
	}
	s.join("asked")
	assertPage(t, "the Admin ends it", s.sendHTMX(s.As(s.accounts["asked"]), "POST", "/end", nil), 200, "The session was ended")
}

func TestState_RemovedOrEnded_ShowsEndScreen(t *testing.T) {
	s := newFixture(t, sessions.Form{}).join("host", "asked", "guest")
	host, asked, guest := s.As(s.accounts["host"]), s.As(s.accounts["asked"]), s.As(s.accounts["guest"])
	assertPage(t, "remove", s.sendHTMX(host, "POST", "/put-out", url.Values{"person": {s.participant("guest").Id}}), 200)
	assertPage(t, "a removed participant", s.sendHTMX(guest, "GET", "/state", nil), 200, `id="end-screen"`, "You were removed from this session", "Host")
	assertNotContains(t, "a removed participant", s.sendHTMX(guest, "GET", "/state", nil), "Thanks for joining")
	assertPage(t, "a token for a removed participant", s.sendHTMX(guest, "POST", "/token", nil), 403, `id="end-screen"`)
	if r := guest.Get(s.path("")); r.Location != "/s/"+s.session.Code() {
		t.Errorf("a removed participant is redirected to %q", r.Location)
	}
	ended := s.sendHTMX(host, "POST", "/end", nil)
	assertPage(t, "the end", ended, 200, "The session has ended", "View session details", `href="/app/halation-post/sessions/`+s.session.Id+`"`)
	assertNotContains(t, "the end", ended, "The host ended")
	assertPage(t, "who was in", s.sendHTMX(asked, "GET", "/state", nil), 200, "The host ended the session", `href="/app/halation-post"`, "Go to the App")
	assertPage(t, "a pass after the end", s.sendHTMX(asked, "POST", "/token", nil), 403, "The host ended the session")
}

func TestState_NearEnd_ShowsTimeLeft(t *testing.T) {
	s := newFixture(t, sessions.Form{}).join("host", "asked")
	host, asked := s.As(s.accounts["host"]), s.As(s.accounts["asked"])
	assertNotContains(t, "an hour before", s.sendHTMX(host, "GET", "/state", nil), "left.", `data-stage="15"`)
	s.setEndIn(12 * time.Minute)
	assertPage(t, "12 minutes before", s.sendHTMX(host, "GET", "/state", nil), 200, `data-stage="15"`, "12 minutes left.", "The session ends at", "Extend by 15 min")
	assertNotContains(t, "to who does not lead", s.sendHTMX(asked, "GET", "/state", nil), "Extend")
	hookstest.Exec(t, s.App, "UPDATE sessions SET started = {:at}", dbx.Params{"at": record.FormatTime(time.Now())})
	assertNotContains(t, "at the start of a short session", s.sendHTMX(host, "GET", "/state", nil), "left.", `data-stage="15"`)
	s.setEndIn(2 * time.Minute)
	assertPage(t, "2 minutes before", s.sendHTMX(host, "GET", "/state", nil), 200, `data-stage="2"`, "minutes left.")
	s.setEndIn(-2 * time.Minute)
	assertPage(t, "over time", s.sendHTMX(asked, "GET", "/state", nil), 200, `data-stage="over"`, "Overtime.", "It ends automatically at")
	assertPage(t, "extended", s.sendHTMX(host, "POST", "/extend", nil), 200, "Session extended until", `data-stage="15"`)
}

func TestState_NearEnd_ShowsRoomAvailability(t *testing.T) {
	s := newFixture(t, sessions.Form{})
	name := "Grading suite"
	room, err := rooms.Create(s.App, s.actor("owner"), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, "UPDATE sessions SET room = {:room}", dbx.Params{"room": room.Id})
	s.join("host")
	host := s.As(s.accounts["host"])
	s.setEndIn(10 * time.Minute)
	assertPage(t, "nothing after it", s.sendHTMX(host, "GET", "/state", nil), 200, "the room is free after that.")
	ends := time.Now().Add(10 * time.Minute).Truncate(time.Minute)
	next := hookstest.ScheduleSession(t, s.App, s.accounts["organizer"], s.team, sessions.Form{Title: "Next", Room: room.Id, Starts: ends.Add(2 * time.Hour)})
	assertPage(t, "one after two hours", s.sendHTMX(host, "GET", "/state", nil), 200, "the room is free until "+ends.Add(2*time.Hour).UTC().Format("15:04"))
	hookstest.Exec(t, s.App, "UPDATE sessions SET starts = {:at} WHERE id = {:id}", dbx.Params{"id": next.Id, "at": record.FormatTime(ends)})
	assertPage(t, "one right after it", s.sendHTMX(host, "GET", "/state", nil), 200, "the room is booked after that.")
	refused := s.sendHTMX(host, "POST", "/extend", nil)
	assertPage(t, "extended into it", refused, 422, `id="said"`, "Next")
}

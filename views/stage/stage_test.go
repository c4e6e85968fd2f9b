package stage_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// studio is a session that runs, and everybody who may know of it.
type studio struct {
	*testing.T
	*viewstest.Server
	team    *teams.Team
	session *sessions.Session
	by      map[string]*core.Record
}

func running(t *testing.T, form sessions.Form) *studio {
	t.Helper()
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:1"
	server := viewstest.Serve(t, config)
	livetest.Start(t, server.App)
	owner := hookstest.Person(t, server.App, "owner@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	other := hookstest.Team(t, server.App, owner, "Northlight Docs", "pro")
	s := &studio{T: t, Server: server, team: team, by: map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, server.App, team, "admin@x.example", "admin"),
		"host":      hookstest.Member(t, server.App, team, "host@x.example", "organizer"),
		"organizer": hookstest.Member(t, server.App, team, "organizer@x.example", "organizer"),
		"cohost":    hookstest.Member(t, server.App, team, "cohost@x.example"),
		"asked":     hookstest.Member(t, server.App, team, "asked@x.example"),
		"member":    hookstest.Member(t, server.App, team, "member@x.example"),
		"guest":     hookstest.Guest(t, server.App, team, "guest@x.example"),
		"foreign":   hookstest.Member(t, server.App, other, "foreign@x.example", "admin"),
		"stranger":  hookstest.Person(t, server.App, "stranger@x.example"),
	}}
	form.Starts = time.Now().Add(time.Minute)
	form.Guests = []string{"asked@x.example", "guest@x.example"}
	form.Cohosts = []string{s.by["cohost"].Id}
	s.session = hookstest.Session(t, server.App, s.by["host"], team, form)
	if _, err := sessions.Start(server.App, s.actor("host"), s.session.Id); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *studio) actor(who string) *actors.Actor {
	return hookstest.Actor(s.T, s.App, s.by[who], s.team)
}

// letIn brings people through the door.
func (s *studio) letIn(who ...string) *studio {
	s.Helper()
	for _, one := range who {
		visitor, err := entry.At(s.App, s.by[one], "", s.session)
		if err != nil {
			s.Fatal(err)
		}
		if err := entry.Join(s.App, visitor, "", "192.0.2.1"); err != nil {
			s.Fatal(err)
		}
	}
	return s
}

func (s *studio) at(path string) string { return "/live/" + s.session.Id + path }

func (s *studio) person(who string) *sessions.Participant {
	s.Helper()
	p, err := sessions.ParticipantBy(s.App, s.session.Id, s.by[who].Email())
	if err != nil {
		s.Fatal(err)
	}
	return p
}

// ask sends what an open page sends.
func (s *studio) ask(b *viewstest.Browser, method, path string, form url.Values) viewstest.Reply {
	s.Helper()
	request, _ := http.NewRequest(method, s.URL+s.at(path), strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("HX-Request", "true")
	return b.Send(request)
}

func (s *studio) endsIn(left time.Duration) {
	s.Helper()
	ends := time.Now().Add(left).Truncate(time.Minute)
	hookstest.Exec(s.T, s.App, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}", dbx.Params{"id": s.session.Id,
		"starts": record.Stamp(ends.Add(-time.Hour)), "ends": record.Stamp(ends)})
}

func says(t *testing.T, what string, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: status %d, not %d: %s", what, r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("%s does not say %q: %s", what, w, r.Body)
		}
	}
}

func lacks(t *testing.T, what string, r viewstest.Reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(r.Body, w) {
			t.Errorf("%s says %q: %s", what, w, r.Body)
		}
	}
}

func TestOnlyWhoIsInSeesTheSession(t *testing.T) {
	s := running(t, sessions.Form{}).letIn("host", "cohost", "asked", "guest")
	in := map[string]bool{"host": true, "cohost": true, "asked": true, "guest": true}
	for _, who := range []string{"", "stranger", "foreign", "guest", "member", "asked", "organizer", "cohost", "host", "admin", "owner"} {
		b := s.Visitor()
		if who != "" {
			b = s.As(s.by[who])
		}
		page, state, token := b.Get(s.at("")), b.Get(s.at("/state")), b.Post(s.at("/token"), nil)
		if in[who] {
			says(t, who, page, 200, "Weekly review", `id="stage"`, "livekit-client")
			says(t, who, state, 200, `id="state"`)
			var pass map[string]string
			if err := json.Unmarshal([]byte(token.Body), &pass); token.Status != 200 || err != nil || pass["token"] == "" || !strings.HasPrefix(pass["url"], "ws://") {
				t.Errorf("%s: %d %s", who, token.Status, token.Body)
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
	if r := s.Visitor().Get("/live/no-such-session"); r.Status != http.StatusSeeOther || r.Location != "/signin?next=%2Flive%2Fno-such-session" {
		t.Errorf("an unknown session, nobody: %d %s", r.Status, r.Location)
	}
	if r := s.As(s.by["host"]).Get("/live/no-such-session"); r.Status != http.StatusNotFound {
		t.Errorf("an unknown session: %d", r.Status)
	}
}

func TestWhatAHostDoesNobodyElseDoes(t *testing.T) {
	s := running(t, sessions.Form{Lobby: true}).letIn("host", "cohost")
	s.letIn("asked", "guest")
	host := s.As(s.by["host"])
	waits := url.Values{"person": {s.person("asked").Id}}
	says(t, "the host's page", s.ask(host, "GET", "/state", nil), 200, "Asked", "Admit", `data-waiting="2"`)
	says(t, "admit", s.ask(host, "POST", "/admit", waits), 200, `data-waiting="1"`)
	asked := s.As(s.by["asked"])
	lacks(t, "an attendee's page", s.ask(asked, "GET", "/state", nil), "Admit", "Guest", "lobby")
	lacks(t, "an attendee's page", asked.Get(s.at("")), "Admit", "Put out", "End for all", "Mute all", "guest@x.example")

	target := url.Values{"person": {s.person("guest").Id}}
	for _, deed := range []string{"/admit", "/refuse", "/put-out", "/mute", "/mute-all", "/extend", "/end"} {
		if r := s.ask(asked, "POST", deed, target); r.Status != http.StatusForbidden || !strings.Contains(r.Body, `id="said"`) {
			t.Errorf("an attendee does %s: %d %s", deed, r.Status, r.Body)
		}
		if r := asked.Post(s.at(deed), target); r.Status != http.StatusForbidden {
			t.Errorf("an attendee sends the form of %s: %d", deed, r.Status)
		}
	}
	if state := s.person("guest").State(); state != sessions.StateWaiting {
		t.Errorf("the guest is %s", state)
	}
	for _, deed := range []string{"/admit", "/refuse", "/put-out"} {
		if r := s.ask(host, "POST", deed, url.Values{"person": {"no-such-person"}}); r.Status != http.StatusNotFound {
			t.Errorf("%s of nobody: %d %s", deed, r.Status, r.Body)
		}
	}
	says(t, "refuse", s.ask(s.As(s.by["cohost"]), "POST", "/refuse", target), 200, "Refused at the door", `data-waiting="0"`)
	says(t, "mute all", s.ask(host, "POST", "/mute-all", url.Values{"person": {s.person("asked").Id, "no-such-person"}}), 200)
	if r := host.Post(s.at("/extend"), nil); r.Status != http.StatusSeeOther || r.Location != s.at("") {
		t.Errorf("extended without a script: %d to %q", r.Status, r.Location)
	}
	if r := host.Get(s.at("/extend")); r.Location != s.at("") {
		t.Errorf("the address of a deed leads to %q", r.Location)
	}
}

// A letter that an Admin handed on brings somebody in, and gives him nothing that the Admin may do.
func TestALinkAloneHasNoRole(t *testing.T) {
	s := running(t, sessions.Form{Passwordless: true})
	hookstest.Exec(t, s.App, "UPDATE memberships SET admin = 1 WHERE user = {:user}", dbx.Params{"user": s.by["asked"].Id})
	code, err := sessions.PersonalCode(s.App, s.person("asked"))
	if err != nil {
		t.Fatal(err)
	}
	b := s.Visitor()
	if r := b.Post("/s/"+code+"/join", url.Values{"name": {"Somebody"}}); r.Location != s.at("") {
		t.Fatalf("by the link: %d to %q %s", r.Status, r.Location, r.Body)
	}
	says(t, "who came by the link", s.ask(b, "GET", "/state", nil), 200, `id="state"`)
	for _, deed := range []string{"/end", "/extend", "/put-out", "/mute", "/admit", "/refuse"} {
		if r := s.ask(b, "POST", deed, url.Values{"person": {s.person("guest").Id}}); r.Status != http.StatusForbidden {
			t.Errorf("who came by an Admin's link does %s: %d %s", deed, r.Status, r.Body)
		}
	}
	s.letIn("asked")
	says(t, "the Admin himself ends it", s.ask(s.As(s.by["asked"]), "POST", "/end", nil), 200, "The session was ended")
}

func TestAnOpenPageIsToldWhyItIsOver(t *testing.T) {
	s := running(t, sessions.Form{}).letIn("host", "asked", "guest")
	host, asked, guest := s.As(s.by["host"]), s.As(s.by["asked"]), s.As(s.by["guest"])
	says(t, "put out", s.ask(host, "POST", "/put-out", url.Values{"person": {s.person("guest").Id}}), 200)
	says(t, "who was put out", s.ask(guest, "GET", "/state", nil), 200, `id="curtain"`, "You are not in this session any more", "Host")
	lacks(t, "who was put out", s.ask(guest, "GET", "/state", nil), "Thank you")
	says(t, "a pass for who was put out", s.ask(guest, "POST", "/token", nil), 403, `id="curtain"`)
	if r := guest.Get(s.at("")); r.Location != "/s/"+s.session.Code() {
		t.Errorf("who was put out and looks again is sent to %q", r.Location)
	}
	says(t, "the end", s.ask(host, "POST", "/end", nil), 200, "The host has ended the session", "/app/halation-post")
	says(t, "who was in", s.ask(asked, "GET", "/state", nil), 200, "The host has ended the session", "/app/halation-post")
	says(t, "a pass after the end", s.ask(asked, "POST", "/token", nil), 403, "The host has ended the session")
}

func TestTheNearEndIsSaid(t *testing.T) {
	s := running(t, sessions.Form{}).letIn("host", "asked")
	host, asked := s.As(s.by["host"]), s.As(s.by["asked"])
	lacks(t, "an hour before", s.ask(host, "GET", "/state", nil), "left.", `data-stage="15"`)
	s.endsIn(12 * time.Minute)
	says(t, "12 minutes before", s.ask(host, "GET", "/state", nil), 200, `data-stage="15"`, "12 minutes left.", "The session ends at", "Extend by 15 min")
	lacks(t, "to who does not lead", s.ask(asked, "GET", "/state", nil), "Extend")
	s.endsIn(2 * time.Minute)
	says(t, "2 minutes before", s.ask(host, "GET", "/state", nil), 200, `data-stage="2"`, "minutes left.")
	s.endsIn(-2 * time.Minute)
	says(t, "over time", s.ask(asked, "GET", "/state", nil), 200, `data-stage="over"`, "Over time.", "It ends by itself at")
	says(t, "extended", s.ask(host, "POST", "/extend", nil), 200, "The session goes on until", `data-stage="15"`)
}

func TestTheNoticeSaysForHowLongTheRoomIsFree(t *testing.T) {
	s := running(t, sessions.Form{})
	name := "Grading suite"
	room, err := rooms.Create(s.App, s.actor("owner"), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, "UPDATE sessions SET room = {:room}", dbx.Params{"room": room.Id})
	s.letIn("host")
	host := s.As(s.by["host"])
	s.endsIn(10 * time.Minute)
	says(t, "nothing after it", s.ask(host, "GET", "/state", nil), 200, "the room is free after that.")
	ends := time.Now().Add(10 * time.Minute).Truncate(time.Minute)
	next := hookstest.Session(t, s.App, s.by["organizer"], s.team, sessions.Form{Title: "Next", Room: room.Id, Starts: ends.Add(2 * time.Hour)})
	says(t, "one after two hours", s.ask(host, "GET", "/state", nil), 200, "the room is free until "+ends.Add(2*time.Hour).UTC().Format("15:04"))
	hookstest.Exec(t, s.App, "UPDATE sessions SET starts = {:at} WHERE id = {:id}", dbx.Params{"id": next.Id, "at": record.Stamp(ends)})
	says(t, "one at once", s.ask(host, "GET", "/state", nil), 200, "then the room is taken.")
	refused := s.ask(host, "POST", "/extend", nil)
	says(t, "extended into it", refused, 422, `id="said"`, "Next")
}

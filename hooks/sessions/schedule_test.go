package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

// studio is a team with somebody in every role.
type studio struct {
	*testing.T
	app  *core.BaseApp
	team *teams.Team
	by   map[string]*core.Record
}

func open(t *testing.T, plan string) *studio {
	t.Helper()
	return openWith(t, plan, hookstest.Config())
}

func openWith(t *testing.T, plan string, config settings.Config) *studio {
	t.Helper()
	app := hookstest.NewWith(t, config)
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", plan)
	return &studio{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}}
}

func (s *studio) actor(who string) *actors.Actor {
	s.Helper()
	return hookstest.Actor(s.T, s.app, s.by[who], s.team)
}

func (s *studio) session(form sessions.Form) *sessions.Session {
	s.Helper()
	return hookstest.Session(s.T, s.app, s.by["organizer"], s.team, form)
}

func (s *studio) try(who string, form sessions.Form) error {
	s.Helper()
	_, err := sessions.Schedule(s.app, s.actor(who), hookstest.SessionForm(form))
	return err
}

// people is who is on the list of a session: "address part state", as it is listed.
func (s *studio) people(id string) string {
	s.Helper()
	all, err := sessions.Participants(s.app, id)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, p := range all {
		known := ""
		if p.UserID() != "" {
			known = "+"
		}
		lines = append(lines, p.Address()+known+" "+p.Part()+" "+p.State())
	}
	return strings.Join(lines, ", ")
}

func TestASessionHasItsHostAndWhoIsAskedToIt(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Title: "  Colour \n review ", Guests: []string{"Zed <Zed@Out.example>", "member@x.example", "zed@out.example", "organizer@x.example", "admin@x.example"},
		Cohosts: []string{s.by["admin"].Id}, Presenters: []string{"zed@out.example"}})
	if session.Title() != "Colour review" || session.Ends().Sub(session.Starts()) != time.Hour || session.HostID() != s.by["organizer"].Id || len(session.Code()) < 12 {
		t.Errorf("%+v", session.PublicExport())
	}
	want := "organizer@x.example+ host invited, admin@x.example+ cohost invited, zed@out.example presenter invited, member@x.example+ attendee invited"
	if got := s.people(session.Id); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	p, err := sessions.ParticipantBy(s.app, session.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	code, err := sessions.PersonalCode(s.app, p)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := sessions.ParticipantByCode(s.app, code); err != nil || again.Id != p.Id || !strings.HasPrefix(code, "usp_") || len(code) != 47 {
		t.Errorf("%q leads to %v, %v", code, again, err)
	}
	if p.GetString("name") != "Zed" {
		t.Errorf("named %q", p.GetString("name"))
	}
	form, err := sessions.FormOf(s.app, session)
	if err != nil {
		t.Fatal(err)
	}
	form.Starts = form.Starts.Add(24 * time.Hour)
	twin := s.session(form)
	if got := s.people(twin.Id); got != want || twin.Id == session.Id || twin.Code() == session.Code() {
		t.Errorf("the duplicate has %s", got)
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.schedule", "result": "ok"}); n != 2 {
		t.Errorf("%d rows in the audit log", n)
	}
}

func TestWhoMayScheduleASession(t *testing.T) {
	for plan, codes := range map[string]map[string]string{
		"pro":       {"owner": "", "organizer": "", "admin": record.CodeNotAllowed, "member": record.CodeNotAllowed, "guest": record.CodeNotAllowed},
		"unlimited": {"owner": "", "organizer": "", "admin": "", "member": "", "guest": record.CodeNotAllowed},
	} {
		s := open(t, plan)
		for who, code := range codes {
			hookstest.Refused(t, who+" on "+plan, s.try(who, sessions.Form{}), code)
		}
	}
}

func parsed(names ...string) actors.Roles {
	roles, _ := actors.ParseRoles(names)
	return roles
}

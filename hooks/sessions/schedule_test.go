package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// fixture is a team with a user in every role.
type fixture struct {
	*testing.T
	app   *core.BaseApp
	team  *teams.Team
	users map[string]*core.Record
}

func newFixture(t *testing.T, plan string) *fixture {
	t.Helper()
	return newFixtureWith(t, plan, hookstest.Config())
}

func newFixtureWith(t *testing.T, plan string, config settings.Config) *fixture {
	t.Helper()
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", plan)
	return &fixture{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}}
}

func (s *fixture) actor(who string) *actors.Actor {
	s.Helper()
	return hookstest.Actor(s.T, s.app, s.users[who], s.team)
}

func (s *fixture) newSession(form sessions.Form) *sessions.Session {
	s.Helper()
	return hookstest.ScheduleSession(s.T, s.app, s.users["organizer"], s.team, form)
}

func (s *fixture) newRunning(form sessions.Form) *sessions.Session {
	s.Helper()
	return hookstest.StartSession(s.T, s.app, s.users["organizer"], s.team, form)
}

func (s *fixture) schedule(who string, form sessions.Form) error {
	s.Helper()
	_, err := sessions.Schedule(s.app, s.actor(who), hookstest.DefaultSessionForm(form))
	return err
}

// participantList lists the participants of a session as "address part state", in order.
func (s *fixture) participantList(id string) string {
	s.Helper()
	all, err := sessions.ListParticipants(s.app, id)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, p := range all {
		known := ""
		if p.UserID() != "" {
			known = "+"
		}
		lines = append(lines, p.Address()+known+" "+p.Role()+" "+p.State())
	}
	return strings.Join(lines, ", ")
}

func TestSchedule_AddsHostAndInvitees(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Title: "  Colour \n review ", Guests: []string{"Zed <Zed@Out.example>", "member@x.example", "zed@out.example", "organizer@x.example", "admin@x.example"},
		Cohosts: []string{s.users["admin"].Id}, Presenters: []string{"zed@out.example"}})
	if session.Title() != "Colour review" || session.Ends().Sub(session.Starts()) != time.Hour || session.HostID() != s.users["organizer"].Id || len(session.Code()) < 12 {
		t.Errorf("got %+v", session.PublicExport())
	}
	want := "organizer@x.example+ host invited, admin@x.example+ cohost invited, zed@out.example presenter invited, member@x.example+ attendee invited"
	if got := s.participantList(session.Id); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	p, err := sessions.FindParticipantByEmail(s.app, session.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	code, err := sessions.PersonalCode(s.app, p)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := sessions.FindParticipantByCode(s.app, code); err != nil || again.Id != p.Id || !strings.HasPrefix(code, "usp_") || len(code) != 47 {
		t.Errorf("%q leads to %v, %v, want %v, it with %q and 47", code, again, err, p.Id, "usp_")
	}
	if p.GetString("name") != "Zed" {
		t.Errorf("named %q, want %q", p.GetString("name"), "Zed")
	}
	form, err := sessions.FormOf(s.app, session)
	if err != nil {
		t.Fatal(err)
	}
	form.Starts = form.Starts.Add(24 * time.Hour)
	twin := s.newSession(form)
	if got := s.participantList(twin.Id); got != want || twin.Id == session.Id || twin.Code() == session.Code() {
		t.Errorf("the duplicate has %s", got)
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.schedule", "result": "ok"}); n != 2 {
		t.Errorf("%d rows in the audit log, want 2", n)
	}
}

func TestSchedule_Permissions(t *testing.T) {
	for plan, codes := range map[string]map[string]string{
		"pro":       {"owner": "", "organizer": "", "admin": errs.CodeNotAllowed, "member": errs.CodeNotAllowed, "guest": errs.CodeNotAllowed},
		"unlimited": {"owner": "", "organizer": "", "admin": "", "member": "", "guest": errs.CodeNotAllowed},
	} {
		s := newFixture(t, plan)
		for who, code := range codes {
			hookstest.AssertCode(t, who+" on "+plan, s.schedule(who, sessions.Form{}), code)
		}
	}
}

func parseRoles(names ...string) actors.Roles {
	roles, _ := actors.ParseRoles(names)
	return roles
}

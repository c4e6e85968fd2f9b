package sessions_test

import (
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// refusalMessage is the sentence of a refusal; empty if the action isn't refused.
func refusalMessage(err error) string {
	_, _, sentence, _ := errs.Details(err)
	return sentence
}

func TestRefusals_NameOnlyHelpers(t *testing.T) {
	s := newFixture(t, "pro")
	of := s.newSession(sessions.Form{Guests: []string{"guest@x.example"}})
	hookstest.Exec(t, s.app, "UPDATE teams SET licences = 1", nil)
	hookstest.Exec(t, s.app, "UPDATE plans SET session_minutes = 240", nil)
	hookstest.Exec(t, s.app, "UPDATE memberships SET organizer = 0 WHERE owner", nil)
	s.users["both"] = hookstest.Member(t, s.app, s.team, "both@x.example", "admin", "organizer")
	s.users["second"] = hookstest.Member(t, s.app, s.team, "second@x.example", "organizer")
	s.newRunning(sessions.Form{Title: "Dailies"})
	start := func(who string) error {
		own := hookstest.ScheduleSession(t, s.app, s.users[who], s.team, sessions.Form{Title: "Board", Starts: time.Now().Add(5 * time.Minute)})
		_, err := runs.Start(s.app, s.actor(who), own.Id)
		return err
	}
	host := func(who string) error { return sessions.CanHost(s.app, s.actor(who)) }
	change := func(who string) error { return sessions.CheckManage(s.app, s.actor(who), of) }
	reach := func(who string) error { return sessions.CanContactInvitees(s.app, s.actor(who), of) }
	duplicate := func(who string) error { return sessions.CanDuplicate(s.app, s.actor(who), of) }
	longer := func(who string) error { return s.schedule(who, sessions.Form{Minutes: 24 * 60}) }

	const toHost = "You need the Organizer role to host sessions in this team. "
	const panel = "Owner (Owner), Admin (Admin) or Both (Admin)"
	for _, c := range []struct {
		name, who string
		say       func(who string) error
		want      string
	}{
		{"hosting", "owner", host, toHost + "Make yourself an Organizer in your details, under Users in the Admin Panel."},
		{"hosting", "admin", host, toHost + "Make yourself an Organizer in your details, under Users in the Admin Panel."},
		{"hosting", "organizer", host, ""},
		{"hosting", "member", host, toHost + "Ask " + panel + " to give it to you."},
		{"hosting", "guest", host, "You're a guest of this team, and guests can't host sessions."},
		{"changing", "owner", change, ""},
		{"changing", "admin", change, ""},
		{"changing", "organizer", change, ""},
		{"changing", "second", change, "The host, the Owner and Admins can change this session. Ask Organizer, " + panel + " to change it."},
		{"changing", "member", change, "The host, the Owner and Admins can change this session. Ask Organizer, " + panel + " to change it."},
		{"changing", "guest", change, "The host, the Owner and Admins can change this session. Ask Organizer to change it."},
		{"reaching invitees", "owner", reach, ""},
		{"reaching invitees", "member", reach, "The host, co-hosts, the Owner and Admins can do this. Ask Organizer, " + panel + " to do it."},
		{"duplicating", "member", duplicate, "The host, co-hosts, the Owner and Admins can duplicate this session. Ask Organizer, " + panel + " to duplicate it."},
		{"a licence", "both", start, "The team's only licence is in use by another session: “Dailies” (Organizer). End one of them. An Admin can add licences under Billing & plans."},
		{"a licence", "second", start, "The team's only licence is in use by another session. Start this session after that one ends. Ask " + panel + " to end one."},
		{"the plan", "organizer", longer, "On the Pro plan, a session can last up to 4 hours. Choose a shorter length. An Admin can get a larger plan under Billing & plans."},
	} {
		t.Run(c.name+" as "+c.who, func(t *testing.T) {
			if got := refusalMessage(c.say(c.who)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestRefusals_OwnerAlone_GetsInstructions(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 0", nil)
	actor := hookstest.Actor(t, app, owner, team)
	if got := refusalMessage(sessions.CanHost(app, actor)); !strings.Contains(got, "Make yourself an Organizer") {
		t.Errorf("without the role: %q, want it to contain %q", got, "Make yourself an Organizer")
	}
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 1", nil)
	own := hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Starts: time.Now().Add(5 * time.Minute)})
	hookstest.Exec(t, app, "UPDATE teams SET licences = 0", nil)
	_, err := runs.Start(app, hookstest.Actor(t, app, owner, team), own.Id)
	if got, want := refusalMessage(err), "This team has no licences. An Admin can add licences under Billing & plans."; got != want {
		t.Errorf("without a licence: got %q, want %q", got, want)
	}
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 0", nil)
	stripped := hookstest.Actor(t, app, owner, team)
	if got := refusalMessage(sessions.CheckManage(app, stripped, own)); got != "" {
		t.Errorf("the Owner's own session: %q, want none", got)
	}
}

func TestRefusals_HostWithoutRole_IsNotNamedAsHelper(t *testing.T) {
	s := newFixture(t, "pro")
	of := s.newSession(sessions.Form{})
	hookstest.Exec(t, s.app, "UPDATE memberships SET organizer = 0", nil)
	got := refusalMessage(sessions.CheckManage(s.app, s.actor("organizer"), of))
	if want := "You need the Organizer role to host sessions in this team. Ask Owner (Owner) or Admin (Admin) to give it to you."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := refusalMessage(sessions.CheckManage(s.app, s.actor("member"), of)); strings.Contains(got, "Organizer,") {
		t.Errorf("got %q, which names a host who can no longer change it, want no %q", got, "Organizer,")
	}
}

package sessions_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
)

// wantText checks that an email says each of the texts.
func wantText(t *testing.T, email resendtest.Email, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(email.Text, text) {
			t.Errorf("%q is not in %q, want it to contain %q", text, email.Text, text)
		}
	}
}

// dropReasons lists why emails of a kind were dropped.
func (p *mailFixture) dropReasons(kind string) []string {
	p.fixture.Helper()
	return hookstest.QueryRows(p.fixture.T, p.app, "SELECT reason FROM outbox WHERE kind = '"+kind+"' AND status = 'dropped'")
}

// newHosted is a running session that the organizer hosts, with a co-host who is a plain member, and an invited guest.
func (p *mailFixture) newHosted() *sessions.Session {
	p.fixture.Helper()
	return p.newRunning(sessions.Form{Cohosts: []string{p.users["member"].Id}, Guests: []string{"guest@x.example"}})
}

func TestEnd_ByOwnerOrAdmin_EmailsHostOnce(t *testing.T) {
	for _, who := range []string{"admin", "owner"} {
		p := newMailFixture(t)
		host := hookstest.FindRecord(t, p.app, "users", p.users["organizer"].Id)
		host.Set("timezone", "Asia/Tokyo")
		must(t, p.app.Save(host))
		room := hookstest.NewRecord(t, p.app, "rooms", map[string]any{"team": p.team.Id, "name": "Grading suite", "capacity": 20})
		must(t, p.app.Save(room))
		session := p.newRunning(sessions.Form{Title: "Colour review", Room: room.Id, Guests: []string{"guest@x.example"}})
		p.deliver()
		must(t, runs.End(p.app, p.actor(who), session.Id))
		must(t, runs.End(p.app, p.actor(who), session.Id)) // it has ended already
		name := p.users[who].GetString("name")
		email := emailTo(t, p.wantEmails(who, name+" ended Colour review > organizer@x.example"), "organizer@x.example")
		tokyo := accounts.Zone(host, nil)
		ended := text.DateAndTime(p.reload(session.Id).Ended().In(tokyo), "Monday 2 January 2006")
		wantText(t, email, name+" ended your session for all participants.", "Ended: "+ended+" (Tokyo time, UTC+09)", "Room: Grading suite",
			"View session details:\n", "/app/"+p.team.Slug()+"/sessions/"+session.Id+"\n", "Contact "+name+".")
		p.wantEmails("again", "")
	}
}

func TestEnd_ByHostOrCohost_SendsNoEmail(t *testing.T) {
	for _, who := range []string{"organizer", "member"} {
		p := newMailFixture(t)
		session := p.newHosted()
		p.deliver()
		must(t, runs.End(p.app, p.actor(who), session.Id))
		p.wantEmails(who, "")
	}
}

func TestEnd_ByExcludedHostAsAdmin_SendsNoEmail(t *testing.T) {
	p := newMailFixture(t)
	p.users["organizer"] = hookstest.Member(t, p.app, p.team, "both@x.example", "admin", "organizer")
	session := p.newHosted()
	p.deliver()
	own, err := sessions.FindParticipantByEmail(p.app, session.Id, "both@x.example")
	must(t, err)
	own.Set("state", sessions.StateRemoved)
	must(t, p.app.Save(own))
	must(t, runs.End(p.app, p.actor("organizer"), session.Id))
	p.wantEmails("by the host as an Admin", "")
}

func TestEnd_HostRemovedBeforeDelivery_DropsEmail(t *testing.T) {
	p := newMailFixture(t)
	session := p.newHosted()
	p.deliver()
	must(t, runs.End(p.app, p.actor("admin"), session.Id))
	_, err := members.Remove(p.app, p.actor("admin"), p.users["organizer"].Id, members.Handover{})
	must(t, err)
	p.wantEmails("removed", "You're no longer in Halation Post > organizer@x.example")
	if got := p.dropReasons(mail.KindSessionEnded); !slices.Equal(got, []string{mail.ReasonNotMember}) {
		t.Errorf("dropped for %v", got)
	}
}

func TestHostingLost_EmailsHostOnce(t *testing.T) {
	off := false
	saveTeam := func(p *mailFixture, values map[string]any) error {
		team := hookstest.FindRecord(p.fixture.T, p.app, "teams", p.team.Id)
		team.Load(values)
		return p.app.Save(team)
	}
	for name, c := range map[string]struct {
		plan, host string
		do         func(p *mailFixture) error
		subject    string
		says       []string
	}{
		"role revoked": {"pro", "organizer", func(p *mailFixture) error {
			_, err := members.RevokeRoles(p.app, p.actor("admin"), p.users["organizer"].Id, parseRoles("organizer"), members.Handover{})
			return err
		}, "4 of your sessions were cancelled", []string{"Admin revoked your Organizer role in Halation Post", "4 sessions were cancelled", "Invitees were notified.", "Contact Admin."}},
		"role revoked, sessions handed over": {"pro", "organizer", func(p *mailFixture) error {
			_, err := members.RevokeRoles(p.app, p.actor("admin"), p.users["organizer"].Id, parseRoles("organizer"), members.Handover{To: p.users["owner"].Id})
			return err
		}, "4 of your sessions were handed over", []string{"Admin revoked your Organizer role", "4 sessions were handed over to Owner", "Invitees stay invited", "Contact Admin."}},
		"role revoked without an actor": {"pro", "organizer", func(p *mailFixture) error {
			m, err := members.Find(p.app, p.team.Id, p.users["organizer"].Id)
			must(p.fixture.T, err)
			m.Set("organizer", false)
			return p.app.Save(m)
		}, "4 of your sessions were cancelled", []string{"Your Organizer role in Halation Post was revoked", "Contact Owner (Owner) or Admin (Admin)."}},
		"became a guest": {"unlimited", "member", func(p *mailFixture) error {
			m, err := members.Find(p.app, p.team.Id, p.users["member"].Id)
			must(p.fixture.T, err)
			m.Set("kind", "guest")
			return p.app.Save(m)
		}, "4 of your sessions were cancelled", []string{"Your membership of Halation Post changed", "Contact Owner."}},
		"setting turned off": {"unlimited", "member", func(p *mailFixture) error {
			_, err := teams.Update(p.app, p.actor("admin"), teams.Profile{MembersCanHost: &off})
			return err
		}, "4 of your sessions were cancelled", []string{"“Every member can host” was turned off in Halation Post", "Contact Owner (Owner) or Admin (Admin)."}},
		"plan changed": {"unlimited", "member", func(p *mailFixture) error { return saveTeam(p, map[string]any{"organizer_seats": 5}) },
			"4 of your sessions were cancelled", []string{"The plan of Halation Post changed.", "Contact Owner (Owner) or Admin (Admin)."}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newMailFixtureOn(t, c.plan)
			hookstest.ScheduleSession(t, p.app, p.users[c.host], p.team, sessions.Form{Title: "One"})
			hookstest.ScheduleSession(t, p.app, p.users[c.host], p.team, sessions.Form{Title: "Weekly", Starts: daysFromNow(2, 9), Rule: "FREQ=WEEKLY;COUNT=3"})
			hookstest.ScheduleSession(t, p.app, p.users["owner"], p.team, sessions.Form{Title: "Kept", Starts: daysFromNow(3, 9)})
			p.deliver()
			must(t, c.do(p))
			sent, _ := p.deliver()
			address, found := p.users[c.host].Email(), 0
			for _, email := range sent {
				if !strings.Contains(email.Subject, " of your sessions ") {
					continue
				}
				found++
				if email.To != address || email.Subject != c.subject {
					t.Errorf("%q to %s, want %v and %v", email.Subject, email.To, address, c.subject)
				}
				wantText(t, email, append(c.says, "\n\nOne: ", "\n\nWeekly: ", ", and 2 sessions after it in this series", "/app/"+p.team.Slug()+"/sessions\n")...)
				if strings.Contains(email.Text, "Kept") {
					t.Errorf("it lists another host's session: %s, want no %q", email.Text, "Kept")
				}
			}
			if found != 1 {
				t.Errorf("%d emails about lost sessions, want 1", found)
			}
			p.wantEmails("again", "")
		})
	}
}

func TestHostingLost_Owner_CanTakeRole(t *testing.T) {
	p := newMailFixture(t)
	hookstest.ScheduleSession(t, p.app, p.users["owner"], p.team, sessions.Form{Title: "One"})
	m, err := members.Find(p.app, p.team.Id, p.users["owner"].Id)
	must(t, err)
	m.Set("organizer", false)
	must(t, p.app.Save(m))
	sent, _ := p.deliver()
	email := emailTo(t, sent, "owner@x.example")
	wantText(t, email, "To host again, give yourself the Organizer role: open your details under Users in the Admin Panel.")
	if strings.Contains(email.Text, "Contact") {
		t.Errorf("got %q, want no contact for the Owner", email.Text)
	}
}

func TestHostingLost_WithoutSessionsOrByTheUser_SendsNoEmail(t *testing.T) {
	for name, do := range map[string]func(p *mailFixture) error{
		"no sessions": func(p *mailFixture) error {
			_, err := members.RevokeRoles(p.app, p.actor("admin"), p.users["organizer"].Id, parseRoles("organizer"), members.Handover{})
			return err
		},
		"their own role": func(p *mailFixture) error {
			both := hookstest.Member(p.fixture.T, p.app, p.team, "both@x.example", "admin", "organizer")
			p.users["both"] = both
			hookstest.ScheduleSession(p.fixture.T, p.app, both, p.team, sessions.Form{})
			_, err := members.RevokeRoles(p.app, p.actor("both"), both.Id, actors.Roles{Organizer: true}, members.Handover{})
			return err
		},
		"left the team": func(p *mailFixture) error {
			p.newSession(sessions.Form{})
			_, err := members.Leave(p.app, p.actor("organizer"), members.Handover{})
			return err
		},
	} {
		p := newMailFixture(t)
		must(t, do(p))
		if n := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"kind": mail.KindHostingLost}); n != 0 {
			t.Errorf("%s: %d emails about lost sessions, want 0", name, n)
		}
	}
}

func TestHostingLost_SessionsHandedBack_DropsEmail(t *testing.T) {
	p := newMailFixture(t)
	session := p.newSession(sessions.Form{})
	_, err := members.RevokeRoles(p.app, p.actor("admin"), p.users["organizer"].Id, parseRoles("organizer"), members.Handover{To: p.users["owner"].Id})
	must(t, err)
	m, err := members.Find(p.app, p.team.Id, p.users["organizer"].Id)
	must(t, err)
	m.Set("organizer", true)
	must(t, p.app.Save(m))
	again := p.reload(session.Id)
	again.Set("host", p.users["organizer"].Id)
	must(t, p.app.Save(again))
	worker := mail.NewWorker(p.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	if got := p.dropReasons(mail.KindHostingLost); !slices.Equal(got, []string{mail.ReasonHostRestored}) {
		t.Errorf("dropped for %v", got)
	}
}

package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestRemove_HandsOverOrCancelsSessions(t *testing.T) {
	for what, c := range map[string]struct {
		do     func(s *fixture) error
		status string // of the session that the organizer hosts
		host   string
		row    string // the organizer's participant in a running session
		by     string // who the audit log says cancelled them or handed them over; empty: the server
	}{
		"removed": {func(s *fixture) error {
			_, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{})
			return err
		}, "cancelled", "organizer", "host out", "owner"},
		"removed, handed on": {func(s *fixture) error {
			_, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{To: s.users["owner"].Id})
			return err
		}, "scheduled", "owner", "host out", "owner"},
		"left": {func(s *fixture) error {
			_, err := members.Leave(s.app, s.actor("organizer"), members.Handover{To: s.users["owner"].Id})
			return err
		}, "scheduled", "owner", "host out", "organizer"},
		"revoked": {func(s *fixture) error {
			_, err := members.RevokeRoles(s.app, s.actor("owner"), s.users["organizer"].Id, parseRoles("organizer"), members.Handover{})
			return err
		}, "cancelled", "organizer", "attendee admitted", "owner"},
		"revoked, handed on": {func(s *fixture) error {
			_, err := members.RevokeRoles(s.app, s.actor("owner"), s.users["organizer"].Id, parseRoles("organizer"), members.Handover{To: s.users["owner"].Id})
			return err
		}, "scheduled", "owner", "attendee admitted", "owner"},
		"role revoked by the dashboard": {func(s *fixture) error {
			m, _ := members.Find(s.app, s.team.Id, s.users["organizer"].Id)
			m.Set("organizer", false)
			return s.app.Save(m)
		}, "cancelled", "organizer", "attendee admitted", ""},
		"membership deleted by the dashboard": {func(s *fixture) error {
			m, _ := members.Find(s.app, s.team.Id, s.users["organizer"].Id)
			return s.app.Delete(m)
		}, "cancelled", "organizer", "host out", ""},
		"a guest by the dashboard": {func(s *fixture) error {
			m, _ := members.Find(s.app, s.team.Id, s.users["organizer"].Id)
			m.Load(map[string]any{"organizer": false, "kind": "guest"})
			return s.app.Save(m)
		}, "cancelled", "organizer", "attendee admitted", ""},
		"account deleted": {func(s *fixture) error {
			return s.app.Delete(hookstest.FindRecord(s.T, s.app, "users", s.users["organizer"].Id))
		}, "cancelled", "", "host out", ""},
	} {
		t.Run(what, func(t *testing.T) {
			s := newFixture(t, "pro")
			next := s.newSession(sessions.Form{Guests: []string{"zed@out.example"}, Rule: "FREQ=WEEKLY;COUNT=2"})
			asked := hookstest.ScheduleSession(t, s.app, s.users["owner"], s.team, sessions.Form{Starts: daysFromNow(9, 9), Guests: []string{"organizer@x.example"}})
			now := s.newSession(sessions.Form{Starts: time.Now()})
			s.setRunning(now)
			own, _ := sessions.FindParticipantByEmail(s.app, now.Id, "organizer@x.example")
			own.Set("state", "admitted")
			if err := s.app.Save(own); err != nil {
				t.Fatal(err)
			}
			if err := c.do(s); err != nil {
				t.Fatal(err)
			}
			host := ""
			if c.host != "" {
				host = s.users[c.host].Id
			}
			all, err := sessions.ListInSeries(s.app, next.SeriesID())
			if err != nil || len(all) != 2 {
				t.Fatalf("%d sessions, %v, want 2", len(all), err)
			}
			for _, one := range all {
				if one.Status() != c.status || one.HostID() != host {
					t.Errorf("%s with %q, want %v and %v", one.Status(), one.HostID(), c.status, host)
				}
				if c.status == "scheduled" {
					s.wantConsistent(one.Id)
				}
			}
			by, action := "", map[string]string{"cancelled": "session.cancel", "scheduled": "session.handover"}[c.status]
			if c.by != "" {
				by = s.users[c.by].Id
			}
			if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": action, "actor": by}); n != 2 {
				t.Errorf("%d of %s by %q in the audit log, want 2", n, action, c.by)
			}
			if own, _ = sessions.FindParticipantByEmail(s.app, now.Id, "organizer@x.example"); own.Role()+" "+own.State() != c.row {
				t.Errorf("in what runs: %s %s, want %v", own.Role(), own.State(), c.row)
			}
			if got := s.reload(now.Id); got.Status() != sessions.Running || got.GetString("host_name") != "Organizer" {
				t.Errorf("what runs is %s, by %s, want %v and %q", got.Status(), got.GetString("host_name"), sessions.Running, "Organizer")
			}
			if out := strings.Contains(s.participantList(asked.Id), "organizer@x.example attendee out") || strings.Contains(s.participantList(asked.Id), "organizer@x.example+ attendee out"); out != strings.HasSuffix(c.row, "out") {
				t.Errorf("where they are invited: got %s", s.participantList(asked.Id))
			}
		})
	}
}

func TestHandOver_ToUserWhoCannotHost_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{})
	for _, who := range []string{"member", "guest", "organizer"} {
		_, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{To: s.users[who].Id})
		hookstest.AssertCode(t, who, err, sessions.CodeCannotHost)
	}
	if _, err := members.Find(s.app, s.team.Id, s.users["organizer"].Id); err != nil || s.reload(session.Id).Status() != sessions.Scheduled {
		t.Errorf("half of it was done: %v, want %v", err, sessions.Scheduled)
	}
	_, err := members.Remove(s.app, s.actor("admin"), s.users["owner"].Id, members.Handover{})
	hookstest.AssertCode(t, "the Owner", err, errs.CodeNotAllowed)
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "member.remove", "result": sessions.CodeCannotHost}); n != 3 {
		t.Errorf("%d refusals in the audit log, want 3", n)
	}
}

func TestMembersHost_TurnedOff_CancelsTheirSessions(t *testing.T) {
	s := newFixture(t, "unlimited")
	hosted := hookstest.ScheduleSession(t, s.app, s.users["member"], s.team, sessions.Form{})
	kept := s.newSession(sessions.Form{})
	if n, err := sessions.CountHostedByMembers(s.app, s.team.Id); n != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", n, err)
	}
	team := hookstest.FindRecord(t, s.app, "teams", s.team.Id)
	team.Set("members_host", "off")
	if err := s.app.Save(team); err != nil {
		t.Fatal(err)
	}
	if a, b := s.reload(hosted.Id).Status(), s.reload(kept.Id).Status(); a != sessions.Cancelled || b != sessions.Scheduled {
		t.Errorf("%s and %s, want %v and %v", a, b, sessions.Cancelled, sessions.Scheduled)
	}
}

func TestRemove_InvitedByAddress_IsExcluded(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Guests: []string{"zed@out.example", "kim@out.example"}})
	zed := hookstest.Guest(t, s.app, s.team, "zed@out.example") // after the invitation
	if _, err := members.Remove(s.app, s.actor("admin"), zed.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if got := s.participantList(session.Id); !strings.Contains(got, "zed@out.example attendee out") || !strings.Contains(got, "kim@out.example attendee invited") {
		t.Errorf("got %s, want it to contain %q and %q", got, "zed@out.example attendee out", "kim@out.example attendee invited")
	}
	form, err := sessions.FormOf(s.app, session)
	if err != nil || strings.Contains(strings.Join(form.Guests, " "), "zed@") {
		t.Errorf("got %v, %v, want no %q", form.Guests, err, "zed@")
	}
	form.Title = "Without Zed"
	hookstest.AssertCode(t, "without Zed", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession), "")
	form.Guests = append(form.Guests, "zed@out.example")
	hookstest.AssertCode(t, "with Zed again", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession), sessions.CodeRemoved)
}

func TestRemove_UndecidedHandOver_IsRefusedForHosts(t *testing.T) {
	s := newFixture(t, "free")
	session := s.newSession(sessions.Form{})
	organizer := s.users["organizer"].Id
	_, err := members.Remove(s.app, s.actor("owner"), organizer, members.Handover{Undecided: true})
	hookstest.AssertCode(t, "removed", err, sessions.CodeUndecided)
	_, err = members.RevokeRoles(s.app, s.actor("owner"), organizer, actors.Roles{Organizer: true}, members.Handover{Undecided: true})
	hookstest.AssertCode(t, "role revoked", err, sessions.CodeUndecided)
	_, err = members.Leave(s.app, s.actor("organizer"), members.Handover{Undecided: true})
	hookstest.AssertCode(t, "left", err, sessions.CodeUndecided)
	if _, err := members.Find(s.app, s.team.Id, organizer); err != nil || s.reload(session.Id).Status() != sessions.Scheduled {
		t.Errorf("half of it was done: %v, want %v", err, sessions.Scheduled)
	}
	_, err = members.Remove(s.app, s.actor("owner"), s.users["member"].Id, members.Handover{Undecided: true})
	hookstest.AssertCode(t, "without sessions", err, "")
}

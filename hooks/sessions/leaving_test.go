package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

func TestWhatBecomesOfTheSessionsOfWhoGoes(t *testing.T) {
	for what, c := range map[string]struct {
		deed   func(s *studio) error
		status string // of what he was to host
		host   string
		row    string // his own, on the list of a session that runs
	}{
		"removed": {func(s *studio) error {
			_, err := sessions.Remove(s.app, s.actor("owner"), s.by["organizer"].Id, "")
			return err
		}, "cancelled", "organizer", "host out"},
		"removed, handed on": {func(s *studio) error {
			_, err := sessions.Remove(s.app, s.actor("owner"), s.by["organizer"].Id, s.by["owner"].Id)
			return err
		}, "scheduled", "owner", "host out"},
		"left": {func(s *studio) error {
			_, err := sessions.Leave(s.app, s.actor("organizer"), s.by["owner"].Id)
			return err
		}, "scheduled", "owner", "host out"},
		"removed by the lower room": {func(s *studio) error {
			_, err := members.Remove(s.app, s.actor("owner"), s.by["organizer"].Id)
			return err
		}, "cancelled", "organizer", "host out"},
		"revoked": {func(s *studio) error {
			_, err := sessions.RevokeRoles(s.app, s.actor("owner"), s.by["organizer"].Id, parsed("organizer"), "")
			return err
		}, "cancelled", "organizer", "attendee admitted"},
		"revoked, handed on": {func(s *studio) error {
			_, err := sessions.RevokeRoles(s.app, s.actor("owner"), s.by["organizer"].Id, parsed("organizer"), s.by["owner"].Id)
			return err
		}, "scheduled", "owner", "attendee admitted"},
		"a guest by the dashboard": {func(s *studio) error {
			m, _ := members.Find(s.app, s.team.Id, s.by["organizer"].Id)
			m.Load(map[string]any{"organizer": false, "kind": "guest"})
			return s.app.Save(m)
		}, "cancelled", "organizer", "attendee admitted"},
		"account deleted": {func(s *studio) error {
			return s.app.Delete(hookstest.Stored(s.T, s.app, "users", s.by["organizer"].Id))
		}, "cancelled", "", "host out"},
	} {
		t.Run(what, func(t *testing.T) {
			s := open(t, "pro")
			next := s.session(sessions.Form{Guests: []string{"zed@out.example"}, Rule: "FREQ=WEEKLY;COUNT=2"})
			asked := hookstest.Session(t, s.app, s.by["owner"], s.team, sessions.Form{Starts: soon(9, 9), Guests: []string{"organizer@x.example"}})
			now := s.session(sessions.Form{Starts: time.Now()})
			s.run(now)
			own, _ := sessions.ParticipantBy(s.app, now.Id, "organizer@x.example")
			own.Set("state", "admitted")
			if err := s.app.Save(own); err != nil {
				t.Fatal(err)
			}
			if err := c.deed(s); err != nil {
				t.Fatal(err)
			}
			host := ""
			if c.host != "" {
				host = s.by[c.host].Id
			}
			all, err := sessions.InSeries(s.app, next.SeriesID())
			if err != nil || len(all) != 2 {
				t.Fatalf("%d sessions, %v", len(all), err)
			}
			for _, one := range all {
				if one.Status() != c.status || one.HostID() != host {
					t.Errorf("%s with %q", one.Status(), one.HostID())
				}
				if c.status == "scheduled" {
					s.agrees(one.Id)
				}
			}
			if own, _ = sessions.ParticipantBy(s.app, now.Id, "organizer@x.example"); own.Part()+" "+own.State() != c.row {
				t.Errorf("in what runs: %s %s", own.Part(), own.State())
			}
			if got := s.stored(now.Id); got.Status() != sessions.Running || got.GetString("host_name") != "Organizer" {
				t.Errorf("what runs is %s, by %s", got.Status(), got.GetString("host_name"))
			}
			if out := strings.Contains(s.people(asked.Id), "organizer@x.example attendee out") || strings.Contains(s.people(asked.Id), "organizer@x.example+ attendee out"); out != strings.HasSuffix(c.row, "out") {
				t.Errorf("where he is asked: %s", s.people(asked.Id))
			}
		})
	}
}

func TestSessionsAreHandedOnlyToWhoMayHost(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{})
	for _, who := range []string{"member", "guest", "organizer"} {
		_, err := sessions.Remove(s.app, s.actor("owner"), s.by["organizer"].Id, s.by[who].Id)
		hookstest.Refused(t, who, err, sessions.CodeCannotHost)
	}
	if _, err := members.Find(s.app, s.team.Id, s.by["organizer"].Id); err != nil || s.stored(session.Id).Status() != sessions.Scheduled {
		t.Errorf("half of it was done: %v", err)
	}
	_, err := sessions.Remove(s.app, s.actor("admin"), s.by["owner"].Id, "")
	hookstest.Refused(t, "the Owner", err, record.CodeNotAllowed)
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "member.remove", "result": sessions.CodeCannotHost}); n != 3 {
		t.Errorf("%d refusals in the audit log", n)
	}
}

func TestWhereNotEveryMemberHostsAnyMoreTheirSessionsEnd(t *testing.T) {
	s := open(t, "unlimited")
	hosted := hookstest.Session(t, s.app, s.by["member"], s.team, sessions.Form{})
	kept := s.session(sessions.Form{})
	if n, err := sessions.HostedByMembers(s.app, s.team.Id); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	team := hookstest.Stored(t, s.app, "teams", s.team.Id)
	team.Set("members_host", "off")
	if err := s.app.Save(team); err != nil {
		t.Fatal(err)
	}
	if a, b := s.stored(hosted.Id).Status(), s.stored(kept.Id).Status(); a != sessions.Cancelled || b != sessions.Scheduled {
		t.Errorf("%s and %s", a, b)
	}
}

func TestWhoIsRemovedIsOutOfWhatHeWasAskedToByHisAddress(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Guests: []string{"zed@out.example", "kim@out.example"}})
	zed := hookstest.Guest(t, s.app, s.team, "zed@out.example") // after he was asked
	if _, err := sessions.Remove(s.app, s.actor("admin"), zed.Id, ""); err != nil {
		t.Fatal(err)
	}
	if got := s.people(session.Id); !strings.Contains(got, "zed@out.example attendee out") || !strings.Contains(got, "kim@out.example attendee invited") {
		t.Errorf("%s", got)
	}
	form, err := sessions.FormOf(s.app, session)
	if err != nil || strings.Contains(strings.Join(form.Guests, " "), "zed@") {
		t.Errorf("%v, %v", form.Guests, err)
	}
	form.Title = "Without him"
	hookstest.Refused(t, "without him", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This), "")
	form.Guests = append(form.Guests, "zed@out.example")
	hookstest.Refused(t, "with him again", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This), sessions.CodeOut)
}

func TestRemove_UndecidedHandOver_IsRefusedOnlyWhereSessionsAreHosted(t *testing.T) {
	s := open(t, "free")
	session := s.session(sessions.Form{})
	organizer := s.by["organizer"].Id
	_, err := sessions.Remove(s.app, s.actor("owner"), organizer, sessions.Undecided)
	hookstest.Refused(t, "removed", err, sessions.CodeUndecided)
	_, err = sessions.RevokeRoles(s.app, s.actor("owner"), organizer, actors.Roles{Organizer: true}, sessions.Undecided)
	hookstest.Refused(t, "role revoked", err, sessions.CodeUndecided)
	_, err = sessions.Leave(s.app, s.actor("organizer"), sessions.Undecided)
	hookstest.Refused(t, "left", err, sessions.CodeUndecided)
	if _, err := members.Find(s.app, s.team.Id, organizer); err != nil || s.stored(session.Id).Status() != sessions.Scheduled {
		t.Errorf("half of it was done: %v", err)
	}
	_, err = sessions.Remove(s.app, s.actor("owner"), s.by["member"].Id, sessions.Undecided)
	hookstest.Refused(t, "without sessions", err, "")
}

package runs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func TestSweep_EndsOverdueSessions(t *testing.T) {
	for name, s := range map[string]struct {
		prepare func(s *fixture, session *sessions.Session)
		after   time.Duration // since it started
		reason  string        // empty: it goes on
	}{
		"in its time":      {after: 60 * time.Minute, prepare: (*fixture).setOccupied},
		"ten minutes over": {after: 76 * time.Minute, reason: runs.EndedByTime, prepare: (*fixture).setOccupied},
		"extended": {after: 76 * time.Minute, prepare: func(s *fixture, session *sessions.Session) {
			s.setOccupied(session)
			if _, err := runs.Extend(s.app, s.actor("organizer"), session.Id, 15); err != nil {
				s.Fatal(err)
			}
		}},
		"empty":          {after: 11 * time.Minute, reason: runs.EndedEmpty},
		"not yet joined": {after: 9 * time.Minute},
		"as long as the plan lets": {after: 41 * time.Minute, reason: runs.EndedByTime, prepare: func(s *fixture, session *sessions.Session) {
			s.setOccupied(session)
			hookstest.Exec(s, s.app, "UPDATE plans SET session_minutes = 40", nil)
		}},
		"days later, as after a crash": {after: 72 * time.Hour, reason: runs.EndedByTime, prepare: (*fixture).setOccupied},
	} {
		t.Run(name, func(t *testing.T) {
			studio := newFixture(t, "pro")
			session := studio.newRunning(sessions.Form{})
			if s.prepare != nil {
				s.prepare(studio, session)
			}
			studio.sweep(session.Started().Add(s.after))
			got := studio.reload(session.Id)
			if ended := got.Status() == sessions.Ended; ended != (s.reason != "") || got.GetString("end_reason") != s.reason {
				t.Errorf("got %s, %q", got.Status(), got.GetString("end_reason"))
			}
			if got.Ended().After(session.Started().Add(80 * time.Minute)) {
				t.Errorf("it is written as ended at %v", got.Ended())
			}
		})
	}
}

// setOccupied puts a participant into the session.
func (s *fixture) setOccupied(session *sessions.Session) {
	s.Helper()
	r := hookstest.FindRecord(s, s.app, "sessions", session.Id)
	r.Set("empty", "")
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
}

func TestSweep_WithoutHost_PromotesOrganizerOrEnds(t *testing.T) {
	for _, organizer := range []bool{true, false} {
		s := newFixture(t, "pro")
		guests := []string{"guest@x.example", "member@x.example"}
		if organizer {
			s.users["second"] = hookstest.Member(t, s.app, s.team, "second@x.example", "organizer")
			guests = append(guests, "second@x.example")
		}
		session := s.newRunning(sessions.Form{Guests: guests})
		s.setOccupied(session)
		for _, address := range guests {
			p, err := sessions.FindParticipantByEmail(s.app, session.Id, address)
			if err != nil {
				t.Fatal(err)
			}
			p.Set("state", sessions.StateAdmitted)
			p.Set("user", s.users[strings.TrimSuffix(address, "@x.example")].Id)
			if err := s.app.Save(p); err != nil {
				t.Fatal(err)
			}
		}
		s.sweep(time.Now())
		if got := s.reload(session.Id); got.GetString("leaderless") != "" {
			t.Error("its host leads it")
		}
		membership, err := s.app.FindFirstRecordByFilter("memberships", "user = {:user}", dbx.Params{"user": s.users["organizer"].Id})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.app.Delete(membership); err != nil {
			t.Fatal(err)
		}
		gone := time.Now()
		s.sweep(gone)
		s.sweep(gone.Add(11 * time.Minute))
		got := s.reload(session.Id)
		second, _ := sessions.FindParticipantByEmail(s.app, session.Id, "second@x.example")
		switch {
		case organizer && (got.Status() != sessions.Running || second.Role() != sessions.Cohost):
			t.Errorf("with an Organizer who is in: %s, %s", got.Status(), second.Role())
		case !organizer && (got.Status() != sessions.Ended || got.GetString("end_reason") != runs.EndedHostGone || got.GetString("leaderless") != ""):
			t.Errorf("empty: got %s, %s, leaderless since %q", got.Status(), got.GetString("end_reason"), got.GetString("leaderless"))
		}
		if got := s.reload(session.Id); got.Status() == sessions.Running {
			if err := runs.End(s.app, s.actor("second"), session.Id); err != nil {
				t.Errorf("who goes on ends it: %v", err)
			}
		}
	}
}

func TestSweep_ExternalStartedEarly_EndsAfterItsLength(t *testing.T) {
	app := hookstest.NewApp(t)
	host := hookstest.Account(t, app, "host@x.example")
	team := hookstest.Team(t, app, host, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE plans SET session_minutes = -1", nil)
	session := hookstest.ScheduleSession(t, app, host, team, sessions.Form{ExternalLink: "https://meet.example.org/x", Starts: time.Now().AddDate(1, 0, 0)})
	now := time.Now()
	if err := app.RunInTransaction(func(tx core.App) error { return runs.StartExternal(tx, session, now) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{69 * time.Minute, sessions.Running}, {72 * time.Minute, sessions.Ended}} {
		if err := runs.Sweep(app, now.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if s, err := sessions.FindByID(app, session.Id); err != nil || s.Status() != c.want {
			t.Errorf("after %s: %s, %v, want %v", c.after, s.Status(), err, c.want)
		}
	}
}

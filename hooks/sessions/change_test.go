package sessions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// stored reads a session anew.
func (s *studio) stored(id string) *sessions.Session {
	s.Helper()
	session, err := sessions.Find(s.app, s.team.Id, id)
	if err != nil {
		s.Fatal(err)
	}
	return session
}

// series is what the sessions of a series are: "2 10:00 scheduled", the day counted from today.
func (s *studio) series(id string) string {
	s.Helper()
	all, err := sessions.InSeries(s.app, id)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, one := range all {
		day := int(one.Starts().Sub(soon(0, 0)) / (24 * time.Hour))
		lines = append(lines, fmt.Sprint(day, " ", one.Starts().Format("15:04"), " ", one.Status()))
	}
	return strings.Join(lines, ", ")
}

func TestASessionIsChangedWithItsPeople(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Guests: []string{"zed@out.example", "member@x.example"}})
	before, err := sessions.ParticipantBy(s.app, session.Id, "member@x.example")
	if err != nil {
		t.Fatal(err)
	}
	form, _ := sessions.FormOf(s.app, session)
	form.Starts, form.Guests, form.Presenters = soon(2, 15), []string{"member@x.example", "new@out.example"}, []string{"member@x.example"}
	if err := sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This); err != nil {
		t.Fatal(err)
	}
	now := s.stored(session.Id)
	if !now.Starts().Equal(soon(2, 15)) || now.Code() != session.Code() || now.GetInt("sequence") != 1 {
		t.Errorf("%v, %s, sequence %d", now.Starts(), now.Code(), now.GetInt("sequence"))
	}
	want := "organizer@x.example+ host invited, member@x.example+ presenter invited, new@out.example attendee invited"
	if got := s.people(session.Id); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if after, err := sessions.ParticipantBy(s.app, session.Id, "member@x.example"); err != nil || after.Id != before.Id {
		t.Errorf("who stays has another link: %v", err)
	}
	s.agrees(session.Id)
}

func TestASeriesIsBookedAllOrNone(t *testing.T) {
	s := open(t, "pro")
	room := s.room(nil)
	for _, day := range []int{4, 6} {
		s.session(sessions.Form{Title: fmt.Sprint("Taken ", day), Room: room.Id, Starts: soon(day, 10).Add(59 * time.Minute)})
	}
	form := sessions.Form{Room: room.Id, Starts: soon(3, 10), Rule: "FREQ=DAILY;COUNT=5"}
	err := s.try("organizer", form)
	hookstest.Refused(t, "two clashes", err, rooms.CodeBusy)
	if _, _, sentence, _ := record.Refusal(err); !strings.Contains(sentence, "“Taken 4” (Organizer, 10:59 to 11:59)") || !strings.Contains(sentence, "Taken 6") {
		t.Errorf("%s", sentence)
	}
	if n := hookstest.Count(t, s.app, "sessions"); n != 2 {
		t.Errorf("%d sessions", n)
	}
	form.Minutes = 59
	session := s.session(form)
	if got := s.series(session.SeriesID()); got != "3 10:00 scheduled, 4 10:00 scheduled, 5 10:00 scheduled, 6 10:00 scheduled, 7 10:00 scheduled" {
		t.Errorf("%s", got)
	}
	hookstest.Refused(t, "a daily session of 25 hours in one room", s.try("organizer", sessions.Form{Room: room.Id, Starts: soon(20, 10), Minutes: 25 * 60, Rule: "FREQ=DAILY;COUNT=2"}), rooms.CodeBusy)
}

func TestASeriesIsChangedAsAWholeOrInOne(t *testing.T) {
	s := open(t, "pro")
	room := s.room(nil)
	first := s.session(sessions.Form{Room: room.Id, Starts: soon(1, 10), Rule: "FREQ=DAILY;COUNT=5", Guests: []string{"zed@out.example"}})
	all, _ := sessions.InSeries(s.app, first.SeriesID())
	actor := s.actor("organizer")
	change := func(id string, scope sessions.Scope, change func(*sessions.Form)) error {
		t.Helper()
		form, err := sessions.FormOf(s.app, s.stored(id))
		if err != nil {
			t.Fatal(err)
		}
		change(&form)
		return sessions.Change(s.app, actor, id, form, scope)
	}
	is := func(what, want string) {
		t.Helper()
		if got := s.series(first.SeriesID()); got != want {
			t.Errorf("%s: %s\nwant %s", what, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(change(all[1].Id, sessions.This, func(f *sessions.Form) { f.Starts = soon(2, 14) }))
	must(sessions.Cancel(s.app, actor, all[2].Id, sessions.This))
	is("one moved, one cancelled", "1 10:00 scheduled, 2 14:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled")
	must(change(all[0].Id, sessions.Whole, func(f *sessions.Form) { f.Title, f.Guests = "New title", append(f.Guests, "new@out.example") }))
	is("another title", "1 10:00 scheduled, 2 14:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled")
	for _, n := range []int{0, 1, 4} {
		if now := s.stored(all[n].Id); now.Title() != "New title" || !strings.Contains(s.people(now.Id), "new@out.example") {
			t.Errorf("session %d: %s, %s", n, now.Title(), s.people(now.Id))
		}
	}
	must(change(all[3].Id, sessions.Whole, func(f *sessions.Form) { f.Starts = soon(5, 10) })) // a day later: each takes the place of the next
	is("a day later", "2 10:00 scheduled, 3 10:00 scheduled, 3 10:00 cancelled, 5 10:00 scheduled, 6 10:00 scheduled")
	must(change(all[0].Id, sessions.Whole, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;INTERVAL=2;COUNT=3" }))
	is("another rule", "2 10:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 6 10:00 scheduled, 6 10:00 cancelled")
	must(change(all[0].Id, sessions.Whole, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;COUNT=4" }))
	is("one more", "2 10:00 scheduled, 3 10:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled, 6 10:00 cancelled")
	must(sessions.Cancel(s.app, actor, all[0].Id, sessions.Whole))
	if n := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "scheduled"}); n != 0 {
		t.Errorf("%d are still scheduled", n)
	}
	alone := s.session(sessions.Form{})
	hookstest.Refused(t, "a series out of one", change(alone.Id, sessions.Whole, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;COUNT=2" }), sessions.CodeBadRule)
}

func TestChangeAndCancelEndInOneState(t *testing.T) {
	for range 5 {
		s := open(t, "pro")
		session := s.session(sessions.Form{Guests: []string{"zed@out.example"}})
		form, _ := sessions.FormOf(s.app, session)
		form.Title = "Changed"
		hookstest.Widen(s.app, "sessions")
		actors := []func() error{
			func() error { return sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This) },
			func() error { return sessions.Cancel(s.app, s.actor("organizer"), session.Id, sessions.This) },
		}
		results := hookstest.Race(2, func(n int) error { return actors[n]() })
		hookstest.Won(t, results, sessions.CodeCancelled)
		if now := s.stored(session.Id); now.Status() != sessions.Cancelled || (results[0] == nil) != (now.Title() == "Changed") {
			t.Errorf("%s, %s, %v", now.Status(), now.Title(), results)
		}
	}
}

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
			all, _ := sessions.InSeries(s.app, next.SeriesID())
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

func TestATeamInWhichASessionRunsStays(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Title: "On air", Starts: time.Now()})
	s.session(sessions.Form{Guests: []string{"zed@out.example"}})
	s.run(session)
	err := s.app.Delete(hookstest.Stored(t, s.app, "teams", s.team.Id))
	hookstest.Refused(t, "while it runs", err, sessions.CodeRunning)
	r := hookstest.Stored(t, s.app, "sessions", session.Id)
	r.Set("status", "ended")
	if err := s.app.Save(r); err != nil {
		t.Fatal(err)
	}
	if err := s.app.Delete(hookstest.Stored(t, s.app, "teams", s.team.Id)); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, s.app, "sessions") + hookstest.Count(t, s.app, "participants"); n != 0 {
		t.Errorf("%d rows stay", n)
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

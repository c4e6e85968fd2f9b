package sessions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// reload reads a session again.
func (s *fixture) reload(id string) *sessions.Session {
	s.Helper()
	session, err := sessions.Find(s.app, s.team.Id, id)
	if err != nil {
		s.Fatal(err)
	}
	return session
}

// seriesSummary lists the sessions of a series as "2 10:00 scheduled", with days counted from today.
func (s *fixture) seriesSummary(id string) string {
	s.Helper()
	all, err := sessions.ListInSeries(s.app, id)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, one := range all {
		day := int(one.Starts().Sub(daysFromNow(0, 0)) / (24 * time.Hour))
		lines = append(lines, fmt.Sprint(day, " ", one.Starts().Format("15:04"), " ", one.Status()))
	}
	return strings.Join(lines, ", ")
}

func TestChange_UpdatesInvitees(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Guests: []string{"zed@out.example", "member@x.example"}})
	before, err := sessions.FindParticipantByEmail(s.app, session.Id, "member@x.example")
	if err != nil {
		t.Fatal(err)
	}
	form, _ := sessions.FormOf(s.app, session)
	form.Starts, form.Guests, form.Presenters = daysFromNow(2, 15), []string{"member@x.example", "new@out.example"}, []string{"member@x.example"}
	if err := sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	now := s.reload(session.Id)
	if !now.Starts().Equal(daysFromNow(2, 15)) || now.Code() != session.Code() || now.GetInt("sequence") != 1 {
		t.Errorf("%v, %s, sequence %d", now.Starts(), now.Code(), now.GetInt("sequence"))
	}
	want := "organizer@x.example+ host invited, member@x.example+ presenter invited, new@out.example attendee invited"
	if got := s.participantList(session.Id); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if after, err := sessions.FindParticipantByEmail(s.app, session.Id, "member@x.example"); err != nil || after.Id != before.Id {
		t.Errorf("who stays has another link: %v, want %v", err, before.Id)
	}
	s.wantConsistent(session.Id)
}

func TestSchedule_Series_BooksAllOrNone(t *testing.T) {
	s := newFixture(t, "pro")
	room := s.newRoom(nil)
	for _, day := range []int{4, 6} {
		s.newSession(sessions.Form{Title: fmt.Sprint("Taken ", day), Room: room.Id, Starts: daysFromNow(day, 10).Add(59 * time.Minute)})
	}
	form := sessions.Form{Room: room.Id, Starts: daysFromNow(3, 10), Rule: "FREQ=DAILY;COUNT=5"}
	err := s.schedule("organizer", form)
	hookstest.AssertCode(t, "two clashes", err, rooms.CodeBusy)
	if _, _, sentence, _ := errs.Details(err); !strings.Contains(sentence, "“Taken 4” (Organizer, 10:59 to 11:59)") || !strings.Contains(sentence, "Taken 6") {
		t.Errorf("got %s, want it to contain %q and %q", sentence, "“Taken 4” (Organizer, 10:59 to 11:59)", "Taken 6")
	}
	if n := hookstest.Count(t, s.app, "sessions"); n != 2 {
		t.Errorf("%d sessions, want 2", n)
	}
	form.Minutes = 59
	session := s.newSession(form)
	if got := s.seriesSummary(session.SeriesID()); got != "3 10:00 scheduled, 4 10:00 scheduled, 5 10:00 scheduled, 6 10:00 scheduled, 7 10:00 scheduled" {
		t.Errorf("got %s", got)
	}
	hookstest.AssertCode(t, "a daily session of 25 hours in one room", s.schedule("organizer", sessions.Form{Room: room.Id, Starts: daysFromNow(20, 10), Minutes: 25 * 60, Rule: "FREQ=DAILY;COUNT=2"}), rooms.CodeBusy)
}

func TestChange_SeriesOrSingleSession(t *testing.T) {
	s := newFixture(t, "pro")
	room := s.newRoom(nil)
	first := s.newSession(sessions.Form{Room: room.Id, Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=5", Guests: []string{"zed@out.example"}})
	all, _ := sessions.ListInSeries(s.app, first.SeriesID())
	actor := s.actor("organizer")
	change := func(id string, scope sessions.Scope, change func(*sessions.Form)) error {
		t.Helper()
		form, err := sessions.FormOf(s.app, s.reload(id))
		if err != nil {
			t.Fatal(err)
		}
		change(&form)
		return sessions.Change(s.app, actor, id, form, scope)
	}
	is := func(what, want string) {
		t.Helper()
		if got := s.seriesSummary(first.SeriesID()); got != want {
			t.Errorf("%s: got %s\nwant %s", what, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(change(all[1].Id, sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(2, 14) }))
	must(sessions.Cancel(s.app, actor, all[2].Id, sessions.ScopeSession))
	is("one moved, one cancelled", "1 10:00 scheduled, 2 14:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled")
	must(change(all[0].Id, sessions.ScopeSeries, func(f *sessions.Form) { f.Title, f.Guests = "New title", append(f.Guests, "new@out.example") }))
	is("another title", "1 10:00 scheduled, 2 14:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled")
	for _, n := range []int{0, 1, 4} {
		if now := s.reload(all[n].Id); now.Title() != "New title" || !strings.Contains(s.participantList(now.Id), "new@out.example") {
			t.Errorf("session %d: %s, %s, want %q and it with %q", n, now.Title(), s.participantList(now.Id), "New title", "new@out.example")
		}
	}
	must(change(all[3].Id, sessions.ScopeSeries, func(f *sessions.Form) { f.Starts, f.Overwrite = daysFromNow(5, 10), true })) // a day later: each takes the place of the next
	is("a day later", "2 10:00 scheduled, 3 10:00 scheduled, 3 10:00 cancelled, 5 10:00 scheduled, 6 10:00 scheduled")
	must(change(all[0].Id, sessions.ScopeSeries, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;INTERVAL=2;COUNT=3" }))
	is("another rule", "2 10:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 6 10:00 scheduled, 6 10:00 cancelled")
	must(change(all[0].Id, sessions.ScopeSeries, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;COUNT=4" }))
	is("one more", "2 10:00 scheduled, 3 10:00 scheduled, 3 10:00 cancelled, 4 10:00 scheduled, 5 10:00 scheduled, 6 10:00 cancelled")
	must(sessions.Cancel(s.app, actor, all[0].Id, sessions.ScopeSeries))
	if n := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "scheduled"}); n != 0 {
		t.Errorf("%d are still scheduled, want 0", n)
	}
	alone := s.newSession(sessions.Form{})
	hookstest.AssertCode(t, "a series out of one", change(alone.Id, sessions.ScopeSeries, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;COUNT=2" }), sessions.CodeBadRule)
}

package sessions_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func refusedFields(err error) string {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(fields)), " ")
}

func TestScheduleAndChange_RefuseEverythingAtOnce(t *testing.T) {
	s := newFixture(t, "pro")
	room := s.newRoom(map[string]any{"quality": "720p"})
	s.newSession(sessions.Form{Room: room.Id, Starts: daysFromNow(1, 10)})
	bad := sessions.Form{Title: " ", Description: strings.Repeat("x", 501), Starts: daysFromNow(1, 10), Minutes: 60, Room: room.Id, Rule: "FREQ=WEEKLY",
		Guests: []string{"ada"}, Cohosts: []string{"abcdefghijklmno"}, ExternalLink: "http://x", FPS: 100, Resolution: "2160p", MaxPeople: 5000,
		Unread: errs.Invalid("count", "bad_number", "Enter a number.")}
	want := "cohosts count description elsewhere fps guests people resolution room rule title"
	if got := refusedFields(s.schedule("organizer", bad)); got != want {
		t.Errorf("a new one: got %s, want %s", got, want)
	}
	one := s.newSession(sessions.Form{Starts: daysFromNow(3, 10)})
	if got := refusedFields(sessions.Change(s.app, s.actor("organizer"), one.Id, bad, sessions.ScopeSession)); got != want {
		t.Errorf("a changed one: got %s, want %s", got, want)
	}
	first := s.newSession(sessions.Form{Starts: daysFromNow(5, 10), Rule: "FREQ=DAILY;COUNT=3"})
	if got := refusedFields(sessions.Change(s.app, s.actor("organizer"), first.Id, bad, sessions.ScopeSeries)); got != "cohosts count description elsewhere fps guests people resolution rule title" {
		t.Errorf("a series: got %s", got)
	}
	unread := sessions.Form{Title: " ", Room: room.Id, Guests: []string{"ada"}, Minutes: 5, Unread: errs.Invalid("date", "bad_time", "Choose a date.")}
	if got := refusedFields(s.scheduleExactly("organizer", unread)); got != "date guests minutes title" {
		t.Errorf("without a date: got %s, want date guests minutes title", got)
	}
	if n := hookstest.Count(t, s.app, "sessions"); n != 5 {
		t.Errorf("got %d sessions, want 5", n)
	}
}

// scheduleExactly schedules a form as it is.
func (s *fixture) scheduleExactly(who string, form sessions.Form) error {
	_, err := sessions.Schedule(s.app, s.actor(who), form)
	return err
}

func TestFormOf_KeepsNames(t *testing.T) {
	s := newFixture(t, "pro")
	one := s.newSession(sessions.Form{Guests: []string{"Ana Sá <ana@out.example>", "Bo Lee <bo@out.example>", "zed@out.example"}, Presenters: []string{"Ana Sá <ana@out.example>"}})
	form, err := sessions.FormOf(s.app, one)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(form.Guests)
	if got, want := strings.Join(form.Guests, "; "), `Ana Sá <ana@out.example>; Bo Lee <bo@out.example>; zed@out.example`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(form.Presenters, "; "); got != "Ana Sá <ana@out.example>" {
		t.Errorf("presenters: got %s", got)
	}
	form.Starts = daysFromNow(9, 9)
	twin, err := sessions.Schedule(s.app, s.actor("organizer"), form)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sessions.FindParticipantByEmail(s.app, twin.Id, "ana@out.example")
	if err != nil || p.GetString("name") != "Ana Sá" || p.Role() != sessions.Presenter {
		t.Errorf("in the copy: got %v, %v; want Ana Sá as presenter", p, err)
	}
}

func TestChange_OverLoweredLimit_IsRefusedOnlyWithMorePeople(t *testing.T) {
	add := func(f *sessions.Form) { f.Guests = append(f.Guests, "new@out.example") }
	for _, limit := range []string{"room", "plan"} {
		s := newFixture(t, "pro")
		room := s.newRoom(nil)
		one := s.newSession(sessions.Form{Room: room.Id, Starts: daysFromNow(1, 10), Guests: []string{"ada@out.example", "bob@out.example", "cas@out.example"}})
		series := s.newSession(sessions.Form{Room: room.Id, Starts: daysFromNow(2, 10), Rule: "FREQ=DAILY;COUNT=2", Guests: []string{"ada@out.example", "bob@out.example", "cas@out.example"}})
		if limit == "room" {
			hookstest.Exec(t, s.app, "UPDATE rooms SET people = 2", nil)
		} else {
			hookstest.Exec(t, s.app, "UPDATE plans SET session_people = 2", nil)
		}
		for _, test := range []struct {
			name    string
			session *sessions.Session
			scope   sessions.Scope
			change  func(*sessions.Form)
			code    string
		}{
			{"another title", one, sessions.ScopeSession, func(f *sessions.Form) { f.Title = "Rushes" }, ""},
			{"another title of the series", series, sessions.ScopeSeries, func(f *sessions.Form) { f.Title = "Rushes" }, ""},
			{"an hour later", one, sessions.ScopeSession, func(f *sessions.Form) { f.Starts = f.Starts.Add(time.Hour) }, ""},
			{"the series an hour later", series, sessions.ScopeSeries, func(f *sessions.Form) { f.Starts = f.Starts.Add(time.Hour) }, ""},
			{"the series on other days", series, sessions.ScopeSeries, func(f *sessions.Form) { f.Rule = "FREQ=DAILY;INTERVAL=2;COUNT=2" }, ""},
			{"another role", one, sessions.ScopeSession, func(f *sessions.Form) { f.Presenters = []string{"ada@out.example"} }, ""},
			{"one more", one, sessions.ScopeSession, add, sessions.CodeTooManyPeople},
			{"one more in the series", series, sessions.ScopeSeries, add, sessions.CodeTooManyPeople},
			{"a limit", one, sessions.ScopeSession, func(f *sessions.Form) { f.MaxPeople = 2 }, sessions.CodeTooManyPeople},
			{"one fewer", one, sessions.ScopeSession, func(f *sessions.Form) { f.Guests = f.Guests[:2] }, ""},
			{"fewer, one of them new", one, sessions.ScopeSession, func(f *sessions.Form) { f.Guests, f.Presenters = []string{"new@out.example"}, nil }, ""},
		} {
			form, err := sessions.FormOf(s.app, s.reload(test.session.Id))
			if err != nil {
				t.Fatal(err)
			}
			test.change(&form)
			err = sessions.Change(s.app, s.actor("organizer"), test.session.Id, form, test.scope)
			hookstest.AssertCode(t, "over the limit of the "+limit+", "+test.name, err, test.code)
		}
	}
}

func TestChange_FullSession_CountsOnlyPlacesInUse(t *testing.T) {
	s := newFixture(t, "pro")
	one := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), MaxPeople: 3, Guests: []string{"ada@out.example", "bob@out.example"}})
	hookstest.Exec(t, s.app, "UPDATE participants SET state = 'declined' WHERE email = 'bob@out.example'", nil)
	s.change(t, one, sessions.ScopeSession, func(f *sessions.Form) { f.Guests = append(f.Guests, "new@out.example") })
	if got := s.participantList(one.Id); !strings.Contains(got, "new@out.example") {
		t.Errorf("got %s, want a new invitee in the place of the one who declined", got)
	}
}

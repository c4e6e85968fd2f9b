package attendances_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func newExternalFixture(t *testing.T) *fixture {
	t.Helper()
	return newFixture(t, hookstest.Config(), sessions.Form{ExternalLink: "https://meet.example.org/x"})
}

func (s *fixture) report(who string, events ...attendances.Event) (int, error) {
	s.Helper()
	account, err := s.app.FindAuthRecordByEmail("users", who)
	if err != nil {
		s.Fatal(err)
	}
	return attendances.Report(s.app, hookstest.Actor(s, s.app, account, s.team), s.session.Id, events)
}

func TestReport_MovesExternalSession(t *testing.T) {
	s := newExternalFixture(t)
	base := time.Now().Add(-2 * time.Hour).Truncate(time.Second)
	at := func(seconds int) time.Time { return base.Add(time.Duration(seconds) * time.Second) }
	hd := attendances.Settings{Resolution: "720p", FPS: 30, Codec: "vp9", Audio: "music"}
	batch := []attendances.Event{
		{ID: "9", Type: "ended", At: at(3600)},
		{ID: "1", Type: "started", At: at(0), Settings: hd},
		{ID: "3", Type: "left", At: at(600), Person: "host@x.example"},
		{ID: "2", Type: "joined", At: at(10), Person: "Host@x.example"},
		{ID: "4", Type: "joined", At: at(700), Person: "Sam Else", Settings: attendances.Settings{Resolution: "360p"}},
	}
	if n, err := s.report("host@x.example", batch...); err != nil || n != 5 {
		t.Fatal(n, err)
	}
	if n, err := s.report("owner@x.example", batch...); err != nil || n != 0 {
		t.Errorf("the same again: %d, %v, want 0", n, err)
	}
	s.session = s.reload()
	if s.session.Status() != sessions.Ended || !s.session.Started().Equal(at(0)) || !s.session.Ended().Equal(at(3600)) || s.session.GetString("end_reason") != runs.EndedExternally {
		t.Errorf("%s from %v to %v", s.session.Status(), s.session.Started(), s.session.Ended())
	}
	s.wantStays("2 10 600 1280x720@30 vp9 music, 4 700 3600 640x360@0 estimated")
	all, _ := attendances.List(s.app, s.session.Id)
	if all[0].ParticipantID() != s.host().Id || all[0].UserID() == "" || all[1].Name() != "Sam Else" || all[1].UserID() != "" {
		t.Errorf("got %v, %v", all[0].PublicExport(), all[1].PublicExport())
	}
	if n, err := s.report("host@x.example", attendances.Event{ID: "5", Type: "left", At: at(900), Person: "sam else"}); err != nil || n != 1 {
		t.Errorf("a report that is late: %d, %v, want 1", n, err)
	}
	s.wantStays("2 10 600 1280x720@30 vp9 music, 4 700 900 640x360@0")
}

func TestReport_AnyOrder_SameResult(t *testing.T) {
	base := time.Now().Add(-time.Hour).Truncate(time.Second)
	for range 15 {
		s := newExternalFixture(t)
		if _, err := s.report("host@x.example", attendances.Event{ID: "0", Type: "started", At: base}); err != nil {
			t.Fatal(err)
		}
		s.session = s.reload()
		events := []attendances.Event{}
		for n, e := range []string{"joined a", "joined b", "left a", "joined a", "left b", "left b", "joined a", "left a"} {
			kind, who, _ := strings.Cut(e, " ")
			events = append(events, attendances.Event{ID: string(rune('1' + n)), Type: kind, Person: who, At: base.Add(time.Duration(n+1) * time.Minute)})
		}
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for _, e := range events {
			if _, err := s.report("host@x.example", e, e); err != nil {
				t.Fatal(err)
			}
		}
		s.wantStays("1 60 180, 2 120 300, 4 240 480")
	}
}

func TestReport_PermissionsAndInvalidEvents(t *testing.T) {
	s := newExternalFixture(t)
	hookstest.Member(t, s.app, s.team, "member@x.example")
	hookstest.Member(t, s.app, s.team, "organizer@x.example", "organizer")
	hookstest.Member(t, s.app, s.team, "admin@x.example", "admin")
	now := time.Now()
	started := attendances.Event{ID: "1", Type: "started", At: now}
	for _, who := range []string{"member@x.example", "organizer@x.example"} {
		_, err := s.report(who, started)
		hookstest.AssertCode(t, who, err, errs.CodeNotAllowed)
	}
	long := strings.Repeat("x", 300)
	for name, events := range map[string][]attendances.Event{
		attendances.CodeBadEvent + " no id":       {{Type: "started", At: now}},
		attendances.CodeBadEvent + " long id":     {{ID: long, Type: "started", At: now}},
		attendances.CodeBadEvent + " type":        {{ID: "1", Type: "paused", At: now}},
		attendances.CodeBadEvent + " no person":   {{ID: "1", Type: "joined", At: now}},
		attendances.CodeBadEvent + " long person": {{ID: "1", Type: "joined", At: now, Person: long}},
		attendances.CodeBadEvent + " settings":    {{ID: "1", Type: "started", At: now, Settings: attendances.Settings{Codec: long}}},
		sessions.CodeBadTime + " none":            {{ID: "1", Type: "started"}},
		sessions.CodeBadTime + " ahead":           {{ID: "1", Type: "started", At: now.Add(6 * time.Minute)}},
		sessions.CodeBadTime + " ages ago":        {{ID: "1", Type: "started", At: now.AddDate(-2, 0, 0)}},
		sessions.CodeNotStarted + " joined":       {{ID: "1", Type: "joined", At: now, Person: "a"}},
		sessions.CodeNotStarted + " ended":        {{ID: "1", Type: "ended", At: now}},
		errs.CodeTooMany + " events":              make([]attendances.Event, 1001),
	} {
		code, _, _ := strings.Cut(name, " ")
		_, err := s.report("host@x.example", events...)
		hookstest.AssertCode(t, name, err, code)
	}
	if hookstest.Count(t, s.app, "session_reports") != 0 || s.reload().Status() != sessions.Scheduled {
		t.Error("a refusal left something behind")
	}
	if _, err := s.report("admin@x.example", attendances.Event{ID: "1", Type: "started", At: now.Add(4 * time.Minute)}); err != nil {
		t.Errorf("four minutes ahead: %v", err)
	}

	here := newFixture(t, hookstest.Config(), sessions.Form{})
	_, err := here.report("host@x.example", started)
	hookstest.AssertCode(t, "a session that is held here", err, attendances.CodeNotExternal)
}

func TestReport_ExternalSession_TakesLicence(t *testing.T) {
	s := newExternalFixture(t)
	hookstest.Exec(t, s.app, "UPDATE teams SET licences = 0", nil)
	_, err := s.report("host@x.example", attendances.Event{ID: "1", Type: "started", At: time.Now()})
	hookstest.AssertCode(t, "without one", err, runs.CodeLicencesFull)
	hookstest.Exec(t, s.app, "UPDATE teams SET licences = 1", nil)
	if n, err := s.report("host@x.example", attendances.Event{ID: "1", Type: "started", At: time.Now()}); err != nil || n != 1 {
		t.Errorf("what was refused is sent again: %d, %v, want 1", n, err)
	}
	if use, err := runs.Licences(s.app, s.team.Id); err != nil || use.Used() != 1 {
		t.Errorf("got %+v, %v, want 1", use, err)
	}
}

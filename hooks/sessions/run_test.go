package sessions_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// soon is a session that can be started now.
func (s *studio) soon(form sessions.Form) *sessions.Session {
	s.Helper()
	form.Starts = time.Now().Add(5 * time.Minute)
	return s.session(form)
}

func (s *studio) started(form sessions.Form) *sessions.Session {
	s.Helper()
	session, err := sessions.Start(s.app, s.actor("organizer"), s.soon(form).Id)
	if err != nil {
		s.Fatal(err)
	}
	return session
}

func (s *studio) again(session *sessions.Session) *sessions.Session {
	s.Helper()
	found, err := sessions.ByID(s.app, session.Id)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

func (s *studio) sweep(at time.Time) {
	s.Helper()
	if err := sessions.Sweep(s.app, at); err != nil {
		s.Fatal(err)
	}
}

// led is a session that the organizer hosts, with a co-host who is a plain member and a guest who is asked.
func (s *studio) led(start bool) *sessions.Session {
	s.Helper()
	session := s.soon(sessions.Form{Cohosts: []string{s.by["member"].Id}, Guests: []string{"guest@x.example"}})
	if start {
		if _, err := sessions.Start(s.app, s.actor("organizer"), session.Id); err != nil {
			s.Fatal(err)
		}
	}
	return s.again(session)
}

func TestWhoStartsEndsAndExtends(t *testing.T) {
	for deed, s := range map[string]struct {
		do  func(s *studio, who, id string) error
		may map[string]string
	}{
		"start": {func(s *studio, who, id string) error { _, err := sessions.Start(s.app, s.actor(who), id); return err },
			map[string]string{"organizer": "", "owner": "not_allowed", "admin": "not_allowed", "member": "not_allowed", "guest": "not_allowed"}},
		"end": {func(s *studio, who, id string) error { return sessions.End(s.app, s.actor(who), id) },
			map[string]string{"organizer": "", "owner": "", "admin": "", "member": "", "guest": "not_allowed"}},
		"extend": {func(s *studio, who, id string) error {
			_, err := sessions.Extend(s.app, s.actor(who), id, 0)
			return err
		}, map[string]string{"organizer": "", "owner": "not_allowed", "admin": "not_allowed", "member": "", "guest": "not_allowed"}},
	} {
		for who, code := range s.may {
			studio := open(t, "pro")
			session := studio.led(deed != "start")
			hookstest.Refused(t, who+" "+deed, s.do(studio, who, session.Id), code)
			other := hookstest.Team(t, studio.app, hookstest.Person(t, studio.app, "other@x.example"), "Other", "pro")
			foreign := studio.actor(who)
			foreign.Team = other.Record
			if _, err := sessions.Extend(studio.app, foreign, session.Id, 0); err != record.ErrNotFound {
				t.Errorf("%s of another team: %v", who, err)
			}
		}
	}
}

func TestOrganizersEndOnlyTheirOwn(t *testing.T) {
	s := open(t, "pro")
	s.by["second"] = hookstest.Member(t, s.app, s.team, "second@x.example", "organizer")
	session := s.led(true)
	hookstest.Refused(t, "another Organizer ends", sessions.End(s.app, s.actor("second"), session.Id), "not_allowed")
	if err := sessions.End(s.app, s.actor("admin"), session.Id); err != nil {
		t.Fatal(err)
	}
	ended := s.again(session)
	if ended.Status() != sessions.Ended || ended.GetString("end_reason") != sessions.ByAdmin || ended.Ended().IsZero() {
		t.Errorf("%s, %s", ended.Status(), ended.GetString("end_reason"))
	}
	if err := sessions.End(s.app, s.actor("organizer"), session.Id); err != nil {
		t.Errorf("the end of an ended one: %v", err)
	}
	if _, err := sessions.Start(s.app, s.actor("organizer"), session.Id); record.Code(err) != sessions.CodeEnded {
		t.Errorf("it starts again: %v", err)
	}
	if _, err := sessions.Extend(s.app, s.actor("organizer"), session.Id, 0); record.Code(err) != sessions.CodeEnded {
		t.Errorf("it is extended: %v", err)
	}
}

func TestASessionStartsWithinItsTime(t *testing.T) {
	for ahead, code := range map[time.Duration]string{
		20 * time.Minute: sessions.CodeNotStarted, 14 * time.Minute: "", 0: "", -59 * time.Minute: "", -61 * time.Minute: sessions.CodeEnded,
	} {
		s := open(t, "pro")
		session := s.soon(sessions.Form{})
		hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:from}, ends = {:to} WHERE id = {:id}", dbx.Params{"id": session.Id,
			"from": record.Stamp(time.Now().Add(ahead)), "to": record.Stamp(time.Now().Add(ahead + time.Hour))})
		err := s.app.RunInTransaction(func(tx core.App) error {
			found, err := sessions.ByID(tx, session.Id)
			if err != nil {
				return err
			}
			return sessions.Begin(tx, found, time.Now())
		})
		hookstest.Refused(t, ahead.String(), err, code)
	}
}

func TestARunHasAMediaRoomOfItsOwn(t *testing.T) {
	s := open(t, "pro")
	a, b := s.started(sessions.Form{}), s.started(sessions.Form{})
	if a.Media() == "" || a.Media() == b.Media() || a.Started().IsZero() || a.GetDateTime("empty").IsZero() {
		t.Errorf("%q, %q", a.Media(), b.Media())
	}
	again, err := sessions.Start(s.app, s.actor("organizer"), a.Id)
	if err != nil || again.Media() != a.Media() {
		t.Errorf("the second start: %v", err)
	}
	for field, value := range map[string]any{"media": "us_other", "started": time.Now().Add(-time.Hour), "minutes": 90, "title": "x", "status": "scheduled"} {
		r := hookstest.Stored(t, s.app, "sessions", a.Id)
		r.Set(field, value)
		if err := s.app.Save(r); record.Code(err) == "" {
			t.Errorf("%s changes while it runs: %v", field, err)
		}
	}
	away := s.started(sessions.Form{Elsewhere: "https://meet.example.org/x"})
	if away.Media() != "" {
		t.Errorf("what is held elsewhere has the media room %q", away.Media())
	}
	forged := hookstest.Stored(t, s.app, "sessions", s.soon(sessions.Form{}).Id)
	forged.Set("status", sessions.Running)
	forged.Set("media", b.Media())
	if err := s.app.Save(forged); err != nil || forged.GetString("media") == b.Media() || forged.GetDateTime("started").IsZero() {
		t.Errorf("a bare start: %v, %q", err, forged.GetString("media"))
	}
	forged.Set("status", sessions.Ended)
	forged.Set("ended", time.Now().Add(-time.Hour))
	if err := s.app.Save(forged); err != nil || forged.GetDateTime("ended").Before(forged.GetDateTime("started")) || forged.GetString("end_reason") == "" {
		t.Errorf("a bare end: %v, %v", err, forged.GetDateTime("ended"))
	}
}

func TestWithoutAFreeLicenceNothingStarts(t *testing.T) {
	s := open(t, "pro")
	hookstest.Exec(t, s.app, "UPDATE teams SET licences = 1", nil)
	s.by["both"] = hookstest.Member(t, s.app, s.team, "both@x.example", "admin", "organizer")
	first := s.started(sessions.Form{Title: "Dailies"})
	second := s.soon(sessions.Form{Title: "Grading"})
	_, err := sessions.Start(s.app, s.actor("organizer"), second.Id)
	_, code, sentence, _ := record.Refusal(err)
	if code != sessions.CodeLicencesFull || strings.Contains(sentence, "Dailies") {
		t.Errorf("an Organizer is told %q (%s)", sentence, code)
	}
	own := hookstest.Session(t, s.app, s.by["both"], s.team, sessions.Form{Title: "Board", Starts: time.Now().Add(5 * time.Minute)})
	_, err = sessions.Start(s.app, s.actor("both"), own.Id)
	if _, code, sentence, _ := record.Refusal(err); code != sessions.CodeLicencesFull || !strings.Contains(sentence, "“Dailies” (Organizer)") {
		t.Errorf("an Admin is told %q (%s)", sentence, code)
	}
	bare := hookstest.Stored(t, s.app, "sessions", second.Id)
	bare.Set("status", sessions.Running)
	hookstest.Refused(t, "a bare save", s.app.Save(bare), sessions.CodeLicencesFull)

	use, err := sessions.Licences(s.app, s.team.Id)
	if err != nil || use.Limit != 1 || use.Used() != 1 || use.Free() != 0 || use.By[0].Id != first.Id {
		t.Errorf("%+v, %v", use, err)
	}
	if all, err := seats.Of(s.app, s.team.Id); err != nil || all.Licences.Used != 1 || all.Licences.Free() != 0 {
		t.Errorf("%+v, %v", all.Licences, err)
	}
	if err := sessions.End(s.app, s.actor("organizer"), first.Id); err != nil {
		t.Fatal(err)
	}
	if _, err := sessions.Start(s.app, s.actor("organizer"), second.Id); err != nil {
		t.Errorf("with the licence that came back: %v", err)
	}
}

func TestLicencesDoNotFallBelowWhatRuns(t *testing.T) {
	s := open(t, "pro")
	s.started(sessions.Form{Title: "Dailies"})
	s.started(sessions.Form{})
	team := hookstest.Stored(t, s.app, "teams", s.team.Id)
	for _, step := range []struct {
		licences int
		code     string
	}{{1, sessions.CodeLicencesFull}, {0, sessions.CodeLicencesFull}, {2, ""}, {plans.Unlimited, ""}} {
		team.Set("licences", step.licences)
		err := s.app.Save(team)
		hookstest.Refused(t, fmt.Sprint(step.licences), err, step.code)
		if step.code != "" && !strings.Contains(err.Error(), "Dailies") {
			t.Errorf("it names nobody: %v", err)
		}
	}
}

func TestATeamIsKeptWhileASessionRuns(t *testing.T) {
	s := open(t, "pro")
	session := s.started(sessions.Form{Title: "Dailies"})
	if err := teams.MayDelete(s.app, s.team.Id); record.Code(err) != sessions.CodeRunning || !strings.Contains(err.Error(), "“Dailies” (Organizer)") {
		t.Errorf("%v", err)
	}
	if err := s.app.Delete(hookstest.Stored(t, s.app, "teams", s.team.Id)); record.Code(err) != sessions.CodeRunning {
		t.Errorf("%v", err)
	}
	if err := sessions.End(s.app, s.actor("owner"), session.Id); err != nil {
		t.Fatal(err)
	}
	if err := s.app.Delete(hookstest.Stored(t, s.app, "teams", s.team.Id)); err != nil {
		t.Errorf("once it has ended: %v", err)
	}
}

func TestASessionIsExtendedWhilePlanAndRoomAllowIt(t *testing.T) {
	s := open(t, "free")
	session := s.started(sessions.Form{Minutes: 30})
	ends := session.Ends()
	longer, err := sessions.Extend(s.app, s.actor("organizer"), session.Id, 0)
	if err != nil || !longer.Ends().Equal(ends.Add(15*time.Minute)) || longer.Minutes() != 30 {
		t.Fatalf("%v", err)
	}
	for _, minutes := range []int{-1, 121} {
		_, err := sessions.Extend(s.app, s.actor("organizer"), session.Id, minutes)
		hookstest.Refused(t, fmt.Sprint(minutes), err, sessions.CodeBadLength)
	}
	plan, err := plans.Find(s.app, "free")
	if err != nil {
		t.Fatal(err)
	}
	plan.Set("session_minutes", 60)
	if err := s.app.Save(plan); err != nil {
		t.Fatal(err)
	}
	_, err = sessions.Extend(s.app, s.actor("organizer"), session.Id, 30)
	hookstest.Refused(t, "beyond the plan", err, sessions.CodeBadLength)
	shorter := hookstest.Stored(t, s.app, "sessions", session.Id)
	shorter.Set("extra", 0)
	hookstest.Refused(t, "shortened", s.app.Save(shorter), sessions.CodeBadLength)
	_, err = sessions.Extend(s.app, s.actor("organizer"), s.soon(sessions.Form{}).Id, 15)
	hookstest.Refused(t, "before the start", err, sessions.CodeNotStarted)
}

func TestWhatIsOverEndsByItself(t *testing.T) {
	for name, s := range map[string]struct {
		prepare func(s *studio, session *sessions.Session)
		after   time.Duration // since it started
		reason  string        // empty: it goes on
	}{
		"in its time":      {after: 60 * time.Minute, prepare: (*studio).visited},
		"ten minutes over": {after: 76 * time.Minute, reason: sessions.ByTime, prepare: (*studio).visited},
		"extended": {after: 76 * time.Minute, prepare: func(s *studio, session *sessions.Session) {
			s.visited(session)
			if _, err := sessions.Extend(s.app, s.actor("organizer"), session.Id, 15); err != nil {
				s.Fatal(err)
			}
		}},
		"nobody came": {after: 11 * time.Minute, reason: sessions.ByEmpty},
		"nobody yet":  {after: 9 * time.Minute},
		"as long as the plan lets": {after: 41 * time.Minute, reason: sessions.ByTime, prepare: func(s *studio, session *sessions.Session) {
			s.visited(session)
			hookstest.Exec(s, s.app, "UPDATE plans SET session_minutes = 40", nil)
		}},
		"days later, as after a crash": {after: 72 * time.Hour, reason: sessions.ByTime, prepare: (*studio).visited},
	} {
		t.Run(name, func(t *testing.T) {
			studio := open(t, "pro")
			session := studio.started(sessions.Form{})
			if s.prepare != nil {
				s.prepare(studio, session)
			}
			studio.sweep(session.Started().Add(s.after))
			got := studio.again(session)
			if ended := got.Status() == sessions.Ended; ended != (s.reason != "") || got.GetString("end_reason") != s.reason {
				t.Errorf("%s, %q", got.Status(), got.GetString("end_reason"))
			}
			if got.Ended().After(session.Started().Add(80 * time.Minute)) {
				t.Errorf("it is written as ended at %v", got.Ended())
			}
		})
	}
}

// visited lets somebody be in the session.
func (s *studio) visited(session *sessions.Session) {
	s.Helper()
	r := hookstest.Stored(s, s.app, "sessions", session.Id)
	r.Set("empty", "")
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
}

func TestASessionThatNobodyLeadsGoesOnWithAnOrganizerOrEnds(t *testing.T) {
	for _, organizer := range []bool{true, false} {
		s := open(t, "pro")
		guests := []string{"guest@x.example", "member@x.example"}
		if organizer {
			s.by["second"] = hookstest.Member(t, s.app, s.team, "second@x.example", "organizer")
			guests = append(guests, "second@x.example")
		}
		session := s.started(sessions.Form{Guests: guests})
		s.visited(session)
		for _, address := range guests {
			p, err := sessions.ParticipantBy(s.app, session.Id, address)
			if err != nil {
				t.Fatal(err)
			}
			p.Set("state", sessions.StateAdmitted)
			p.Set("user", s.by[strings.TrimSuffix(address, "@x.example")].Id)
			if err := s.app.Save(p); err != nil {
				t.Fatal(err)
			}
		}
		s.sweep(time.Now())
		if got := s.again(session); got.GetString("leaderless") != "" {
			t.Error("its host leads it")
		}
		membership, err := s.app.FindFirstRecordByFilter("memberships", "user = {:user}", dbx.Params{"user": s.by["organizer"].Id})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.app.Delete(membership); err != nil {
			t.Fatal(err)
		}
		gone := time.Now()
		s.sweep(gone)
		s.sweep(gone.Add(11 * time.Minute))
		got := s.again(session)
		second, _ := sessions.ParticipantBy(s.app, session.Id, "second@x.example")
		switch {
		case organizer && (got.Status() != sessions.Running || second.Part() != sessions.Cohost):
			t.Errorf("with an Organizer who is in: %s, %s", got.Status(), second.Part())
		case !organizer && (got.Status() != sessions.Ended || got.GetString("end_reason") != sessions.ByNobody || got.GetString("leaderless") != ""):
			t.Errorf("with nobody: %s, %s, led by nobody since %q", got.Status(), got.GetString("end_reason"), got.GetString("leaderless"))
		}
		if got := s.again(session); got.Status() == sessions.Running {
			if err := sessions.End(s.app, s.actor("second"), session.Id); err != nil {
				t.Errorf("who goes on ends it: %v", err)
			}
		}
	}
}

func TestTheLastLicenceIsTakenOnce(t *testing.T) {
	const n = 12
	for name, deed := range map[string]func(s *studio, id string) error{
		"start": func(s *studio, id string) error {
			_, err := sessions.Start(s.app, s.actor("organizer"), id)
			return err
		},
		"bare save": func(s *studio, id string) error {
			r, err := s.app.FindRecordById("sessions", id)
			if err != nil {
				return err
			}
			r.Set("status", sessions.Running)
			return s.app.Save(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "free")
			var ids []string
			for range n {
				ids = append(ids, s.soon(sessions.Form{}).Id)
			}
			hookstest.Widen(s.app, "sessions")
			won := hookstest.Won(t, hookstest.Race(n, func(i int) error { return deed(s, ids[i]) }), sessions.CodeLicencesFull)
			if running := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "running"}); won != 1 || running != 1 {
				t.Errorf("%d won, %d run", won, running)
			}
		})
	}
}

func TestTheRaceForALicenceIsReal(t *testing.T) {
	var ids []string
	s := open(t, "free")
	for range 12 {
		ids = append(ids, s.soon(sessions.Form{}).Id)
	}
	var rows []*core.Record
	for _, id := range ids {
		rows = append(rows, hookstest.Stored(t, s.app, "sessions", id))
	}
	team := hookstest.Stored(t, s.app, "teams", s.team.Id)
	var checked atomic.Int32
	second := make(chan struct{})
	app := hookstest.Wired(t, func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.GuardRun(e.App, e.Record); err != nil {
				return err
			}
			if err := sessions.GuardLicence(e.App, e.Record); err != nil {
				return err
			}
			if checked.Add(1) == 2 {
				close(second)
			}
			select { // a second one comes past the check before the first has written
			case <-second:
			case <-time.After(2 * time.Second):
			}
			return e.Next()
		})
	})
	copyRows(t, app, append(rows, team)...)
	won := hookstest.Won(t, hookstest.Race(len(ids), func(i int) error {
		r, err := app.FindRecordById("sessions", ids[i])
		if err != nil {
			return err
		}
		r.Set("status", sessions.Running)
		return app.Save(r)
	}), sessions.CodeLicencesFull)
	if won < 2 {
		t.Errorf("%d won without the transaction: the race shows nothing", won)
	}
}

// copyRows writes records into another app, past every rule.
func copyRows(t *testing.T, app core.App, rows ...*core.Record) {
	t.Helper()
	for _, r := range rows {
		columns := dbx.Params{}
		for name, value := range r.FieldsData() {
			columns[name] = value
		}
		columns["id"], columns["host"] = r.Id, ""
		if r.Collection().Name == "teams" {
			delete(columns, "host")
		}
		if _, err := app.NonconcurrentDB().Insert(r.Collection().Name, columns).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatBeganLongBeforeItsTimeIsOverAfterItsLength(t *testing.T) {
	app := hookstest.New(t)
	host := hookstest.Person(t, app, "host@x.example")
	team := hookstest.Team(t, app, host, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE plans SET session_minutes = -1", nil)
	session := hookstest.Session(t, app, host, team, sessions.Form{Elsewhere: "https://meet.example.org/x", Starts: time.Now().AddDate(1, 0, 0)})
	now := time.Now()
	if err := app.RunInTransaction(func(tx core.App) error { return sessions.BeginElsewhere(tx, session, now) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{69 * time.Minute, sessions.Running}, {72 * time.Minute, sessions.Ended}} {
		if err := sessions.Sweep(app, now.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if s, err := sessions.ByID(app, session.Id); err != nil || s.Status() != c.want {
			t.Errorf("after %s: %s, %v", c.after, s.Status(), err)
		}
	}
}

package runs_test

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
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func TestRun_Permissions(t *testing.T) {
	for action, s := range map[string]struct {
		do  func(s *fixture, who, id string) error
		may map[string]string
	}{
		"start": {func(s *fixture, who, id string) error { _, err := runs.Start(s.app, s.actor(who), id); return err },
			map[string]string{"organizer": "", "owner": "not_allowed", "admin": "not_allowed", "member": "not_allowed", "guest": "not_allowed"}},
		"end": {func(s *fixture, who, id string) error { return runs.End(s.app, s.actor(who), id) },
			map[string]string{"organizer": "", "owner": "", "admin": "", "member": "", "guest": "not_allowed"}},
		"extend": {func(s *fixture, who, id string) error {
			_, err := runs.Extend(s.app, s.actor(who), id, 0)
			return err
		}, map[string]string{"organizer": "", "owner": "not_allowed", "admin": "not_allowed", "member": "", "guest": "not_allowed"}},
	} {
		for who, code := range s.may {
			f := newFixture(t, "pro")
			session := f.newHosted(action != "start")
			hookstest.AssertCode(t, who+" "+action, s.do(f, who, session.Id), code)
			other := hookstest.Team(t, f.app, hookstest.Account(t, f.app, "other@x.example"), "Other", "pro")
			foreign := f.actor(who)
			foreign.Team = other.Record
			if _, err := runs.Extend(f.app, foreign, session.Id, 0); err != errs.ErrNotFound {
				t.Errorf("%s of another team: %v, want %v", who, err, errs.ErrNotFound)
			}
		}
	}
}

func TestEnd_OtherOrganizer_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	s.users["second"] = hookstest.Member(t, s.app, s.team, "second@x.example", "organizer")
	session := s.newHosted(true)
	hookstest.AssertCode(t, "another Organizer ends", runs.End(s.app, s.actor("second"), session.Id), "not_allowed")
	if err := runs.End(s.app, s.actor("admin"), session.Id); err != nil {
		t.Fatal(err)
	}
	ended := s.reload(session.Id)
	if ended.Status() != sessions.Ended || ended.GetString("end_reason") != runs.EndedByAdmin || ended.Ended().IsZero() {
		t.Errorf("got %s, %s", ended.Status(), ended.GetString("end_reason"))
	}
	if err := runs.End(s.app, s.actor("organizer"), session.Id); err != nil {
		t.Errorf("the end of an ended one: %v", err)
	}
	if _, err := runs.Start(s.app, s.actor("organizer"), session.Id); errs.Code(err) != sessions.CodeEnded {
		t.Errorf("it starts again: %v, want %v", err, sessions.CodeEnded)
	}
	if _, err := runs.Extend(s.app, s.actor("organizer"), session.Id, 0); errs.Code(err) != sessions.CodeEnded {
		t.Errorf("it is extended: %v, want %v", err, sessions.CodeEnded)
	}
}

func TestStartTx_OnlyWithinStartWindow(t *testing.T) {
	for ahead, code := range map[time.Duration]string{
		20 * time.Minute: sessions.CodeNotStarted, 14 * time.Minute: "", 0: "", -59 * time.Minute: "", -61 * time.Minute: sessions.CodeEnded,
	} {
		s := newFixture(t, "pro")
		session := s.newStartable(sessions.Form{})
		hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:from}, ends = {:to} WHERE id = {:id}", dbx.Params{"id": session.Id,
			"from": record.FormatTime(time.Now().Add(ahead)), "to": record.FormatTime(time.Now().Add(ahead + time.Hour))})
		err := s.app.RunInTransaction(func(tx core.App) error {
			found, err := sessions.FindByID(tx, session.Id)
			if err != nil {
				return err
			}
			return runs.StartTx(tx, found, time.Now())
		})
		hookstest.AssertCode(t, ahead.String(), err, code)
	}
}

func TestStart_EachRunHasOwnMediaRoom(t *testing.T) {
	s := newFixture(t, "pro")
	a, b := s.newRunning(sessions.Form{}), s.newRunning(sessions.Form{})
	if a.Media() == "" || a.Media() == b.Media() || a.Started().IsZero() || a.GetDateTime("empty").IsZero() {
		t.Errorf("got %q, %q", a.Media(), b.Media())
	}
	again, err := runs.Start(s.app, s.actor("organizer"), a.Id)
	if err != nil || again.Media() != a.Media() {
		t.Errorf("the second start: %v", err)
	}
	for field, value := range map[string]any{"media": "us_other", "started": time.Now().Add(-time.Hour), "minutes": 90, "title": "x", "status": "scheduled"} {
		r := hookstest.FindRecord(t, s.app, "sessions", a.Id)
		r.Set(field, value)
		if err := s.app.Save(r); errs.Code(err) == "" {
			t.Errorf("%s changed while it runs: got %v, want a refusal", field, err)
		}
	}
	away := s.newRunning(sessions.Form{ExternalLink: "https://meet.example.org/x"})
	if away.Media() != "" {
		t.Errorf("what is held elsewhere has the media room %q, want none", away.Media())
	}
	forged := hookstest.FindRecord(t, s.app, "sessions", s.newStartable(sessions.Form{}).Id)
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

func TestTeamDelete_WhileSessionRuns_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newRunning(sessions.Form{Title: "Dailies"})
	s.newSession(sessions.Form{Guests: []string{"zed@out.example"}})
	if err := teams.CanDelete(s.app, s.team.Id); errs.Code(err) != runs.CodeRunning || !strings.Contains(err.Error(), "“Dailies” (Organizer)") {
		t.Errorf("got %v, want %v and it with %q", err, runs.CodeRunning, "“Dailies” (Organizer)")
	}
	if err := s.app.Delete(hookstest.FindRecord(t, s.app, "teams", s.team.Id)); errs.Code(err) != runs.CodeRunning {
		t.Errorf("got %v, want %v", err, runs.CodeRunning)
	}
	if err := runs.End(s.app, s.actor("owner"), session.Id); err != nil {
		t.Fatal(err)
	}
	if err := s.app.Delete(hookstest.FindRecord(t, s.app, "teams", s.team.Id)); err != nil {
		t.Errorf("once it has ended: %v", err)
	}
	if n := hookstest.Count(t, s.app, "sessions") + hookstest.Count(t, s.app, "participants"); n != 0 {
		t.Errorf("%d rows stay, want 0", n)
	}
}

func TestExtend_PlanLimits(t *testing.T) {
	s := newFixture(t, "free")
	session := s.newRunning(sessions.Form{Minutes: 30})
	ends := session.Ends()
	longer, err := runs.Extend(s.app, s.actor("organizer"), session.Id, 0)
	if err != nil || !longer.Ends().Equal(ends.Add(15*time.Minute)) || longer.Minutes() != 30 {
		t.Fatalf("got %v", err)
	}
	for _, minutes := range []int{-1, 121} {
		_, err := runs.Extend(s.app, s.actor("organizer"), session.Id, minutes)
		hookstest.AssertCode(t, fmt.Sprint(minutes), err, sessions.CodeBadLength)
	}
	plan, err := plans.Find(s.app, "free")
	if err != nil {
		t.Fatal(err)
	}
	plan.Set("session_minutes", 60)
	if err := s.app.Save(plan); err != nil {
		t.Fatal(err)
	}
	_, err = runs.Extend(s.app, s.actor("organizer"), session.Id, 30)
	hookstest.AssertCode(t, "beyond the plan", err, sessions.CodeBadLength)
	shorter := hookstest.FindRecord(t, s.app, "sessions", session.Id)
	shorter.Set("extra", 0)
	hookstest.AssertCode(t, "shortened", s.app.Save(shorter), sessions.CodeBadLength)
	_, err = runs.Extend(s.app, s.actor("organizer"), s.newStartable(sessions.Form{}).Id, 15)
	hookstest.AssertCode(t, "before the start", err, sessions.CodeNotStarted)
}

func TestEnd_Concurrent_IsRecordedOnce(t *testing.T) {
	s := newFixture(t, "free")
	session := s.newHosted(true)
	hookstest.SlowWrites(s.app, "sessions")
	who := []string{"owner", "admin"}
	for _, err := range hookstest.Race(8, func(i int) error { return runs.End(s.app, s.actor(who[i%2]), session.Id) }) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.end", "result": "ok"}); n != 1 {
		t.Errorf("got %d entries, want 1", n)
	}
	if got := s.reload(session.Id); got.Status() != sessions.Ended {
		t.Errorf("got %q, want ended", got.Status())
	}
	if _, err := runs.Start(s.app, s.actor("organizer"), session.Id); err == nil {
		t.Error("it was started again")
	}
	if _, err := runs.Start(s.app, s.actor("organizer"), s.newStartable(sessions.Form{}).Id); err != nil {
		t.Errorf("the licence isn't free: %v", err)
	}
}

// The control: checked outside of the transaction, a session ends more than once.
func TestEnd_WithoutTx_LosesRace(t *testing.T) {
	s := newFixture(t, "free")
	session := s.newRunning(sessions.Form{})
	row, team := hookstest.FindRecord(t, s.app, "sessions", session.Id), hookstest.FindRecord(t, s.app, "teams", s.team.Id)
	row.Set("host", "") // no participant is created
	var checked atomic.Int32
	second := make(chan struct{})
	app := hookstest.NewBareApp(t, func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := runs.ValidateRun(e.App, e.Record); err != nil {
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
	hookstest.CopyRecords(t, app, row, team)
	won := hookstest.CountSucceeded(t, hookstest.Race(8, func(int) error {
		r, err := app.FindRecordById("sessions", session.Id)
		if err != nil {
			return err
		}
		if r.GetString("status") != sessions.Running {
			return sessions.StatusError(r.GetString("status"))
		}
		r.Set("status", sessions.Ended)
		r.Set("ended", time.Now())
		return app.Save(r)
	}), sessions.CodeEnded)
	if won < 2 {
		t.Errorf("%d ended it without the transaction: the race shows nothing, want at least 2", won)
	}
}

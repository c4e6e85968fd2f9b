package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func (s *fixture) cancelAs(who string, session *sessions.Session, scope sessions.Scope) {
	s.Helper()
	if err := sessions.Cancel(s.app, s.actor(who), session.Id, scope); err != nil {
		s.Fatal(err)
	}
}

func (s *fixture) undoCancel(who string, session *sessions.Session) error {
	s.Helper()
	return sessions.UndoCancel(s.app, s.actor(who), session.Id)
}

// shiftCancellation makes all cancellations of sessions earlier.
func (s *fixture) shiftCancellation(by time.Duration) {
	s.Helper()
	hookstest.Exec(s.T, s.app, "UPDATE sessions SET cancelled = {:at} WHERE cancelled != ''", dbx.Params{"at": record.FormatTime(time.Now().Add(-by))})
}

func TestUndoCancel_SchedulesAgain(t *testing.T) {
	for _, who := range []string{"organizer", "admin", "owner"} {
		s := newFixture(t, "pro")
		suite := s.newRoom(nil)
		session := s.newSession(sessions.Form{Room: suite.Id, Guests: []string{"member@x.example"}})
		me, err := sessions.FindParticipantByEmail(s.app, session.Id, "member@x.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := sessions.Answer(s.app, me.Id, sessions.Maybe, ""); err != nil {
			t.Fatal(err)
		}
		people := s.participantList(session.Id)
		s.cancelAs("organizer", session, sessions.ScopeSession)
		if err := sessions.CanUndoCancel(s.app, s.actor(who), s.reload(session.Id)); err != nil {
			t.Errorf("%s is offered no undo: %v", who, err)
		}
		s.shiftCancellation(sessions.UndoWindow - time.Minute)
		if err := s.undoCancel(who, session); err != nil {
			t.Fatal(who, err)
		}
		now, _ := sessions.FindParticipantByEmail(s.app, session.Id, "member@x.example")
		if after := s.reload(session.Id); after.Status() != sessions.Scheduled || after.GetInt("sequence") != 2 || after.GetString("cancelled") != "" ||
			!after.Starts().Equal(session.Starts()) || after.RoomID() != suite.Id || now.Answer() != sessions.Maybe || s.participantList(session.Id) != people {
			t.Errorf("%s: got %v, answer %q, %s; want it scheduled as before with sequence 2", who, after.FieldsData(), now.Answer(), s.participantList(session.Id))
		}
		if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.restore", "result": "ok", "target": session.Id, "actor": s.users[who].Id}); n != 1 {
			t.Errorf("%s: %d entries in the audit log, want 1", who, n)
		}
		hookstest.AssertCode(t, "twice", s.undoCancel(who, session), sessions.CodeNotCancelled)
		s.cancelAs(who, session, sessions.ScopeSession)
		if err := s.undoCancel(who, session); err != nil {
			t.Errorf("%s: after cancelling it again: %v", who, err)
		}
	}
}

func TestUndoCancel_OnlyByWhoCanCancel(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Cohosts: []string{s.users["member"].Id}, Guests: []string{"guest@x.example"}})
	s.cancelAs("owner", session, sessions.ScopeSession)
	for _, who := range []string{"member", "guest"} {
		hookstest.AssertCode(t, who, s.undoCancel(who, session), errs.CodeNotAllowed)
		hookstest.AssertCode(t, who+" is offered it", sessions.CanUndoCancel(s.app, s.actor(who), s.reload(session.Id)), errs.CodeNotAllowed)
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.restore", "result": errs.CodeNotAllowed}); n != 2 {
		t.Errorf("%d refusals in the audit log, want 2", n)
	}
	hidden := s.newSession(sessions.Form{})
	s.cancelAs("owner", hidden, sessions.ScopeSession)
	if err := s.undoCancel("member", hidden); err != errs.ErrNotFound {
		t.Errorf("who can't see it got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestUndoCancel_Refused(t *testing.T) {
	type step = func(t *testing.T, s *fixture, session *sessions.Session)
	cancelled := func(then step) step {
		return func(t *testing.T, s *fixture, session *sessions.Session) {
			s.cancelAs("organizer", session, sessions.ScopeSession)
			then(t, s, session)
		}
	}
	save := func(t *testing.T, s *fixture, id string, values map[string]any) {
		r := hookstest.FindRecord(t, s.app, "sessions", id)
		r.Load(values)
		if err := s.app.Save(r); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		do         step
		code, says string
	}{
		"scheduled": {func(*testing.T, *fixture, *sessions.Session) {}, sessions.CodeNotCancelled, "isn't cancelled"},
		"running":   {func(_ *testing.T, s *fixture, session *sessions.Session) { s.setRunning(session) }, sessions.CodeNotCancelled, ""},
		"ended": {func(t *testing.T, s *fixture, session *sessions.Session) {
			s.setRunning(session)
			save(t, s, session.Id, map[string]any{"status": "ended", "ended": time.Now()})
		}, sessions.CodeNotCancelled, ""},
		"cancelled in the dashboard": {func(t *testing.T, s *fixture, session *sessions.Session) {
			save(t, s, session.Id, map[string]any{"status": "cancelled"})
		}, members.CodeTooLate, "This cancellation can't be undone."},
		"cancelled with the removal of its host": {func(t *testing.T, s *fixture, session *sessions.Session) {
			if _, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{}); err != nil {
				t.Fatal(err)
			}
		}, members.CodeTooLate, "This cancellation can't be undone."},
		"too long ago": {cancelled(func(_ *testing.T, s *fixture, _ *sessions.Session) {
			s.shiftCancellation(sessions.UndoWindow + time.Second)
		}), members.CodeTooLate, "A cancellation can be undone for 10 minutes. Schedule a new session instead."},
		"its start has passed": {cancelled(func(t *testing.T, s *fixture, session *sessions.Session) {
			hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:at}", dbx.Params{"at": record.FormatTime(time.Now().Add(-time.Second))})
		}), members.CodeTooLate, "The start has passed."},
		"its room was booked": {cancelled(func(_ *testing.T, s *fixture, session *sessions.Session) {
			s.newSession(sessions.Form{Title: "Other", Room: session.RoomID(), Starts: session.Starts().Add(30 * time.Minute)})
		}), rooms.CodeBusy, "Stage is now booked for “Other”"},
		"its room was archived": {cancelled(func(t *testing.T, s *fixture, session *sessions.Session) {
			if _, err := rooms.Archive(s.app, s.actor("owner"), session.RoomID()); err != nil {
				t.Fatal(err)
			}
		}), rooms.CodeArchived, "Restore the room first"},
		"its host lost the role": {cancelled(func(t *testing.T, s *fixture, _ *sessions.Session) {
			if _, err := members.RevokeRoles(s.app, s.actor("owner"), s.users["organizer"].Id, parseRoles("organizer"), members.Handover{}); err != nil {
				t.Fatal(err)
			}
		}), sessions.CodeCannotHost, "The host can no longer host"},
		"its host was removed": {cancelled(func(t *testing.T, s *fixture, _ *sessions.Session) {
			if _, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{}); err != nil {
				t.Fatal(err)
			}
		}), sessions.CodeCannotHost, "The host can no longer host"},
		"its host was removed and is back": {cancelled(func(t *testing.T, s *fixture, _ *sessions.Session) {
			if _, err := members.Remove(s.app, s.actor("owner"), s.users["organizer"].Id, members.Handover{}); err != nil {
				t.Fatal(err)
			}
			if err := s.app.RunInTransaction(func(tx core.App) error {
				return members.Grant(tx, s.team.Id, s.users["organizer"].Id, parseRoles("organizer"))
			}); err != nil {
				t.Fatal(err)
			}
		}), members.CodeTooLate, "The host left the team since."},
		"its host deleted their account": {cancelled(func(t *testing.T, s *fixture, _ *sessions.Session) {
			if err := s.app.Delete(hookstest.FindRecord(t, s.app, "users", s.users["organizer"].Id)); err != nil {
				t.Fatal(err)
			}
		}), sessions.CodeCannotHost, "The host can no longer host"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, "pro")
			session := s.newSession(sessions.Form{Room: s.newRoom(nil).Id})
			c.do(t, s, session)
			before := s.reload(session.Id)
			err := s.undoCancel("owner", session)
			_, code, says, _ := errs.Details(err)
			if code != c.code || !strings.Contains(says, c.says) {
				t.Errorf("got %q %q, want %q %q", code, says, c.code, c.says)
			}
			if after := s.reload(session.Id); after.Status() != before.Status() || after.GetInt("sequence") != before.GetInt("sequence") {
				t.Errorf("the session is %s, want %s", after.Status(), before.Status())
			}
			if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "session.restore", "result": c.code}); n != 1 {
				t.Errorf("%d refusals in the audit log, want 1", n)
			}
		})
	}
}

// Only the actions cancel a session so that it can be undone, and undo it: a record can't be saved that way.
func TestUndoCancel_OtherWriters_AreRefused(t *testing.T) {
	s := newFixture(t, "pro")
	session, other := s.newSession(sessions.Form{}), s.newSession(sessions.Form{Starts: daysFromNow(2, 9)})
	s.cancelAs("organizer", session, sessions.ScopeSession)
	save := func(id string, values map[string]any) error {
		r := hookstest.FindRecord(t, s.app, "sessions", id)
		r.Load(values)
		return s.app.Save(r)
	}
	later := record.FormatTime(time.Now().Add(time.Second)) // than the cancellation
	hookstest.AssertCode(t, "scheduled again", save(session.Id, map[string]any{"status": "scheduled"}), sessions.CodeCancelled)
	hookstest.AssertCode(t, "scheduled again without its time", save(session.Id, map[string]any{"status": "scheduled", "cancelled": ""}), sessions.CodeFixed)
	hookstest.AssertCode(t, "another time", save(session.Id, map[string]any{"cancelled": later}), sessions.CodeFixed)
	hookstest.AssertCode(t, "cancelled with a time", save(other.Id, map[string]any{"status": "cancelled", "cancelled": later}), sessions.CodeFixed)
	hookstest.AssertCode(t, "a time without a cancellation", save(other.Id, map[string]any{"cancelled": later}), sessions.CodeFixed)
	fresh := hookstest.NewRecord(t, s.app, "sessions", other.FieldsData())
	fresh.Load(map[string]any{"id": "", "code": "", "uid": "", "cancelled": later})
	hookstest.AssertCode(t, "a new session with a time", s.app.Save(fresh), sessions.CodeFixed)
	if s.reload(session.Id).Status() != sessions.Cancelled || s.reload(other.Id).Status() != sessions.Scheduled {
		t.Error("a refused save changed a session")
	}
}

func TestUndoCancel_Series_BringsBackWhatTheCancellationCancelled(t *testing.T) {
	s := newFixture(t, "pro")
	suite := s.newRoom(nil)
	session := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=4", Room: suite.Id})
	all, _ := sessions.ListInSeries(s.app, session.SeriesID())
	s.cancelAs("organizer", all[1], sessions.ScopeSession)
	s.cancelAs("organizer", all[0], sessions.ScopeSeries)
	clash := s.newSession(sessions.Form{Title: "Other", Room: suite.Id, Starts: daysFromNow(4, 10)})
	hookstest.AssertCode(t, "one room isn't free", s.undoCancel("organizer", all[0]), rooms.CodeBusy)
	if got, want := s.seriesSummary(session.SeriesID()), "1 10:00 cancelled, 2 10:00 cancelled, 3 10:00 cancelled, 4 10:00 cancelled"; got != want {
		t.Errorf("refused, got %s, want %s", got, want)
	}
	s.cancelAs("organizer", clash, sessions.ScopeSession)
	if err := s.undoCancel("organizer", all[3]); err != nil {
		t.Fatal(err)
	}
	if got, want := s.seriesSummary(session.SeriesID()), "1 10:00 scheduled, 2 10:00 cancelled, 3 10:00 scheduled, 4 10:00 scheduled"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := s.undoCancel("organizer", all[1]); err != nil {
		t.Errorf("the one that was cancelled on its own: %v", err)
	}
}

func TestUndoCancel_Series_LeavesPastSessionsCancelled(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3"})
	s.cancelAs("organizer", session, sessions.ScopeSeries)
	hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:at} WHERE id = {:id}", dbx.Params{"id": session.Id, "at": record.FormatTime(time.Now().Add(-time.Second))})
	if err := s.undoCancel("organizer", session); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "scheduled"}); n != 2 || s.reload(session.Id).Status() != sessions.Cancelled {
		t.Errorf("%d are scheduled, the past one is %s; want 2 and cancelled", n, s.reload(session.Id).Status())
	}
}

func TestUndoCancel_SeriesChangedSince_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3"})
	all, _ := sessions.ListInSeries(s.app, session.SeriesID())
	s.cancelAs("organizer", all[1], sessions.ScopeSession)
	form, _ := sessions.FormOf(s.app, session)
	form.Title = "Renamed"
	if err := sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSeries); err != nil {
		t.Fatal(err)
	}
	if err := s.undoCancel("organizer", all[1]); err != nil {
		t.Fatal("only the title of the series changed:", err)
	}
	s.cancelAs("organizer", all[1], sessions.ScopeSession)
	form.Rule = "FREQ=DAILY;COUNT=5"
	if err := sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSeries); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "the dates changed", s.undoCancel("organizer", all[1]), members.CodeTooLate)
}

// Someone who leaves the team between a cancellation and its undo isn't invited again.
func TestUndoCancel_InviteeLeftSince_StaysOut(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Guests: []string{"member@x.example", "guest@x.example"}})
	s.cancelAs("organizer", session, sessions.ScopeSession)
	if _, err := members.Remove(s.app, s.actor("owner"), s.users["member"].Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if err := s.undoCancel("organizer", session); err != nil {
		t.Fatal(err)
	}
	if got, want := s.participantList(session.Id), "organizer@x.example+ host invited, guest@x.example+ attendee invited, member@x.example+ attendee out"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestUndoCancel_Concurrent_OneWins(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{})
	s.cancelAs("organizer", session, sessions.ScopeSession)
	by := s.actor("organizer")
	hookstest.SlowWrites(s.app, "sessions")
	results := hookstest.Race(4, func(int) error { return sessions.UndoCancel(s.app, by, session.Id) })
	if won := hookstest.CountSucceeded(t, results, sessions.CodeNotCancelled); won != 1 || s.reload(session.Id).GetInt("sequence") != 2 {
		t.Errorf("%d undid it, sequence %d; want 1 and 2", won, s.reload(session.Id).GetInt("sequence"))
	}
}

// cancelledTwice returns two cancelled sessions that had the same room at the same time.
func (s *fixture) cancelledTwice() (first, second *sessions.Session) {
	s.Helper()
	first = s.newSession(sessions.Form{Room: s.newRoom(nil).Id})
	s.cancelAs("organizer", first, sessions.ScopeSession)
	second = s.newSession(sessions.Form{Room: first.RoomID()})
	s.cancelAs("organizer", second, sessions.ScopeSession)
	return first, second
}

func TestUndoCancel_ConcurrentForTheRoom_OneWins(t *testing.T) {
	for name, other := range map[string]func(s *fixture, second *sessions.Session) error{
		"booking": func(s *fixture, second *sessions.Session) error {
			return s.schedule("organizer", sessions.Form{Title: "Other", Room: second.RoomID()})
		},
		"undo": func(s *fixture, second *sessions.Session) error { return s.undoCancel("organizer", second) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, "pro")
			first, second := s.cancelledTwice()
			hookstest.SlowWrites(s.app, "sessions")
			results := hookstest.Race(2, func(n int) error {
				if n == 0 {
					return s.undoCancel("organizer", first)
				}
				return other(s, second)
			})
			won := hookstest.CountSucceeded(t, results, rooms.CodeBusy)
			if n := hookstest.Count(t, s.app, "sessions", dbx.HashExp{"status": "scheduled", "room": first.RoomID()}); won != 1 || n != 1 {
				t.Errorf("%d succeeded and %d sessions have the room: %v, want 1 and 1", won, n, results)
			}
		})
	}
}

// The control: without a transaction, the same rule lets both have the room.
func TestUndoCancel_WithoutTx_LosesRace(t *testing.T) {
	s := newFixture(t, "pro")
	first, second := s.cancelledTwice()
	m, err := members.Find(s.app, s.team.Id, s.users["organizer"].Id)
	if err != nil {
		t.Fatal(err)
	}
	loose := func(app core.App) {
		app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.ValidateUndo(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.SlowWrites(app, "sessions")
	}
	for range 5 { // on a busy machine one race may go well by chance
		app := hookstest.NewBareApp(t, loose)
		hookstest.CopyRecords(t, app, s.users["organizer"], s.team.Record, m.Record, hookstest.FindRecord(t, s.app, "rooms", first.RoomID()),
			s.reload(first.Id).Record, s.reload(second.Id).Record)
		rows := []*core.Record{hookstest.FindRecord(t, app, "sessions", first.Id), hookstest.FindRecord(t, app, "sessions", second.Id)}
		won := hookstest.CountSucceeded(t, hookstest.Race(2, func(n int) error {
			rows[n].Load(map[string]any{"status": "scheduled", "cancelled": ""})
			return app.Save(rows[n])
		}), rooms.CodeBusy)
		if won == 2 {
			return
		}
	}
	t.Error("no race was lost without a transaction, want the fault that the test above guards against")
}

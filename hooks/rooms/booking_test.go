package rooms_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func TestBooking_OverlapIsRefused_AdjacentIsAllowed(t *testing.T) {
	s := newFixture(t)
	suite, bay := s.createRoom("Grading suite"), s.createRoom("Edit bay")
	s.book(suite.Id, "16:00", "17:30")
	for _, c := range []struct{ from, to, code string }{
		{"16:00", "17:30", rooms.CodeBusy},
		{"15:00", "16:01", rooms.CodeBusy},
		{"17:29", "18:00", rooms.CodeBusy},
		{"16:30", "16:45", rooms.CodeBusy},
		{"15:00", "19:00", rooms.CodeBusy},
		{"15:00", "16:00", ""},
		{"17:30", "18:00", ""},
	} {
		hookstest.AssertCode(t, c.from+" to "+c.to, s.app.Save(s.newSession(suite.Id, c.from, c.to)), c.code)
	}
	hookstest.AssertCode(t, "another room", s.app.Save(s.newSession(bay.Id, "16:00", "17:30")), "")
	hookstest.AssertCode(t, "no room", s.app.Save(s.newSession("", "16:00", "17:30")), "")
}

func TestBooking_Conflict_NamesBookingInTeamTimezone(t *testing.T) {
	s := newFixture(t)
	s.team.Set("timezone", "Asia/Tokyo")
	if err := s.app.Save(s.team); err != nil {
		t.Fatal(err)
	}
	suite := s.createRoom("Grading suite")
	s.book(suite.Id, "13:00", "16:30")
	field, _, sentence, _ := errs.Details(s.app.Save(s.newSession(suite.Id, "16:00", "17:00")))
	want := "Grading suite is already booked for “Grade review”, " + day.Format("Mon 2 January 2006") + ", 22:00 to " +
		day.AddDate(0, 0, 1).Format("Mon 2 January") + ", 01:30 (Asia/Tokyo). Choose another time or room."
	if field != "room" || sentence != want {
		t.Errorf("%s: %q, want %q and %v", field, sentence, "room", want)
	}
}

func TestBooking_Change_IsValidatedLikeNew(t *testing.T) {
	s := newFixture(t)
	suite, bay := s.createRoom("Grading suite"), s.createRoom("Edit bay")
	s.book(suite.Id, "16:00", "17:00")
	for what, change := range map[string]func(r *core.Record){
		"moved":     func(r *core.Record) { reschedule(r, "16:30", "17:30") },
		"extended":  func(r *core.Record) { reschedule(r, "15:00", "16:01") },
		"elsewhere": func(r *core.Record) { r.Set("room", suite.Id); reschedule(r, "15:00", "16:15") },
	} {
		room := suite.Id
		if what == "elsewhere" {
			room = bay.Id
		}
		r := s.book(room, "15:00", "16:00")
		change(r)
		hookstest.AssertCode(t, what, s.app.Save(r), rooms.CodeBusy)
		hookstest.Exec(t, s.app, "DELETE FROM sessions WHERE id = '"+r.Id+"'", nil)
	}
	r := s.book(suite.Id, "15:00", "16:00")
	r.Set("title", "Renamed")
	reschedule(r, "15:30", "16:00")
	hookstest.AssertCode(t, "shortened, and over nothing but itself", s.app.Save(r), "")
}

func TestBooking_TimeChangedByLaterHook_IsValidated(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	// Two writers change start and length concurrently: the end is computed from both after the other rules.
	s.app.OnRecordUpdateExecute("sessions").Bind(&hook.Handler[*core.RecordEvent]{Priority: 99, Func: func(e *core.RecordEvent) error {
		e.Record.Set("ends", atTime("16:01"))
		return e.Next()
	}})
	s.book(suite.Id, "16:00", "17:00")
	r := s.book(suite.Id, "15:00", "16:00")
	r.Set("title", "Renamed")
	hookstest.AssertCode(t, "a hook behind made it longer", s.app.Save(r), rooms.CodeBusy)
}

func TestBooking_EndedOrCancelled_FreesRoom(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	for _, status := range []string{"ended", "cancelled"} {
		r := s.book(suite.Id, "16:00", "17:00")
		hookstest.Exec(t, s.app, "UPDATE sessions SET status = {:status} WHERE id = {:id}", dbx.Params{"status": status, "id": r.Id})
	}
	r := s.book(suite.Id, "16:00", "17:00")
	hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'running', started = starts WHERE id = {:id}", dbx.Params{"id": r.Id})
	hookstest.AssertCode(t, "one over a running one", s.app.Save(s.newSession(suite.Id, "16:59", "18:00")), rooms.CodeBusy)
}

func TestBooking_RoomOfAnotherTeam_IsUnknown(t *testing.T) {
	s := newFixture(t)
	theirs, err := rooms.Create(s.app, s.actor("rival"), rooms.Profile{Name: new("Theirs")})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, id := range []string{theirs.Id, "abcdefghijklmno"} {
		_, code, sentence, _ := errs.Details(s.app.Save(s.newSession(id, "16:00", "17:00")))
		said = append(said, code+": "+sentence)
	}
	if said[0] != said[1] || said[0] != rooms.CodeUnknown+": This team has no such room. Choose another one." {
		t.Errorf("another team's room: got %q, want the error of an unknown room", said)
	}
}

func TestArchive_KeepsBookings_RefusesNew(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	kept, moved, longer := s.book(suite.Id, "10:00", "11:00"), s.book(suite.Id, "12:00", "13:00"), s.book(suite.Id, "14:00", "15:00")
	if _, err := rooms.Archive(s.app, s.actor("admin"), suite.Id); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "a new one", s.app.Save(s.newSession(suite.Id, "16:00", "17:00")), rooms.CodeArchived)
	reschedule(moved, "12:30", "13:00")
	hookstest.AssertCode(t, "one moved", s.app.Save(moved), rooms.CodeArchived)
	reschedule(longer, "14:00", "15:30")
	hookstest.AssertCode(t, "a longer one", s.app.Save(longer), rooms.CodeArchived)
	reschedule(longer, "14:00", "14:30")
	hookstest.AssertCode(t, "a shorter one", s.app.Save(longer), "")
	kept = hookstest.FindRecord(t, s.app, "sessions", kept.Id)
	kept.Set("status", "running")
	hookstest.AssertCode(t, "a start", rooms.ValidateBooking(s.app, kept), "")
	hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'running', started = starts WHERE id = {:id}", dbx.Params{"id": kept.Id})
	kept = hookstest.FindRecord(t, s.app, "sessions", kept.Id)
	kept.Set("extra", 15)
	hookstest.AssertCode(t, "an extension while it runs", s.app.Save(kept), "")
	kept.Set("extra", 61)
	hookstest.AssertCode(t, "an extension into the next", s.app.Save(kept), rooms.CodeBusy)
	moved = hookstest.FindRecord(t, s.app, "sessions", moved.Id)
	moved.Set("room", "")
	hookstest.AssertCode(t, "one without the room", s.app.Save(moved), "")
	moved.Set("room", suite.Id)
	hookstest.AssertCode(t, "and back", s.app.Save(moved), rooms.CodeArchived)
}

// raceBookings books one room for one time n times concurrently.
func raceBookings(t *testing.T, app core.App, team *teams.Team, host, room string, n int) []error {
	t.Helper()
	all := make([]*core.Record, n)
	for i := range all {
		all[i] = newSession(t, app, team.Id, host, room, atTime("16:00"), atTime("17:00"))
	}
	return hookstest.Race(n, func(i int) error { return app.Save(all[i]) })
}

func TestBooking_Concurrent_OneWins(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	hookstest.SlowWrites(s.app, "sessions")
	if won := hookstest.CountSucceeded(t, raceBookings(t, s.app, s.team, s.users["owner"].Id, suite.Id, 8), rooms.CodeBusy); won != 1 {
		t.Errorf("%d bookings of one time, want 1", won)
	}
}

func TestBooking_WithoutTx_LosesRace(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	app := hookstest.NewBareApp(t, func(app core.App) {
		app.OnRecordCreateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
			if err := rooms.ValidateBooking(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.SlowWrites(app, "sessions")
	})
	hookstest.CopyRecords(t, app, s.users["owner"], s.team.Record, suite.Record)
	if won := hookstest.CountSucceeded(t, raceBookings(t, app, s.team, s.users["owner"].Id, suite.Id, 8), rooms.CodeBusy); won < 2 {
		t.Error("without the transaction, too, only one was made: the race shows nothing")
	}
}

func TestListAvailability(t *testing.T) {
	s := newFixture(t)
	suite, bay, old := s.createRoom("Grading suite"), s.createRoom("Edit bay"), s.createRoom("Attic")
	if _, err := rooms.Archive(s.app, s.actor("owner"), old.Id); err != nil {
		t.Fatal(err)
	}
	s.book(suite.Id, "08:00", "09:30")
	s.book(suite.Id, "11:00", "12:00")
	s.book(suite.Id, "12:00", "12:15")
	s.book(suite.Id, "17:45", "19:00")
	told := func(from, to string) string {
		all, err := rooms.ListAvailability(s.app, s.team.Id, atTime(from), atTime(to))
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, times := range all {
			text += times.Room.Name() + ":"
			for _, span := range times.Free {
				text += fmt.Sprintf(" %s-%s", span.From.Format("15:04"), span.To.Format("15:04"))
			}
			text += fmt.Sprintf(" (%d) ", len(times.Taken))
		}
		return text
	}
	for _, c := range []struct{ from, to, want string }{
		{"09:00", "18:00", "Edit bay: 09:00-18:00 (0) Grading suite: 09:30-11:00 12:15-17:45 (4) "},
		{"11:30", "12:10", "Edit bay: 11:30-12:10 (0) Grading suite: (2) "},
		{"09:30", "11:00", "Edit bay: 09:30-11:00 (0) Grading suite: 09:30-11:00 (0) "},
	} {
		if got := told(c.from, c.to); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
	all, err := rooms.ListAvailability(s.app, s.team.Id, atTime("00:00"), atTime("23:00"))
	if err != nil {
		t.Fatal(err)
	}
	morning := all[1].Within(atTime("09:00"), atTime("11:30"))
	if len(morning.Taken) != 2 || len(morning.Free) != 1 || morning.Free[0] != (rooms.Span{From: atTime("09:30"), To: atTime("11:00")}) {
		t.Errorf("got %+v", morning)
	}
	next, err := rooms.NextBookings(s.app, s.team.Id, atTime("09:30"))
	if err != nil || len(next) != 1 || !next[suite.Id].Starts.Equal(atTime("11:00")) {
		t.Errorf("next: %v %v", next, err)
	}
	for _, c := range []struct {
		team, room string
		to         time.Time
		want       int
	}{{s.team.Id, suite.Id, time.Time{}, 4}, {s.team.Id, "", atTime("11:00"), 1}, {s.team.Id, bay.Id, time.Time{}, 0}, {s.otherTeam.Id, suite.Id, time.Time{}, 0}} {
		if all, err := rooms.ListBookings(s.app, c.team, c.room, atTime("08:30"), c.to); err != nil || len(all) != c.want {
			t.Errorf("%+v: %v %v, want %v", c, all, err, c.want)
		}
	}
}

package join_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func (h *fixture) actor(who string) *actors.Actor {
	h.Helper()
	actor := hookstest.Actor(h.T, h.app, h.users[who], h.team)
	actor.IP = testIP
	return actor
}

// bookRoomIn moves the booking of the room to that long from now.
func (h *fixture) bookRoomIn(in time.Duration) {
	h.Helper()
	starts := time.Now().Truncate(time.Minute).Add(in)
	hookstest.Exec(h.T, h.app, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE id = {:id}", dbx.Params{"id": h.session.Id,
		"starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Hour))})
}

func TestMeetNow_StartsAndJoins(t *testing.T) {
	h := newFixture(t, "")
	v, err := join.MeetNow(h.app, h.actor("host"), "")
	if err != nil {
		t.Fatal(err)
	}
	if v.Status != join.Admitted || v.Session.Status() != sessions.Running || v.Session.Minutes() != 60 || v.Session.RoomID() != "" || v.Session.Media() == "" {
		t.Errorf("got %s in %+v", v.Status, v.Session)
	}
	if want := "Session with " + h.users["host"].GetString("name"); v.Session.Title() != want {
		t.Errorf("got %q, want %q", v.Session.Title(), want)
	}
	if _, err := join.IssueToken(h.app, v.Participant); err != nil && errs.Code(err) != "media_unavailable" {
		t.Error(err)
	}
	// No one is invited: those who have the link can ask.
	h.session = v.Session
	if got := h.visit("stranger").Status; got != join.CanRequest {
		t.Errorf("a stranger with the link: got %s, want %s", got, join.CanRequest)
	}
	for _, action := range []string{"session.schedule", "session.start", "session.join"} {
		if n := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": action, "target": v.Session.Id, "result": "ok", "address": testIP}); n != 1 {
			t.Errorf("%s: %d entries, want 1", action, n)
		}
	}
}

func TestMeetNow_Permissions(t *testing.T) {
	for who, code := range map[string]string{"guest": errs.CodeNotAllowed, "member": errs.CodeNotAllowed, "host": "", "owner": ""} {
		for _, settings := range []string{"", "room"} {
			h := newFixture(t, settings)
			room := ""
			if h.room != nil {
				room = h.room.Id
			}
			before := hookstest.Count(t, h.app, "sessions")
			v, err := join.MeetNow(h.app, h.actor(who), room)
			hookstest.AssertCode(t, who+" "+settings, err, code)
			switch {
			case err == nil && (v.Session.RoomID() != room || h.room != nil && v.Session.Title() != h.room.Name()):
				t.Errorf("%s %s: got %+v", who, settings, v.Session)
			case err != nil && (hookstest.Count(t, h.app, "sessions") != before || hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "session.start", "result": code}) != 1):
				t.Errorf("%s %s: a session is left, or the refusal isn't recorded once", who, settings)
			}
		}
	}
}

// Rights are read again: they may have been revoked since the page was opened.
func TestMeetNow_RevokedOrganizer_IsRefused(t *testing.T) {
	h := newFixture(t, "")
	actor := h.actor("host")
	hookstest.Exec(t, h.app, "UPDATE memberships SET organizer = FALSE WHERE user = {:user}", dbx.Params{"user": h.users["host"].Id})
	_, err := join.MeetNow(h.app, actor, "")
	hookstest.AssertCode(t, "a former Organizer", err, errs.CodeNotAllowed)
}

func TestMeetNow_WithoutLicence_LeavesNothing(t *testing.T) {
	h := newFixture(t, "room")
	before := hookstest.Count(t, h.app, "sessions")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	_, err := join.MeetNow(h.app, h.actor("host"), h.room.Id)
	hookstest.AssertCode(t, "without a licence", err, runs.CodeLicencesFull)
	if n := hookstest.Count(t, h.app, "sessions"); n != before {
		t.Errorf("%d sessions, want %d", n, before)
	}
	if n := hookstest.Count(t, h.app, "audit", dbx.HashExp{"action": "session.start", "target_name": h.room.Name(), "result": runs.CodeLicencesFull}); n != 1 {
		t.Errorf("%d refusals in the audit log, want 1", n)
	}
}

func TestMeetNow_InRoom_LastsUntilNextBooking(t *testing.T) {
	for in, want := range map[time.Duration]int{-10 * time.Minute: 0, 14 * time.Minute: 0, 30 * time.Minute: 30, 3 * time.Hour: 60} {
		h := newFixture(t, "room")
		h.bookRoomIn(in)
		busy, err := join.BusyRooms(h.app, h.team.Id, time.Now())
		if err != nil || busy[h.room.Id] != (want == 0) {
			t.Errorf("%s before the next: %v %v", in, busy, err)
		}
		v, err := join.MeetNow(h.app, h.actor("host"), h.room.Id)
		if want == 0 {
			hookstest.AssertCode(t, in.String(), err, rooms.CodeBusy)
		} else if err != nil || v.Session.Minutes() != want {
			t.Errorf("%s before the next: %v %v, want %d minutes", in, v, err, want)
		}
	}
}

func TestMeetNow_RoomsThatCannotBeUsed(t *testing.T) {
	h := newFixture(t, "room")
	_, err := join.MeetNow(h.app, h.actor("host"), "nosuchroom00000")
	hookstest.AssertCode(t, "an unknown room", err, rooms.CodeUnknown)
	if _, err := rooms.Archive(h.app, h.actor("owner"), h.room.Id); err != nil {
		t.Fatal(err)
	}
	_, err = join.MeetNow(h.app, h.actor("host"), h.room.Id)
	hookstest.AssertCode(t, "an archived room", err, rooms.CodeArchived)
}

func TestMeetNow_KeepsLimitsOfPlanAndRoom(t *testing.T) {
	h := newFixture(t, "team room")
	hookstest.Exec(t, h.app, "UPDATE plans SET session_minutes = 40", nil)
	quality := "360p"
	if _, err := rooms.Update(h.app, h.actor("owner"), h.room.Id, rooms.Profile{Quality: &quality}); err != nil {
		t.Fatal(err)
	}
	v, err := join.MeetNow(h.app, h.actor("host"), h.room.Id)
	if err != nil || v.Session.Minutes() != 40 || v.Session.Resolution() != "360p" {
		t.Fatalf("got %v %v, want 40 minutes at 360p", v, err)
	}
	h.session = v.Session
	if v, code := h.join("member", ""); code != "" || v.Status != join.Admitted {
		t.Errorf("a member in a room that is open to the team: %s %s", v.Status, code)
	}
}

func TestMeetNow_ConcurrentForLastLicence_OneWins(t *testing.T) {
	h := newFixture(t, "")
	before := hookstest.Count(t, h.app, "sessions")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 1", nil)
	hookstest.SlowWrites(h.app, "sessions", "participants")
	hosts := []*actors.Actor{h.actor("host"), h.actor("owner"), h.actor("host"), h.actor("owner")}
	results := hookstest.Race(len(hosts), func(i int) error {
		_, err := join.MeetNow(h.app, hosts[i], "")
		return err
	})
	if won := hookstest.CountSucceeded(t, results, runs.CodeLicencesFull); won != 1 {
		t.Errorf("%d won: %v, want 1", won, results)
	}
	if n := hookstest.Count(t, h.app, "sessions"); n != before+1 {
		t.Errorf("%d sessions, want %d", n, before+1)
	}
}

// The control: without one transaction, those who find no licence leave a session behind.
func TestMeetNow_WithoutTx_LeavesSessions(t *testing.T) {
	h := newFixture(t, "")
	before := hookstest.Count(t, h.app, "sessions")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 1", nil)
	hosts := []*actors.Actor{h.actor("host"), h.actor("owner")}
	results := hookstest.Race(len(hosts), func(i int) error {
		_, err := join.MeetNowWithoutTx(h.app, hosts[i], "")
		return err
	})
	if won := hookstest.CountSucceeded(t, results, runs.CodeLicencesFull); won != 1 || hookstest.Count(t, h.app, "sessions") != before+2 {
		t.Errorf("%d won, %d sessions: the control shows nothing", won, hookstest.Count(t, h.app, "sessions"))
	}
}

func TestMeetNow_IsRateLimited(t *testing.T) {
	h := newFixture(t, "")
	hookstest.Exec(t, h.app, "UPDATE teams SET licences = 0", nil)
	actor := h.actor("host")
	for range 30 {
		if _, err := join.MeetNow(h.app, actor, ""); errs.Code(err) != runs.CodeLicencesFull {
			t.Fatal(err)
		}
	}
	_, err := join.MeetNow(h.app, actor, "")
	hookstest.AssertCode(t, "the 31st", err, errs.CodeTooMany)
	if !strings.Contains(err.Error(), "Try again") {
		t.Errorf("got %v", err)
	}
}

package attendances_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// newLiveFixture is a session that runs on the embedded media server, with its signalling served.
func newLiveFixture(t *testing.T) (s *fixture, stop func()) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	config := hookstest.Config()
	config.URL = "http://" + server.Listener.Addr().String()
	s = newFixture(t, config, sessions.Form{})
	server.Config.Handler = live.Proxy(s.app, join.Authorize)
	server.Start()
	t.Cleanup(server.Close)
	return s, livetest.Start(t, s.app)
}

func (s *fixture) token() live.Credentials {
	s.Helper()
	pass, err := join.IssueToken(s.app, s.host())
	if err != nil {
		s.Fatal(err)
	}
	return pass
}

// tokenFor is the token of another member, admitted by the host.
func (s *fixture) tokenFor(address string) live.Credentials {
	s.Helper()
	account := hookstest.Member(s, s.app, s.team, address)
	p := hookstest.NewRecord(s, s.app, "participants", map[string]any{"team": s.team.Id, "session": s.session.Id, "user": account.Id,
		"email": address, "part": sessions.Attendee, "state": sessions.StateAdmitted})
	if err := s.app.Save(p); err != nil {
		s.Fatal(err)
	}
	pass, err := join.IssueToken(s.app, &sessions.Participant{Record: p})
	if err != nil {
		s.Fatal(err)
	}
	return pass
}

// waitUntil waits until the attendances are as wanted.
func (s *fixture) waitUntil(what string, ok func(all []*attendances.Attendance) bool) []*attendances.Attendance {
	s.Helper()
	for deadline := time.After(8 * time.Second); ; {
		all, err := attendances.List(s.app, s.session.Id)
		if err != nil {
			s.Fatal(err)
		}
		if ok(all) {
			return all
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			s.Fatalf("not %s: %s", what, s.stays())
		}
	}
}

func TestLive_RecordsAttendanceAndTracks(t *testing.T) {
	s, _ := newLiveFixture(t)
	ada := livetest.ConnectMedia(t, s.token())
	ada.PublishVideo(t, 1280, 720, 24, 600_000)
	all := s.waitUntil("in with a picture", func(all []*attendances.Attendance) bool { return len(all) == 1 && all[0].Height() > 0 })
	if a := all[0]; a.Width() != 1280 || a.Height() != 720 || a.FPS() != 24 || a.Codec() != "vp8" || a.ParticipantID() != s.host().Id || !a.Left().IsZero() {
		t.Errorf("got %s", s.stays())
	}
	if s.reload().GetString("empty") != "" {
		t.Error("got an empty session, want one with a participant")
	}
	bob := livetest.ConnectMedia(t, s.tokenFor("bob@x.example"))
	s.waitUntil("two", func(all []*attendances.Attendance) bool { return len(all) == 2 && bob.Received.Load() > 10 })
	ada.HangUp()
	s.waitUntil("gone", func(all []*attendances.Attendance) bool {
		return !all[0].Left().IsZero() && !all[0].Estimated() && s.reload().GetString("empty") == ""
	})
	bob.HangUp()
	s.waitUntil("empty", func(all []*attendances.Attendance) bool {
		return !all[1].Left().IsZero() && all[1].UserID() != "" && all[1].UserID() != s.host().UserID()
	})
	if s.reload().GetString("empty") == "" {
		t.Error("got a session with participants, want an empty one")
	}
}

// The size is as announced by the page, for its own participant only.
func TestLive_ImpossibleVideoSize_IsNotSaved(t *testing.T) {
	s, _ := newLiveFixture(t)
	livetest.ConnectMedia(t, s.token()).PublishVideo(t, 3_000_000_000, 3_000_000_000, 24, 600_000)
	all := s.waitUntil("in with a picture", func(all []*attendances.Attendance) bool { return len(all) == 1 && all[0].Codec() == "vp8" })
	if a := all[0]; a.Width() != 0 || a.Height() != 0 || a.FPS() != 24 {
		t.Errorf("%d by %d at %d, want 0, 0 and 24", a.Width(), a.Height(), a.FPS())
	}
}

func TestReconcile_RepairsMissedReports(t *testing.T) {
	s, stop := newLiveFixture(t)
	ada := livetest.ConnectMedia(t, s.token())
	s.waitUntil("in", func(all []*attendances.Attendance) bool { return len(all) == 1 })
	// One report of joining was lost, and one attendance is open although the participant is gone.
	hookstest.Exec(t, s.app, "DELETE FROM attendances", nil)
	lost := hookstest.NewRecord(t, s.app, "attendances", map[string]any{"team": s.team.Id, "session": s.session.Id, "sid": "PA_lost", "joined": time.Now().Add(-time.Second)})
	if err := s.app.Save(lost); err != nil {
		t.Fatal(err)
	}
	if err := attendances.Reconcile(s.app, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := s.stays(); strings.Count(got, "-") != 1 || !strings.Contains(got, ada.SID) || !strings.Contains(got, "PA_lost") || !strings.Contains(got, "estimated") {
		t.Errorf("got %s", got)
	}

	// The media server restarts: the run continues, and open attendances end when the participants were last seen.
	media := s.session.Media()
	stop()
	hookstest.Exec(t, s.app, "UPDATE attendances SET left = '', estimated = FALSE WHERE sid = {:sid}", map[string]any{"sid": ada.SID})
	if err := attendances.Reconcile(s.app, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.waitUntil("gone", func(all []*attendances.Attendance) bool { return !strings.Contains(s.stays(), "-") }) {
		if a.Left().After(time.Now()) {
			t.Errorf("left at %v", a.Left())
		}
	}
	livetest.Start(t, s.app)
	if got := s.reload(); got.Status() != sessions.Running || got.Media() != media {
		t.Errorf("after the restart: %s in %s, want %v and %v", got.Status(), got.Media(), sessions.Running, media)
	}
	again := livetest.ConnectMedia(t, s.token())
	s.waitUntil("in again", func([]*attendances.Attendance) bool { return strings.Contains(s.stays(), again.SID) })
	if again.Room != media {
		t.Errorf("got media room %s, want %s", again.Room, media)
	}
}

func TestLive_ExcludedParticipant_StaysOut(t *testing.T) {
	s, _ := newLiveFixture(t)
	old := s.token()
	ada := livetest.MustConnect(t, old)
	host := s.host()
	host.Set("state", sessions.StateRemoved)
	at := time.Now()
	if err := s.app.Save(host); err != nil {
		t.Fatal(err)
	}
	if _, told := ada.WaitForLeave(2 * time.Second); !told || time.Since(at) > 2*time.Second {
		t.Errorf("not out after %s", time.Since(at))
	}
	if _, status, err := livetest.Connect(old); status != 403 || err != nil {
		t.Errorf("with the old pass: %d, %v, want 403", status, err)
	}
}

func TestEnd_KicksEveryoneForGood(t *testing.T) {
	s, _ := newLiveFixture(t)
	old := s.token()
	ada := livetest.MustConnect(t, old)
	at := time.Now()
	if err := runs.End(s.app, hookstest.Actor(t, s.app, s.owner, s.team), s.session.Id); err != nil {
		t.Fatal(err)
	}
	if _, told := ada.WaitForLeave(2 * time.Second); !told || time.Since(at) > 2*time.Second {
		t.Errorf("not out after %s", time.Since(at))
	}
	if _, status, err := livetest.Connect(old); status != 403 || err != nil {
		t.Errorf("with the old pass: %d, %v, want 403", status, err)
	}
	// A room that is open by mistake is closed by the sweep.
	if err := live.OpenRoom(s.app, s.session.Media()); err != nil {
		t.Fatal(err)
	}
	if err := runs.Sweep(s.app, time.Now()); err != nil {
		t.Fatal(err)
	}
	if rooms, err := live.ListRooms(s.app); err != nil || len(rooms) != 0 {
		t.Errorf("open: %v, %v, want 0", rooms, err)
	}
}

// limitSharing leaves screen sharing to hosts, co-hosts and presenters.
func (s *fixture) limitSharing() {
	s.Helper()
	session, err := sessions.FindByID(s.app, s.session.Id)
	if err != nil {
		s.Fatal(err)
	}
	session.Set("share_limited", true)
	if err := s.app.Save(session); err != nil {
		s.Fatal(err)
	}
}

func TestLive_DemotedParticipant_LosesPermissions(t *testing.T) {
	s, _ := newLiveFixture(t)
	ada := livetest.MustConnect(t, s.token())
	s.limitSharing()
	host := s.host()
	host.Set("part", sessions.Attendee)
	if err := s.app.Save(host); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Second); ; {
		message, err := ada.ReadSignal(time.Until(deadline))
		if err != nil {
			t.Fatalf("got no leave message: %v", err)
		}
		for _, p := range message.GetUpdate().GetParticipants() {
			if strings.Contains(p.Metadata, sessions.Attendee) && !slices.Contains(p.Permission.CanPublishSources, livekit.TrackSource_SCREEN_SHARE) {
				return
			}
		}
	}
}

func TestLive_OldTokenAfterDemotion_GrantsNothingBack(t *testing.T) {
	s, _ := newLiveFixture(t)
	before := s.token()
	s.limitSharing()
	host := s.host()
	host.Set("part", sessions.Attendee)
	if err := s.app.Save(host); err != nil {
		t.Fatal(err)
	}
	bob := livetest.MustConnect(t, s.tokenFor("bob@x.example"))
	livetest.ConnectMedia(t, before)
	for deadline := time.Now().Add(5 * time.Second); ; {
		message, err := bob.ReadSignal(time.Until(deadline))
		if err != nil {
			t.Fatalf("got no leave message: %v", err)
		}
		for _, p := range message.GetUpdate().GetParticipants() {
			if p.Identity == host.Id && strings.Contains(p.Metadata, sessions.Attendee) && !slices.Contains(p.Permission.CanPublishSources, livekit.TrackSource_SCREEN_SHARE) {
				return
			}
		}
	}
}

// After a crash, people left when the server last ran, not when the media server was last asked.
func TestReconcile_AfterCrash_EndsAttendancesWhenItHappened(t *testing.T) {
	s, stop := newLiveFixture(t)
	if err := attendances.Reconcile(s.app, time.Now()); err != nil {
		t.Fatal(err)
	}
	livetest.ConnectMedia(t, s.token())
	s.waitUntil("in", func(all []*attendances.Attendance) bool { return len(all) == 1 })
	ran := time.Now().Add(40 * time.Second).UTC()
	if next, err := attendances.Heartbeat(s.app, ran); err != nil || next != time.Second {
		t.Errorf("with someone in a session: again after %s, %v, want %s", next, err, time.Second)
	}
	stop()
	hookstest.Exec(t, s.app, `UPDATE attendances SET "left" = '', estimated = FALSE`, nil) // as if their departure wasn't reported
	attendances.ForgetProcess(s.app)
	if err := attendances.Reconcile(s.app, ran.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	all, err := attendances.List(s.app, s.session.Id)
	if err != nil || len(all) != 1 || !all[0].Estimated() || all[0].Left().Sub(ran).Abs() > time.Millisecond {
		t.Errorf("got %s, %v, want an estimated departure at %s", s.stays(), err, ran)
	}
	if next, err := attendances.Heartbeat(s.app, ran.Add(time.Hour)); err != nil || next < time.Hour {
		t.Errorf("with no one in a session: again after %s, %v, want when it is woken", next, err)
	}
}

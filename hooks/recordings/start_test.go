package recordings_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/recordings"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

func TestStart_OnlyHostAndCohosts(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	for _, role := range roles {
		_, err := recordings.Start(f.app, f.actor(role), f.session.Id)
		_, stopped := recordings.Stop(f.app, f.actor(role), f.session.Id)
		switch {
		case role == "host" || role == "cohost":
			if err != nil || stopped != nil {
				t.Errorf("%s: started with %v, stopped with %v", role, err, stopped)
			}
		case role == "organizer" || role == "member":
			if !errors.Is(err, errs.ErrNotFound) || !errors.Is(stopped, errs.ErrNotFound) {
				t.Errorf("%s: started with %v, stopped with %v, want %v", role, err, stopped, errs.ErrNotFound)
			}
		default:
			hookstest.AssertCode(t, role+" starts", err, errs.CodeNotAllowed)
			hookstest.AssertCode(t, role+" stops", stopped, errs.CodeNotAllowed)
		}
	}
	if got := hookstest.QueryRows(t, f.app, "SELECT action FROM audit WHERE action LIKE 'recording.%' AND result = 'ok' ORDER BY seq"); !slices.Equal(got,
		[]string{"recording.start", "recording.stop", "recording.start", "recording.stop"}) {
		t.Errorf("the audit log has %v", got)
	}
}

func TestStart_StoresTheSession(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	r, err := recordings.Start(f.app, f.actor("cohost"), f.session.Id)
	if err != nil {
		t.Fatal(err)
	}
	if r.Title() != "Kestrel review" || r.HostID() != f.users["host"].Id || r.HostName() != "Host" || r.StartedBy() != f.users["cohost"].Id ||
		r.StartedByName() != "Cohost" || r.Status() != recordings.StatusRecording || r.Started().IsZero() || r.Shared() {
		t.Errorf("stored %+v", r.FieldsData())
	}
	state, err := recordings.StateOf(f.app, f.session)
	if err != nil || !state.On || state.Since.Sub(r.Started()).Abs() > time.Second || state.Setting != "host" {
		t.Errorf("the state of the session is %+v, %v", state, err)
	}
	_, err = recordings.Start(f.app, f.actor("host"), f.session.Id)
	hookstest.AssertCode(t, "a second one", err, recordings.CodeOn)
}

func TestStart_IsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(f *fixture, e *fakeEngine)
		code    string
	}{
		"setting off":     {func(f *fixture, _ *fakeEngine) { f.exec("UPDATE sessions SET recording = 'off'") }, recordings.CodeOff},
		"external":        {func(f *fixture, _ *fakeEngine) { f.exec("UPDATE sessions SET elsewhere = 'https://x.example'") }, recordings.CodeOff},
		"ended":           {func(f *fixture, _ *fakeEngine) { f.exec("UPDATE sessions SET status = 'ended'") }, sessions.CodeEnded},
		"not started":     {func(f *fixture, _ *fakeEngine) { f.exec("UPDATE sessions SET status = 'scheduled'") }, sessions.CodeNotStarted},
		"storage full":    {func(f *fixture, _ *fakeEngine) { f.exec("UPDATE plans SET storage_bytes = 1000") }, recordings.CodeStorageFull},
		"disk full":       {func(_ *fixture, e *fakeEngine) { e.free = 1000 }, recordings.CodeDiskFull},
		"no media server": {func(_ *fixture, e *fakeEngine) { e.ready = errors.New("down") }, live.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, "unlimited")
			c.prepare(f, useFakeEngine(f.app))
			_, err := recordings.Start(f.app, f.actor("host"), f.session.Id)
			hookstest.AssertCode(t, name, err, c.code)
			if n := hookstest.Count(t, f.app, "recordings"); n != 0 {
				t.Errorf("%d recordings, want 0", n)
			}
			if n := len(hookstest.QueryRows(t, f.app, "SELECT seq FROM audit WHERE action = 'recording.start' AND result = '"+c.code+"'")); n != 1 {
				t.Errorf("%d refusals in the audit log, want 1", n)
			}
		})
	}
}

// The sizes are in the units of the plan and of the page that shows the storage.
func TestStart_StorageFull_SaysHowMuch(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	f.exec("UPDATE plans SET storage_bytes = 100000000000")
	hookstest.Recording(t, f.app, f.session, map[string]any{"bytes": 98_000_000_000})
	hookstest.Recording(t, f.app, f.session, map[string]any{"bytes": 2_000_000_000, "trashed": time.Now()})
	_, err := recordings.Start(f.app, f.actor("host"), f.session.Id)
	if _, _, sentence, _ := errs.Details(err); !strings.Contains(sentence, "is full: 100 GB of 100 GB. 2 GB of it is in the trash.") {
		t.Errorf("got %q", sentence)
	}
}

func (f *fixture) exec(sql string) { hookstest.Exec(f.T, f.app, sql, nil) }

func TestStop_IsRefused(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	_, err := recordings.Stop(f.app, f.actor("host"), f.session.Id)
	hookstest.AssertCode(t, "not recorded", err, recordings.CodeNotOn)
	if _, err := recordings.Start(f.app, f.actor("host"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	f.exec("UPDATE sessions SET recording = 'always'")
	_, err = recordings.Stop(f.app, f.actor("host"), f.session.Id)
	hookstest.AssertCode(t, "always recorded", err, recordings.CodeAlways)
}

// newRow returns a recording of the session that isn't saved.
func newRow(t *testing.T, app core.App, session *sessions.Session) *core.Record {
	return hookstest.NewRecord(t, app, "recordings", map[string]any{"team": session.TeamID(), "session": session.Id, "title": "Race",
		"status": recordings.StatusRecording, "location": recordings.LocationLocal, "started": session.Started()})
}

func TestStart_Concurrent_OneRecordingOfASession(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	hookstest.SlowWrites(f.app, "recordings")
	results := hookstest.Race(4, func(i int) error {
		_, err := recordings.Start(f.app, f.actor([]string{"host", "cohost"}[i%2]), f.session.Id)
		return err
	})
	if n := hookstest.CountSucceeded(t, results, recordings.CodeOn); n != 1 || hookstest.Count(t, f.app, "recordings") != 1 {
		t.Errorf("%d started, want 1", n)
	}
}

func TestStart_Concurrent_LastSlotOfTheServer(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	all := []*sessions.Session{f.session}
	for range 3 {
		all = append(all, hookstest.StartSession(t, f.app, f.users["host"], f.team, sessions.Form{}))
	}
	hookstest.SlowWrites(f.app, "recordings")
	results := hookstest.Race(4, func(i int) error {
		_, err := recordings.Start(f.app, f.actor("host"), all[i].Id)
		return err
	})
	if n := hookstest.CountSucceeded(t, results, recordings.CodeServerFull); n != 2 {
		t.Errorf("%d started, want the 2 of USHER_RECORDINGS", n)
	}
}

// The control: the same check outside of the write's transaction starts too many recordings, so the test above is able to fail.
func TestStart_Concurrent_WithoutTransaction_StartsTooMany(t *testing.T) {
	f := newFixture(t, "unlimited")
	all := []*sessions.Session{f.session}
	for range 7 {
		all = append(all, hookstest.StartSession(t, f.app, f.users["host"], f.team, sessions.Form{}))
	}
	loose := func(app core.App) {
		settings.Set(app, hookstest.Config())
		app.OnRecordCreateExecute("recordings").BindFunc(func(e *core.RecordEvent) error {
			if err := recordings.ValidateStart(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.SlowWrites(app, "recordings")
	}
	for range 5 { // on a machine that is busy one race may go well by chance
		app := hookstest.NewBareApp(t, loose)
		hookstest.CopyRecords(t, app, f.users["host"], f.team.Record)
		rows := make([]*core.Record, len(all))
		for i, session := range all {
			hookstest.CopyRecords(t, app, session.Record)
			rows[i] = newRow(t, app, session)
		}
		results := hookstest.Race(len(rows), func(i int) error { return app.Save(rows[i]) })
		if hookstest.CountSucceeded(t, results, recordings.CodeServerFull) > 2 {
			return
		}
	}
	t.Error("at most 2 started without a transaction; the race is not wide enough to show a fault")
}

func TestSessionEnd_StopsTheRecordingInItsTransaction(t *testing.T) {
	f := newFixture(t, "unlimited")
	useFakeEngine(f.app)
	r, err := recordings.Start(f.app, f.actor("host"), f.session.Id)
	if err != nil {
		t.Fatal(err)
	}
	if err := runs.End(f.app, f.actor("admin"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	r, err = recordings.FindByID(f.app, r.Id)
	if err != nil || r.Status() != recordings.StatusProcessing || r.StopReason() != recordings.StoppedWithEnd || r.Ended().IsZero() {
		t.Errorf("got %+v, %v", r, err)
	}
}

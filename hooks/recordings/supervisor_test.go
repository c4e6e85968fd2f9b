package recordings_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// serve runs recorders with a fake engine.
func (f *fixture) serve() *fakeEngine {
	f.Helper()
	e := useFakeEngine(f.app)
	f.Cleanup(recordings.Serve(f.app))
	return e
}

func (f *fixture) start(role string, session *sessions.Session) *recordings.Recording {
	f.Helper()
	r, err := recordings.Start(f.app, f.actor(role), session.Id)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

// waitForStatus waits until a recording has the status, and returns it.
func (f *fixture) waitForStatus(id, status string) *recordings.Recording {
	f.Helper()
	var r *recordings.Recording
	waitFor(f.T, "status "+status, func() (ok bool) {
		found, err := recordings.FindByID(f.app, id)
		r = found
		return err == nil && r.Status() == status
	})
	return r
}

// join lets someone join the session.
func (f *fixture) join(sid string) {
	f.Helper()
	r := hookstest.NewRecord(f.T, f.app, "attendances", map[string]any{"team": f.team.Id, "session": f.session.Id, "sid": sid, "name": "Ada", "joined": time.Now()})
	if err := f.app.Save(r); err != nil {
		f.Fatal(err)
	}
}

// emails counts the emails of a kind in the outbox.
func (f *fixture) emails(kind string) int {
	f.Helper()
	return len(hookstest.QueryRows(f.T, f.app, "SELECT id FROM outbox WHERE kind = '"+kind+"'"))
}

func TestRecording_StartToReady(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := f.serve()
	r := f.start("host", f.session)
	recorder := e.recorder(t, 0)
	if recorder.Room != f.session.Media() || recorder.Dir != recordings.Folder(f.app, r.Id) {
		t.Errorf("recorded %q into %s, want the session's media room and the recording's folder", recorder.Room, recorder.Dir)
	}
	if err := recorder.write(700); err != nil {
		t.Fatal(err)
	}
	if _, err := recordings.Stop(f.app, f.actor("cohost"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	<-recorder.Done()
	now := f.waitForStatus(r.Id, recordings.StatusReady)
	if now.Bytes() != 700 || now.Milliseconds() != 5000 || now.StopReason() != recordings.StoppedByHost || f.emails("recording_ready") != 1 {
		t.Errorf("got %+v and %d emails", now.FieldsData(), f.emails("recording_ready"))
	}
	for path, want := range map[string]os.FileMode{filepath.Dir(recorder.Dir): 0o700, recorder.Dir: 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestRecording_SessionEnds_StopsTheRecorder(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := f.serve()
	r := f.start("host", f.session)
	recorder := e.recorder(t, 0)
	if err := recorder.write(10); err != nil {
		t.Fatal(err)
	}
	if err := runs.End(f.app, f.actor("host"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	<-recorder.Done()
	if now := f.waitForStatus(r.Id, recordings.StatusReady); now.StopReason() != recordings.StoppedWithEnd {
		t.Errorf("stopped because of %q, want %q", now.StopReason(), recordings.StoppedWithEnd)
	}
}

func TestRecording_NothingReceived_Fails(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := f.serve()
	r := f.start("host", f.session)
	e.recorder(t, 0).end(errors.New("the connection was lost"))
	now := f.waitForStatus(r.Id, recordings.StatusFailed)
	if now.StopReason() != recordings.StoppedMedia || f.emails("recording_ready") != 0 {
		t.Errorf("stopped because of %q with %d emails, want %q and none", now.StopReason(), f.emails("recording_ready"), recordings.StoppedMedia)
	}
	e.startErr = errors.New("it can't be reached")
	if r = f.start("host", f.session); f.waitForStatus(r.Id, recordings.StatusFailed).StopReason() != recordings.StoppedMedia {
		t.Error("a recorder that can't join should fail the recording")
	}
}

// Two recordings of a team together never use more than its storage.
func TestRecording_StorageFull_StopsAtTheLimit(t *testing.T) {
	const limit = 10 << 20
	f := newFixture(t, "unlimited")
	f.exec("UPDATE plans SET storage_bytes = 10485760")
	e := f.serve()
	second := hookstest.StartSession(t, f.app, f.users["cohost"], f.team, sessions.Form{})
	one, two := f.start("host", f.session), f.start("cohost", second)
	var mu sync.Mutex
	var wg sync.WaitGroup
	var written int64
	recorders := []*fakeRecorder{e.recorder(t, 0), e.recorder(t, 1)}
	for _, recorder := range recorders {
		if err := recorder.write(64 << 10); err != nil {
			t.Fatal(err)
		}
		written += 64 << 10
	}
	for _, recorder := range recorders {
		for range 4 {
			wg.Go(func() {
				for recorder.write(64<<10) == nil {
					mu.Lock()
					written += 64 << 10
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	for _, r := range []*recordings.Recording{one, two} {
		if now := f.waitForStatus(r.Id, recordings.StatusReady); now.StopReason() != recordings.StoppedStorage {
			t.Errorf("stopped because of %q, want %q", now.StopReason(), recordings.StoppedStorage)
		}
	}
	if written != limit {
		t.Errorf("wrote %d bytes, want %d", written, limit)
	}
	// The Owner and the Admin about both, each host about theirs.
	if n := f.emails("recording_stopped"); n != 6 {
		t.Errorf("%d emails that a recording stopped, want 6", n)
	}
	state, err := recordings.StateOf(f.app, f.session)
	if err != nil || state.On || state.Stopped != recordings.StoppedStorage {
		t.Errorf("the state of the session is %+v, %v", state, err)
	}
}

func TestRecording_DiskFull_StopsAtTheFloor(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := f.serve()
	e.free = 1<<30 + 4000
	r := f.start("host", f.session)
	recorder := e.recorder(t, 0)
	for recorder.write(1000) == nil {
		continue
	}
	if now := f.waitForStatus(r.Id, recordings.StatusReady); now.StopReason() != recordings.StoppedDisk || now.Bytes() > 2000 {
		t.Errorf("stopped because of %q after %d bytes, want %q with space to finish", now.StopReason(), now.Bytes(), recordings.StoppedDisk)
	}
}

func TestRecording_ServerStops_IsFinishedAndContinuedAtTheNextStart(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := useFakeEngine(f.app)
	stop := recordings.Serve(f.app)
	r := f.start("host", f.session)
	if err := e.recorder(t, 0).write(100); err != nil {
		t.Fatal(err)
	}
	stop()
	if now := f.waitForStatus(r.Id, recordings.StatusProcessing); now.StopReason() != recordings.StoppedRestart {
		t.Errorf("stopped because of %q, want %q", now.StopReason(), recordings.StoppedRestart)
	}
	f.Cleanup(recordings.Serve(f.app))
	f.waitForStatus(r.Id, recordings.StatusReady)
	if _, err := recordings.FindCurrent(f.app, f.session.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("the recording goes on before anyone has returned: %v", err)
	}
	f.join("back")
	e.recorder(t, 1)
	again, err := recordings.FindCurrent(f.app, f.session.Id)
	if err != nil || again.Id == r.Id || again.StartedBy() != f.users["host"].Id {
		t.Errorf("continued with %+v, %v", again, err)
	}
}

func TestRecording_Crash_IsFinishedAtTheNextStart(t *testing.T) {
	f := newFixture(t, "unlimited")
	e := useFakeEngine(f.app)
	r, empty := hookstest.Recording(t, f.app, f.session, map[string]any{"status": recordings.StatusProcessing, "stop_reason": "", "bytes": 0}), ""
	hookstest.WriteRecordingFile(t, f.app, r.Id, "p1.webm", []byte("media"))
	f.exec("UPDATE recordings SET status = 'recording', ended = ''")
	second := hookstest.StartSession(t, f.app, f.users["host"], f.team, sessions.Form{})
	empty = hookstest.Recording(t, f.app, second, map[string]any{"status": recordings.StatusRecording, "ended": ""}).Id
	if err := runs.End(f.app, f.actor("host"), second.Id); err != nil {
		t.Fatal(err)
	}
	e.ready = errors.New("it is being started")
	f.Cleanup(recordings.Serve(f.app))
	now := f.waitForStatus(r.Id, recordings.StatusReady)
	if now.StopReason() != recordings.StoppedRestart || now.Bytes() != 5 || now.Ended().Sub(now.Started()) != 5*time.Second {
		t.Errorf("got %+v", now.FieldsData())
	}
	f.waitForStatus(empty, recordings.StatusFailed)
}

func TestRecording_Always_StartsWithTheFirstParticipant(t *testing.T) {
	f := newFixture(t, "unlimited")
	f.exec("UPDATE sessions SET recording = 'always'")
	f.exec("UPDATE plans SET storage_bytes = 1000")
	e := f.serve()
	f.join("one")
	waitFor(t, "the refusal", func() bool {
		state, err := recordings.StateOf(f.app, f.session)
		return err == nil && strings.Contains(state.Refused, "storage")
	})
	waitFor(t, "the email to the host", func() bool { return f.emails("not_recorded") == 1 })
	f.exec("UPDATE plans SET storage_bytes = -1")
	f.join("two")
	e.recorder(t, 0)
	r, err := recordings.FindCurrent(f.app, f.session.Id)
	if err != nil || r.StartedBy() != "" || r.StartedByName() != "" {
		t.Errorf("got %+v, %v, want a recording that started automatically", r, err)
	}
	if got := hookstest.QueryRows(t, f.app, "SELECT result FROM audit WHERE action = 'recording.start' ORDER BY seq"); len(got) != 2 || got[0] != "storage_full" || got[1] != "ok" {
		t.Errorf("the audit log has %v, want one refusal and the start", got)
	}
}

func TestRecording_RoomAlways_OverridesTheSession(t *testing.T) {
	f := newFixture(t, "unlimited")
	name := "Grading suite"
	room, err := rooms.Create(f.app, f.actor("owner"), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	f.exec("UPDATE rooms SET recording = 'always'")
	f.exec("UPDATE sessions SET recording = 'off', room = '" + room.Id + "'")
	e := f.serve()
	r := hookstest.NewRecord(t, f.app, "attendances", map[string]any{"team": f.team.Id, "session": f.session.Id, "sid": "one", "name": "Ada", "joined": time.Now()})
	if err := f.app.Save(r); err != nil {
		t.Fatal(err)
	}
	e.recorder(t, 0)
	if _, err := recordings.Stop(f.app, f.actor("host"), f.session.Id); errs.Code(err) != recordings.CodeAlways {
		t.Errorf("stopping: got %v, want %s", err, recordings.CodeAlways)
	}
	f.exec("UPDATE rooms SET recording = 'host'")
	if _, err := recordings.Stop(f.app, f.actor("host"), f.session.Id); err != nil {
		t.Errorf("stopping in a room that leaves it to the host: %v", err)
	}
}

func TestRetry_FinishesAFailedRecordingAgain(t *testing.T) {
	f := newFixture(t, "unlimited")
	f.serve()
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"status": recordings.StatusFailed})
	if _, err := recordings.Retry(f.app, f.actor("host"), r.Id); errs.Code(err) != recordings.CodeNotFailed {
		t.Errorf("without files: got %v, want %s", err, recordings.CodeNotFailed)
	}
	hookstest.WriteRecordingFile(t, f.app, r.Id, "p1.webm", []byte("picture"))

	if _, err := recordings.Retry(f.app, f.actor("host"), r.Id); err != nil {
		t.Fatal(err)
	}
	f.waitForStatus(r.Id, recordings.StatusReady)
	if _, err := recordings.Retry(f.app, f.actor("host"), r.Id); errs.Code(err) != recordings.CodeNotFailed {
		t.Errorf("when it's ready: got %v, want %s", err, recordings.CodeNotFailed)
	}
}

func TestRetry_MakesAFailedMP4Again_WhereTheServerMakesThem(t *testing.T) {
	f := newFixture(t, "unlimited")
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"mp4_status": recordings.MP4Failed, "mp4_attempts": 3, "mp4_error": "It hung."})
	if _, err := recordings.Retry(f.app, f.actor("admin"), r.Id); errs.Code(err) != recordings.CodeNotFailed {
		t.Errorf("without ffmpeg: got %v, want %s", err, recordings.CodeNotFailed)
	}
	recordings.SetMakesMP4s(f.app, true)
	again, err := recordings.Retry(f.app, f.actor("admin"), r.Id)
	if err != nil || again.MP4Status() != recordings.MP4Queued || again.MP4Attempts() != 0 || again.MP4Error() != "" {
		t.Errorf("got %+v, %v, want a queued MP4", again, err)
	}
}

func TestDelete_RemovesFiles_ButAnOpenOneCanBeReadToItsEnd(t *testing.T) {
	f := newFixture(t, "unlimited")
	f.serve()
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"trashed": time.Now()})
	hookstest.WriteRecordingFile(t, f.app, r.Id, "p1.webm", []byte("0123456789"))
	file, err := recordings.OpenFile(f.app, r, "p1.webm")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := recordings.DeleteForever(f.app, f.actor("host"), r.Id); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the removal", func() bool {
		_, err := os.Stat(recordings.Folder(f.app, r.Id))
		return errors.Is(err, os.ErrNotExist) && len(hookstest.QueryRows(t, f.app, "SELECT recording FROM recording_files_deleted")) == 0
	})
	if rest, err := io.ReadAll(file); err != nil || string(rest) != "0123456789" {
		t.Errorf("read %q, %v after the removal", rest, err)
	}
}

func TestBackup_LeavesRecordingsOut(t *testing.T) {
	f := newFixture(t, "unlimited")
	for name, hook := range map[string]func(*core.BackupEvent, ...func(*core.BackupEvent) error) error{
		"create": func(e *core.BackupEvent, last ...func(*core.BackupEvent) error) error {
			return f.app.OnBackupCreate().Trigger(e, last...)
		},
		"restore": func(e *core.BackupEvent, last ...func(*core.BackupEvent) error) error {
			return f.app.OnBackupRestore().Trigger(e, last...)
		},
	} {
		e := &core.BackupEvent{}
		e.App = f.app
		if err := hook(e, func(*core.BackupEvent) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(e.Exclude, recordings.FolderName) {
			t.Errorf("%s excludes %v, want %s", name, e.Exclude, recordings.FolderName)
		}
	}
}

package mp4_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live/recorder"
	"usher/hooks/recordings"
	"usher/hooks/recordings/mp4"
	"usher/hooks/sessions"
)

// The scripts that run instead of ffmpeg. Each gets the name of the file to write last, and works in the folder of the MP4.
const (
	writes = `for output; do :; done
case $output in -) ;; *) head -c 1000 /dev/zero > "$output" ;; esac
printf 'out_time_us=1000000\ntotal_size=1000\nprogress=continue\nout_time_us=12000000\ntotal_size=1000\nprogress=end\n'
`
	hangs = `printf 'out_time_us=1000\ntotal_size=1\nprogress=continue\n'
echo $$ > ../running
sleep 600 & wait
`
	fails   = `echo "Invalid data found" >&2; exit 1` + "\n"
	killed  = `kill -9 $$` + "\n"
	garbage = `printf 'out_time_us=N/A\ntotal_size=-5\nprogress=\n=\nout_time_us=99999999999999999999\n\377\376\nprogress=continue\nout_time_us=-1\n'
head -c 200000 /dev/zero | tr '\0' x
printf '\nprogress=continue\n'
` + writes
	fullDisk = `echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1` + "\n"
)

// fixture is a team with a recording, and a worker with a script as its encoder.
type fixture struct {
	*testing.T
	app       *core.BaseApp
	session   *sessions.Session
	recording *recordings.Recording
	encoder   mp4.Encoder
	worker    mp4.Worker
}

func newFixture(t *testing.T, script string) *fixture {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	f := &fixture{T: t, app: app, session: hookstest.StartSession(t, app, owner, team, sessions.Form{Title: "Kestrel review"})}
	f.recording = f.add(nil)
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	f.encoder = mp4.FakeEncoder(path, time.Minute)
	f.worker = mp4.NewWorker(app, f.encoder)
	return f
}

// add stores a recording with the files of the sample.
func (f *fixture) add(values map[string]any) *recordings.Recording {
	f.Helper()
	r := hookstest.Recording(f.T, f.app, f.session, values)
	manifest, err := json.Marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	hookstest.WriteRecordingFile(f.T, f.app, r.Id, recordings.ManifestName, manifest)
	for _, p := range sample().Parts {
		content, err := os.ReadFile(filepath.Join(media, p.File))
		if err != nil {
			f.Fatal(err)
		}
		hookstest.WriteRecordingFile(f.T, f.app, r.Id, p.File, content)
	}
	return r
}

// step lets the worker take n steps.
func (f *fixture) step(n int) {
	f.Helper()
	for range n {
		if err := f.worker.Step(f.Context()); err != nil {
			f.Fatal(err)
		}
	}
}

func (f *fixture) reload() *recordings.Recording {
	f.Helper()
	r, err := recordings.FindByID(f.app, f.recording.Id)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

// assertState checks the state of the MP4, and that nothing unfinished is left.
func (f *fixture) assertState(status, reason string) {
	f.Helper()
	r := f.reload()
	if r.MP4Status() != status || !strings.Contains(r.MP4Error(), reason) || reason == "" && r.MP4Error() != "" {
		f.Errorf("got the status %q and the reason %q, want %q and %q", r.MP4Status(), r.MP4Error(), status, reason)
	}
	if _, err := os.Stat(recordings.MP4WorkFolder(f.app)); !os.IsNotExist(err) {
		f.Errorf("got %v, want no unfinished files", err)
	}
	_, err := os.Stat(filepath.Join(recordings.Folder(f.app, f.recording.Id), recordings.MP4Name))
	if there := err == nil; there != (status == recordings.MP4Ready) {
		f.Errorf("got an MP4: %v, want it only when it's ready", there)
	}
}

// waitForRun waits until the script of hangs runs, and returns its process.
func (f *fixture) waitForRun() (pid string) {
	f.Helper()
	path := filepath.Join(f.app.DataDir(), recordings.FolderName, "running")
	f.waitUntil("ffmpeg to run", func() bool {
		text, _ := os.ReadFile(path)
		pid = strings.TrimSpace(string(text))
		return pid != ""
	})
	_ = os.Remove(path)
	return pid
}

func (f *fixture) waitUntil(what string, done func() bool) {
	f.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestWorker_ReadyRecording_GetsMP4(t *testing.T) {
	f := newFixture(t, writes)
	f.add(map[string]any{"status": recordings.StatusProcessing})
	f.step(2)
	f.assertState(recordings.MP4Ready, "")
	if r := f.reload(); r.MP4Bytes() != 1000 || r.MP4Progress() != 100 || r.TotalBytes() != r.Bytes()+1000 {
		t.Errorf("got %d bytes and %d percent, want 1,000 and 100", r.MP4Bytes(), r.MP4Progress())
	}
	file, err := recordings.OpenFile(f.app, f.reload(), recordings.MP4Name)
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	if info, err := os.Stat(filepath.Join(recordings.Folder(f.app, f.recording.Id), recordings.MP4Name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that only the server reads", info.Mode(), err)
	}
}

func TestWorker_FailingEncoder_IsTriedThreeTimes(t *testing.T) {
	for name, c := range map[string]struct{ script, reason string }{
		"error":  {fails, "ffmpeg stopped with an error."},
		"killed": {killed, "ffmpeg was killed."},
		"disk":   {fullDisk, "The server's disk is full."},
		"empty":  {`printf 'progress=end\n'` + "\n", "ffmpeg wrote no video."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, c.script)
			f.step(1)
			f.assertState(recordings.MP4Queued, c.reason)
			f.step(2)
			f.assertState(recordings.MP4Failed, c.reason)
			f.step(1)
			if got := f.reload().MP4Attempts(); got != 3 {
				t.Errorf("got %d attempts, want 3", got)
			}
		})
	}
}

// The unfinished files leave the disk space that the database and running recordings need.
func TestWorker_DiskNearlyFull_WaitsForSpace(t *testing.T) {
	for name, enough := range map[string]int{"before it starts": 0, "while it runs": 1} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, writes)
			measured, free := 0, uint64(1000)
			recordings.SetEngine(f.app, recordings.Engine{FreeDisk: func(string) (uint64, bool) {
				if measured++; measured <= enough {
					return 1 << 40, true
				}
				return free, true
			}})
			f.step(4)
			f.assertState(recordings.MP4Queued, "too little free disk space")
			if got := f.reload().MP4Attempts(); got != 0 {
				t.Errorf("got %d attempts, want 0: it waits", got)
			}
			free = 1 << 40
			f.step(1)
			f.assertState(recordings.MP4Ready, "")
		})
	}
}

func TestWorker_FailingRecording_DoesNotBlockOthers(t *testing.T) {
	f := newFixture(t, `case "$*" in *`+"\"$(cat \"$0.bad\")\""+`*) exit 1 ;; esac`+"\n"+writes)
	bad := f.recording.Id
	if err := os.WriteFile(f.encoder.Path()+".bad", []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	good := f.add(map[string]any{"started": time.Now()})
	f.step(2)
	f.recording = good
	f.assertState(recordings.MP4Ready, "")
}

func TestWorker_GarbageAsProgress_IsSkipped(t *testing.T) {
	f := newFixture(t, garbage)
	f.step(1)
	f.assertState(recordings.MP4Ready, "")
}

func TestWorker_HangingEncoder_IsStopped(t *testing.T) {
	f := newFixture(t, hangs)
	f.encoder = mp4.FakeEncoder(f.encoder.Path(), 300*time.Millisecond)
	f.worker = mp4.NewWorker(f.app, f.encoder)
	f.step(1)
	f.assertState(recordings.MP4Queued, "ffmpeg made no progress")
}

func TestWorker_Stop_KillsTheProcessGroupAndTriesAgainLater(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("process groups are ended on Linux")
	}
	f := newFixture(t, hangs)
	stop := f.worker.Start()
	pid := f.waitForRun()
	if got := f.reload().MP4Status(); got != recordings.MP4Rendering {
		t.Errorf("got the status %q, want %q", got, recordings.MP4Rendering)
	}
	stop()
	f.waitUntil("the end of the processes", func() bool {
		out, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, path := range out {
			stat, _ := os.ReadFile(path)
			_, after, _ := strings.Cut(string(stat), ") ")
			if fields := strings.Fields(after); len(fields) > 2 && fields[2] == pid && fields[0] != "Z" {
				return false
			}
		}
		return true
	})
	f.assertState(recordings.MP4Queued, "")
	if got := f.reload().MP4Attempts(); got != 0 {
		t.Errorf("got %d attempts, want 0: the server stopped", got)
	}
}

func TestWorker_DeletedOrTrashedMeanwhile_Stops(t *testing.T) {
	for name, c := range map[string]struct {
		remove func(f *fixture)
		check  func(f *fixture)
	}{
		"deleted": {func(f *fixture) {
			if err := f.app.Delete(f.reload()); err != nil {
				f.Fatal(err)
			}
		}, func(f *fixture) {
			if _, err := os.Stat(filepath.Join(recordings.Folder(f.app, f.recording.Id), recordings.MP4Name)); err == nil {
				f.Error("got an MP4 of a deleted recording, want none")
			}
		}},
		"trashed": {func(f *fixture) {
			r := f.reload()
			r.Set("trashed", time.Now())
			if err := f.app.Save(r); err != nil {
				f.Fatal(err)
			}
		}, func(f *fixture) {
			f.assertState("", "")
			f.step(1)
			f.assertState("", "")
			r := f.reload()
			r.Set("trashed", "")
			if err := f.app.Save(r); err != nil {
				f.Fatal(err)
			}
			f.step(1)
			f.assertState(recordings.MP4Ready, "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, `[ -e "$0.go" ] || { touch "$0.begun"; while [ ! -e "$0.go" ]; do sleep 0.01; done; }`+"\n"+writes)
			done := make(chan error)
			go func() { done <- f.worker.Step(t.Context()) }()
			f.waitUntil("ffmpeg to run", func() bool { _, err := os.Stat(f.encoder.Path() + ".begun"); return err == nil })
			c.remove(f)
			if err := os.WriteFile(f.encoder.Path()+".go", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			c.check(f)
		})
	}
}

func TestWorker_StorageOfThePlan_IsKept(t *testing.T) {
	for name, c := range map[string]struct {
		limit int64
		want  string
	}{"no room": {5000, recordings.MP4Failed}, "full": {1000, recordings.MP4Failed}, "enough": {1_000_000, recordings.MP4Ready}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, strings.ReplaceAll(writes, "1000 ", "4001 "))
			setStorage(t, f.app, c.limit)
			f.step(1)
			reason := ""
			if c.want == recordings.MP4Failed {
				reason = "There isn't enough storage left"
			}
			f.assertState(c.want, reason)
			usage, err := recordings.Storage(f.app, f.recording.TeamID())
			if err != nil || usage.Used > usage.Limit {
				t.Errorf("got %d of %d bytes used, %v, want the limit kept", usage.Used, usage.Limit, err)
			}
		})
	}
}

// setStorage limits the storage of every plan.
func setStorage(t *testing.T, app core.App, bytes int64) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery(fmt.Sprintf("UPDATE plans SET storage_bytes = %d", bytes)).Execute(); err != nil {
		t.Fatal(err)
	}
}

func TestWorker_CrashesOfTheServer_EndTheAttempts(t *testing.T) {
	f := newFixture(t, writes)
	for _, attempts := range []int{3, 4} {
		f.recording = f.add(map[string]any{"mp4_status": recordings.MP4Rendering, "mp4_attempts": attempts})
		f.step(2)
		f.assertState(recordings.MP4Failed, "The server stopped while it made the MP4.")
	}
	f.recording = f.add(map[string]any{"mp4_status": recordings.MP4Rendering, "mp4_attempts": 1})
	f.step(1)
	f.assertState(recordings.MP4Ready, "")
}

func TestWorker_DamagedRecording_Fails(t *testing.T) {
	f := newFixture(t, writes)
	hookstest.WriteRecordingFile(t, f.app, f.recording.Id, recordings.ManifestName, []byte("{"))
	f.step(3)
	f.assertState(recordings.MP4Failed, "The files of this recording can't be read.")

	empty, err := json.Marshal(recorder.Manifest{Milliseconds: 5000})
	if err != nil {
		t.Fatal(err)
	}
	f.recording = f.add(nil)
	hookstest.WriteRecordingFile(t, f.app, f.recording.Id, recordings.ManifestName, empty)
	f.step(1)
	f.assertState(recordings.MP4Failed, "There is no sound and no video in this recording.")
}

func TestRender_Canceled_ReturnsTheCause(t *testing.T) {
	f := newFixture(t, hangs)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		f.waitUntil("ffmpeg", func() bool { _, err := os.Stat(filepath.Join(f.app.DataDir(), "running")); return err == nil })
		cancel()
	}()
	work := filepath.Join(f.app.DataDir(), "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := f.encoder.Render(ctx, sample(), media, work, func(int, int64) error { return nil }); err != context.Canceled {
		t.Errorf("got %v, want that it was canceled", err)
	}
}

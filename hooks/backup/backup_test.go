package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/audit"
	"usher/hooks/backup"
	"usher/hooks/hookstest"
	"usher/hooks/hookstest/s3test"
	"usher/hooks/invitations"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

// fixture is a team with a logo, a recording, a pending and a revoked invitation.
type fixture struct {
	*testing.T
	app              *core.BaseApp
	owner            *core.Record
	team             *teams.Team
	pending, revoked string // tokens of the invitations of lucia@ and ines@halation.example
	recording        *recordings.Recording
	place            string // folder of the backups
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, app: hookstest.NewApp(t), place: filepath.Join(t.TempDir(), "backups")}
	f.owner = hookstest.Account(t, f.app, "marta@halation.example")
	f.team = hookstest.Team(t, f.app, f.owner, "Halation Post", "unlimited")
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	file, err := filesystem.NewFileFromBytes(logo.Bytes(), "logo.png")
	if err != nil {
		t.Fatal(err)
	}
	f.team.Set("logo", file)
	if err := f.app.Save(f.team); err != nil {
		t.Fatal(err)
	}
	session := hookstest.ScheduleSession(t, f.app, f.owner, f.team, sessions.Form{})
	f.recording = hookstest.Recording(t, f.app, session, nil)
	hookstest.WriteRecordingFile(t, f.app, f.recording.Id, recordings.ManifestName, []byte("{}"))
	hookstest.WriteRecordingFile(t, f.app, f.recording.Id, "a.webm", bytes.Repeat([]byte("picture"), 1000))
	f.pending, _ = f.invite("lucia@halation.example")
	var id string
	f.revoked, id = f.invite("ines@halation.example")
	if _, err := invitations.Revoke(f.app, hookstest.Actor(t, f.app, f.owner, f.team), id); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) invite(address string) (token, id string) {
	f.Helper()
	result := hookstest.Invite(f.T, f.app, f.owner, f.team, address, "organizer")
	if result.Status == invitations.Refused {
		f.Fatalf("%+v", result)
	}
	return result.Link[strings.LastIndexByte(result.Link, '/')+1:], result.ID
}

func (f *fixture) open(place string) backup.Store {
	f.Helper()
	store, err := backup.OpenStore(f.app, place)
	if err != nil {
		f.Fatal(err)
	}
	return store
}

// make makes a backup with recordings.
func (f *fixture) make(at time.Time) *backup.Manifest {
	f.Helper()
	m, err := backup.Make(context.Background(), f.app.DataDir(), f.open(f.place), backup.Options{Recordings: true, Usher: "v1.2.3", Now: at})
	if err != nil {
		f.Fatal(err)
	}
	return m
}

// restore restores into a new folder.
func (f *fixture) restore(name string) (dir string, err error) {
	f.Helper()
	dir = f.TempDir()
	_, _, err = backup.Restore(context.Background(), f.open(f.place), name, dir, false)
	return dir, err
}

func TestBackup_UnderLoad_RestoresOneMoment(t *testing.T) {
	f := newFixture(t)
	hookstest.SeedUsers(t, f.app, f.team.Id, 2000)
	var stop atomic.Bool
	var written atomic.Int64
	var writers sync.WaitGroup
	for n := range 3 {
		writers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				hookstest.Guest(t, f.app, f.team, fmt.Sprintf("w%d-%d@halation.example", n, i))
				written.Add(1)
			}
		})
	}
	defer writers.Wait() // before the app is closed, also if the backup fails
	defer stop.Store(true)
	for written.Load() < 5 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	before := written.Load()
	m := f.make(time.Now())
	after := written.Load()
	stop.Store(true)
	writers.Wait()
	if after == before {
		t.Error("no writer wrote during the backup")
	}
	// The guests of before, and at most those that were added until after it.
	if n := int64(m.Counts["memberships"]) - 1 - 2000; n < before || n > after+3 {
		t.Errorf("got %d guests, want from %d to %d", n, before, after)
	}
	_, report, err := backup.Verify(context.Background(), f.open(f.place), m.Name, t.TempDir())
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("the backup: %v, %v", report, err)
	}

	dir, err := f.restore(m.Name)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := backup.VerifyFolder(dir); err != nil || len(report.Problems) > 0 {
		t.Errorf("the restored folder: %v, %v", report, err)
	}
	restored := hookstest.OpenApp(t, dir, hookstest.Config())
	counts := map[string]int{}
	for name := range m.Counts {
		counts[name] = hookstest.Count(t, restored, name)
	}
	if !maps.Equal(counts, m.Counts) {
		t.Errorf("got %v, want %v", counts, m.Counts)
	}
	if err := audit.Verify(restored, f.team.Id); err != nil {
		t.Errorf("the audit log: %v", err)
	}
	hookstest.AssertPeopleIndex(t, restored)
	f.checkInvitations(restored)
	for _, path := range []string{recordings.FolderName + "/" + f.recording.Id + "/a.webm", "usher.key",
		"storage/" + f.team.Collection().Id + "/" + f.team.Id + "/" + f.team.LogoFile()} {
		want, err := os.ReadFile(filepath.Join(f.app.DataDir(), path))
		got, readErr := os.ReadFile(filepath.Join(dir, path))
		if err = errors.Join(err, readErr); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs: %v", path, err)
		}
	}
}

// checkInvitations accepts the pending invitation and tries the revoked one.
func (f *fixture) checkInvitations(app core.App) {
	f.Helper()
	for address, c := range map[string]struct{ token, code string }{
		"lucia@halation.example": {f.pending, ""}, "ines@halation.example": {f.revoked, invitations.CodeRevoked},
	} {
		account := hookstest.Account(f.T, app, address)
		_, err := invitations.Accept(app, invitations.Response{Account: account, Token: c.token})
		hookstest.AssertCode(f.T, address, err, c.code)
	}
}

// Rows keep their numbers, by which lists are ordered and the search finds them.
func TestBackup_KeepsRowNumbers(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.app, "DELETE FROM outbox WHERE rowid = (SELECT min(rowid) FROM outbox)", nil)
	query := "SELECT rowid || ' ' || id FROM outbox ORDER BY rowid"
	want := hookstest.QueryRows(t, f.app, query)
	dir, err := f.restore(f.make(time.Now()).Name)
	if err != nil {
		t.Fatal(err)
	}
	restored := hookstest.OpenApp(t, dir, hookstest.Config())
	if got := hookstest.QueryRows(t, restored, query); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBackup_WithoutRecordings_SaysSo(t *testing.T) {
	f := newFixture(t)
	m, err := backup.Make(context.Background(), f.app.DataDir(), f.open(f.place), backup.Options{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(m.Files, func(file backup.File) bool { return strings.HasPrefix(file.Path, recordings.FolderName) }) {
		t.Errorf("got %v, want no recordings", m.Files)
	}
	if _, report, err := backup.Verify(context.Background(), f.open(f.place), m.Name, t.TempDir()); err != nil || len(report.Problems) > 0 {
		t.Errorf("got %v, %v, want a whole backup", report, err)
	}
	dir, err := f.restore(m.Name)
	if err != nil {
		t.Fatal(err)
	}
	report, err := backup.VerifyFolder(dir)
	if err != nil || len(report.Problems) != 1 || !strings.Contains(report.Problems[0], "1 files of records are missing") {
		t.Errorf("got %v, %v, want the missing recording", report, err)
	}
}

func TestBackup_ThatFails_LeavesNothing(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := backup.Make(ctx, f.app.DataDir(), f.open(f.place), backup.Options{Now: time.Now()}); err == nil {
		t.Error("got no error, want that of the context")
	}
	if err := os.WriteFile(filepath.Join(f.app.DataDir(), "auxiliary.db"), bytes.Repeat([]byte("damaged "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Make(context.Background(), f.app.DataDir(), f.open(f.place), backup.Options{Now: time.Now()}); err == nil {
		t.Error("got no error, want that of the damaged database")
	}
	if entries, err := os.ReadDir(f.place); err != nil || len(entries) > 0 {
		t.Errorf("got %v, %v, want an empty folder", entries, err)
	}
}

func TestRestore_IsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *fixture, dir string) // of the backup
		want   string
	}{
		"a changed file":    {func(f *fixture, dir string) { f.flip(filepath.Join(dir, "data.db")) }, "data.db was changed after the backup"},
		"a missing file":    {func(_ *fixture, dir string) { _ = os.Remove(filepath.Join(dir, "usher.key")) }, "usher.key can't be read"},
		"another folder":    {func(_ *fixture, dir string) { _ = os.Remove(filepath.Join(dir, "manifest.json")) }, "isn't a backup of Usher"},
		"another manifest":  {func(f *fixture, dir string) { f.write(filepath.Join(dir, "manifest.json"), `{"files":[]}`) }, "isn't a backup of Usher"},
		"a path outside":    {func(f *fixture, dir string) { f.replace(dir, `"usher.key"`, `"storage/../../x"`) }, `it names the file "storage/../../x"`},
		"a newer format":    {func(f *fixture, dir string) { f.replace(dir, `"format": 1`, `"format": 2`) }, "made by a newer version of Usher (v1.2.3)"},
		"fewer records":     {func(f *fixture, dir string) { f.replace(dir, `"teams": 1`, `"teams": 2`) }, "as many records as the manifest says"},
		"another database":  {func(f *fixture, dir string) { f.swapDatabase(dir) }, "isn't a database of Usher"},
		"a newer migration": {nil, "made by a newer version of Usher (v1.2.3), whose database this version can't use"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if c.change == nil {
				hookstest.Exec(t, f.app, "INSERT INTO _migrations (file, applied) VALUES ('9764000000_later.go', 1)", nil)
			}
			m := f.make(time.Now())
			if c.change != nil {
				c.change(f, filepath.Join(f.place, m.Name))
			}
			dir, err := f.restore(m.Name)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it with %q", err, c.want)
			}
			if entries, _ := os.ReadDir(dir); len(entries) > 0 {
				t.Errorf("it left %v", entries)
			}
		})
	}
}

func (f *fixture) flip(path string) {
	f.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	content[len(content)/2] ^= 1
	f.write(path, string(content))
}

func (f *fixture) write(path, content string) {
	f.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		f.Fatal(err)
	}
}

// replace changes the manifest of a backup.
func (f *fixture) replace(dir, from, to string) {
	f.Helper()
	path := filepath.Join(dir, "manifest.json")
	content, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(content), from) {
		f.Fatalf("%v, no %s in %s", err, from, content)
	}
	f.write(path, strings.Replace(string(content), from, to, 1))
}

// swapDatabase puts the logs in the place of the database, with a right checksum.
func (f *fixture) swapDatabase(dir string) {
	f.Helper()
	logs, err := os.ReadFile(filepath.Join(dir, "auxiliary.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.write(filepath.Join(dir, "data.db"), string(logs))
	path := filepath.Join(dir, "manifest.json")
	content, _ := os.ReadFile(path)
	at := strings.Index(string(content), `"path": "data.db"`)
	sumOf := func(path string) string {
		after := string(content)[strings.Index(string(content), path):]
		after = after[strings.Index(after, `"size"`):]
		return after[:strings.Index(after, "}")]
	}
	f.write(path, string(content[:at])+strings.Replace(string(content[at:]), sumOf(`"path": "data.db"`), sumOf(`"path": "auxiliary.db"`), 1))
}

func TestRestore_FolderInUse_IsMovedAside(t *testing.T) {
	f := newFixture(t)
	m := f.make(time.Now())
	dir := t.TempDir()
	f.write(filepath.Join(dir, "data.db"), "old")
	f.write(filepath.Join(dir, "usher.lock"), "1")
	_, _, err := backup.Restore(context.Background(), f.open(f.place), m.Name, dir, false, "usher.lock")
	if err == nil || !strings.Contains(err.Error(), "isn't empty") {
		t.Fatalf("got %v, want a refusal", err)
	}
	_, replaced, err := backup.Restore(context.Background(), f.open(f.place), m.Name, dir, true, "usher.lock")
	if err != nil {
		t.Fatal(err)
	}
	if old, err := os.ReadFile(filepath.Join(replaced, "data.db")); err != nil || string(old) != "old" {
		t.Errorf("the old database: %q, %v", old, err)
	}
	if lock, err := os.ReadFile(filepath.Join(dir, "usher.lock")); err != nil || string(lock) != "1" {
		t.Errorf("the lock: %q, %v", lock, err)
	}
	if report, err := backup.VerifyFolder(dir); err != nil || len(report.Problems) > 0 {
		t.Errorf("%v, %v, want a whole folder", report, err)
	}
}

func TestBackup_S3(t *testing.T) {
	f := newFixture(t)
	storage := s3test.Start(t, f.app)
	f.app.Settings().S3.Enabled = false
	f.place = "s3://AKIDUSHERTEST:a-secret@" + strings.TrimPrefix(storage.URL, "http://") + "/usher/deep/prefix?region=eu-central-1&tls=off"
	first := f.make(time.Now())
	if _, report, err := backup.Verify(context.Background(), f.open(f.place), first.Name, t.TempDir()); err != nil || len(report.Problems) > 0 {
		t.Fatalf("got %v, %v, want a whole backup", report, err)
	}
	address, query, _ := strings.Cut(f.place, "?")
	from, name, err := backup.Locate(nil, address+"/"+first.Name+"?"+query)
	if err != nil || name != first.Name || strings.Contains(from.String(), "a-secret") {
		t.Fatalf("got %q of %v, %v, want %q", name, from, err, first.Name)
	}
	dir := t.TempDir()
	if _, _, err := backup.Restore(context.Background(), from, name, dir, false); err != nil {
		t.Fatal(err)
	}
	f.checkInvitations(hookstest.OpenApp(t, dir, hookstest.Config()))

	second := f.make(time.Now().Add(time.Minute))
	if err := backup.Prune(f.open(f.place), 1); err != nil {
		t.Fatal(err)
	}
	if m, err := backup.Newest(f.open(f.place)); err != nil || m.Name != second.Name {
		t.Errorf("got %v, %v, want %s", m, err, second.Name)
	}
	for _, key := range storage.Keys() {
		if !strings.HasPrefix(key, "deep/prefix/"+second.Name+"/") {
			t.Errorf("left: %s", key)
		}
	}
	storage.SetDown(true)
	if _, err := backup.Make(context.Background(), f.app.DataDir(), f.open(f.place), backup.Options{Now: time.Now().Add(time.Hour)}); err == nil {
		t.Error("got no error, want that of the storage")
	}
	if left, _ := filepath.Glob(filepath.Join(f.app.DataDir(), ".backup-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestBackup_DashboardsS3(t *testing.T) {
	f := newFixture(t)
	if _, err := backup.OpenStore(f.app, settings.BackupDashboard); err == nil || !strings.Contains(err.Error(), "dashboard") {
		t.Errorf("while it is off: %v, want an error that says where to turn it on", err)
	}
	storage := s3test.Start(t, f.app)
	f.app.Settings().Backups.S3 = f.app.Settings().S3
	f.app.Settings().S3.Enabled = false
	f.place = settings.BackupDashboard
	m := f.make(time.Now())
	if keys := storage.Keys(); !slices.Contains(keys, m.Name+"/manifest.json") {
		t.Errorf("got %v, want the manifest", keys)
	}
}

func TestVerifyFolder_FindsDanglingRelations(t *testing.T) {
	f := newFixture(t)
	if report, err := backup.VerifyFolder(f.app.DataDir()); err != nil || len(report.Problems) > 0 || !strings.Contains(report.Summary, "records in") {
		t.Fatalf("got %+v, %v, want a whole folder", report, err)
	}
	hookstest.Exec(t, f.app, "UPDATE memberships SET user = {:none}", dbx.Params{"none": "nobodyhasthisid"})
	if err := os.RemoveAll(recordings.Folder(f.app, f.recording.Id)); err != nil {
		t.Fatal(err)
	}
	report, err := backup.VerifyFolder(f.app.DataDir())
	if err != nil || len(report.Problems) != 2 || !strings.Contains(report.Err().Error(), "memberships name a record in users that doesn't exist (user)") ||
		!strings.Contains(report.Err().Error(), "1 files of records are missing") {
		t.Errorf("got %v, %v, want both problems", report, err)
	}
}

package hookstest

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
	"usher/hooks/sessions"
)

// Recording stores a ready recording of a session, of ten minutes and 1,000 bytes, unless values say otherwise. It has no files.
func Recording(t testing.TB, app core.App, session *sessions.Session, values map[string]any) *recordings.Recording {
	t.Helper()
	started := time.Now().UTC().Add(-time.Hour)
	all := map[string]any{
		"team": session.TeamID(), "session": session.Id, "room": session.RoomID(), "title": session.Title(), "host": session.HostID(), "host_name": session.HostName(),
		"started_by": session.HostID(), "started_by_name": session.HostName(), "status": recordings.StatusReady, "stop_reason": recordings.StoppedByHost,
		"location": recordings.LocationLocal, "started": started, "ended": started.Add(10 * time.Minute), "milliseconds": 600_000, "bytes": 1000,
	}
	maps.Copy(all, values)
	r := &recordings.Recording{Record: NewRecord(t, app, "recordings", all)}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// WriteRecordingFile writes a local file of a recording.
func WriteRecordingFile(t testing.TB, app core.App, recording, name string, content []byte) {
	t.Helper()
	dir := recordings.Folder(app, recording)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

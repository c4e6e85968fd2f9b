package recordings_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/hookstest/s3test"
	"usher/hooks/recordings"
)

// idleRecorder is a recorder that writes nothing.
type idleRecorder struct{ context.Context }

func (idleRecorder) Stop()        {}
func (idleRecorder) Err() error   { return nil }
func (idleRecorder) Bytes() int64 { return 0 }

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 30 seconds for %s", what)
		}
	}
}

// A recording is written to the disk, uploaded to S3 when it is finished, played from there, and deleted there. While S3 is down, it is
// played from the disk.
func TestFiles_S3(t *testing.T) {
	f := newFixture(t)
	storage := s3test.Start(t, f.App)
	large := bytes.Repeat([]byte("0123456789"), 700_000) // in more than one part
	recordings.SetEngine(f.App, recordings.Engine{
		Ready: func(core.App) error { return nil },
		Start: func(ctx context.Context, _ core.App, _ recordings.RecorderOptions) (recordings.Recorder, error) {
			return idleRecorder{ctx}, nil
		},
		Finish: func(string) (recordings.Finished, error) {
			return recordings.Finished{Milliseconds: 61_500, Bytes: int64(len(large)), Parts: 2}, nil
		},
		FreeDisk: func(string) (uint64, bool) { return 1 << 40, true },
	})
	storage.SetDown(true)
	host := hookstest.Actor(t, f.App, f.users["host"], f.team)
	f.recording = f.startRecording(large)
	if _, err := recordings.Stop(f.App, host, f.session.Id); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end of the recording", func() bool { return f.reload().Status() == recordings.StatusReady })
	camera := f.app(f.in("/files/p1-camera.webm"))
	part := map[string]string{"Range": "bytes=6900000-6900003"}
	if reply := f.send(f.as("host"), camera, part); reply.Status != http.StatusPartialContent || reply.Body != "0123" {
		t.Errorf("while S3 is down: %d %q, want %d %q", reply.Status, reply.Body, http.StatusPartialContent, "0123")
	}

	storage.SetDown(false)
	if _, err := recordings.Share(f.App, host, f.recording.Id); err != nil { // any change is a reason to try again
		t.Fatal(err)
	}
	waitFor(t, "the upload", func() bool { return f.reload().Location() == recordings.LocationS3 })
	waitFor(t, "the removal of the local files", func() bool {
		_, err := os.Stat(recordings.Folder(f.App, f.recording.Id))
		return errors.Is(err, os.ErrNotExist)
	})
	prefix := recordings.FolderName + "/" + f.recording.Id + "/"
	want := []string{prefix + "manifest.json", prefix + "p1-camera.webm", prefix + "p2-microphone.webm", prefix + "unlisted.webm"}
	if got := f.keysOf(storage); !slices.Equal(got, want) {
		t.Errorf("uploaded %v, want %v", got, want)
	}
	if n := storage.UploadsInParts(); n == 0 {
		t.Error("nothing was uploaded in parts, want the large track")
	}
	for role, status := range map[string]int{"host": http.StatusPartialContent, "participant": http.StatusPartialContent, "member": http.StatusNotFound} {
		reply := f.send(f.as(role), camera, part)
		if reply.Status != status || status == http.StatusPartialContent && (reply.Body != "0123" || reply.Header.Get("Content-Range") != "bytes 6900000-6900003/7000000") {
			t.Errorf("%s: %d %q with %q, want %d", role, reply.Status, reply.Body, reply.Header.Get("Content-Range"), status)
		}
	}
	if reply := f.send(f.as("host"), camera, nil); reply.Status != http.StatusOK || reply.Body != string(large) || reply.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("all of it: %d with %d bytes, %q", reply.Status, len(reply.Body), reply.Header.Get("Cache-Control"))
	}
	storage.SetDown(true)
	if reply := f.send(f.as("host"), camera, part); reply.Status < 500 {
		t.Errorf("while S3 is down: %d, want an error of the server", reply.Status)
	}
	storage.SetDown(false)

	if _, err := recordings.Trash(f.App, host, f.recording.Id); err != nil {
		t.Fatal(err)
	}
	if err := recordings.DeleteForever(f.App, host, f.recording.Id); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the removal from S3", func() bool { return len(f.keysOf(storage)) == 0 })
}

// startRecording starts to record the session, with files whose first track has that content.
func (f *fixture) startRecording(camera []byte) *recordings.Recording {
	f.t.Helper()
	r, err := recordings.Start(f.App, hookstest.Actor(f.t, f.App, f.users["host"], f.team), f.session.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	waitFor(f.t, "the folder of the recording", func() bool {
		_, err := os.Stat(recordings.Folder(f.App, r.Id))
		return err == nil
	})
	f.writeFiles(r.Id)
	hookstest.WriteRecordingFile(f.t, f.App, r.Id, "p1-camera.webm", camera)
	return r
}

// keysOf returns the keys of the recording's files.
func (f *fixture) keysOf(storage *s3test.Server) (keys []string) {
	for _, key := range storage.Keys() {
		if strings.HasPrefix(key, recordings.FolderName+"/"+f.recording.Id+"/") {
			keys = append(keys, key)
		}
	}
	return keys
}

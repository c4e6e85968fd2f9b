package recordings_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/hookstest/s3test"
	"usher/hooks/recordings"
)

// upload puts an object of a recording into S3.
func (f *fixture) upload(id, name string) {
	f.Helper()
	files, err := f.app.NewFilesystem()
	if err != nil {
		f.Fatal(err)
	}
	defer files.Close()
	if err := files.Upload([]byte("0123456789"), recordings.FolderName+"/"+id+"/"+name); err != nil {
		f.Fatal(err)
	}
}

// A local recording can have files in S3, if an upload failed half-way.
func TestDelete_RemovesWhatAFailedUploadLeft(t *testing.T) {
	f := newFixture(t, "unlimited")
	storage := s3test.Start(t, f.app)
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"trashed": time.Now()})
	other := hookstest.Recording(t, f.app, f.session, nil)
	hookstest.WriteRecordingFile(t, f.app, r.Id, "a.webm", []byte("0123456789"))
	f.upload(r.Id, "a.webm")
	f.upload(other.Id, "a.webm")
	if err := recordings.DeleteForever(f.app, f.actor("host"), r.Id); err != nil {
		t.Fatal(err)
	}
	if err := recordings.RemoveFiles(f.app); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(recordings.Folder(f.app, r.Id)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the local files: %v, want none", err)
	}
	if keys := storage.Keys(); len(keys) != 1 || keys[0] != "recordings/"+other.Id+"/a.webm" {
		t.Errorf("got %v, want that of the other recording", keys)
	}
}

func TestDelete_WhileS3IsOff_RemovesFilesWhenItIsOn(t *testing.T) {
	f := newFixture(t, "unlimited")
	storage := s3test.Start(t, f.app)
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"trashed": time.Now(), "location": recordings.LocationS3})
	f.upload(r.Id, "a.webm")
	f.app.Settings().S3.Enabled = false
	if err := recordings.DeleteForever(f.app, f.actor("host"), r.Id); err != nil {
		t.Fatal(err)
	}
	if err := recordings.RemoveFiles(f.app); err == nil {
		t.Error("got no error, want one that says that S3 is off")
	}
	f.app.Settings().S3.Enabled = true
	if err := recordings.RemoveFiles(f.app); err != nil || len(storage.Keys()) != 0 {
		t.Errorf("got %v and %v, want no error and no files", err, storage.Keys())
	}
}

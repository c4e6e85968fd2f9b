package recordings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/tools/errs"
)

const (
	loopID = "usherRecordings"

	// stepEvery is how often the loop looks for work without being woken, and stepSoon while something waits for the media server.
	stepEvery = time.Minute
	stepSoon  = 2 * time.Second

	// maxFinishFailures is how often finishing is tried.
	maxFinishFailures = 3
)

// step starts what is to be recorded, finishes recordings that have stopped, and moves and removes files.
func (s *supervisor) step(ctx context.Context) (next time.Duration, err error) {
	waiting, err := s.startDue(time.Now())
	faults := []error{err, s.finishAll(ctx), s.uploadAll(ctx), s.removeFiles(ctx)}
	if waiting {
		return stepSoon, errors.Join(faults...)
	}
	return stepEvery, errors.Join(faults...)
}

// finishAll finishes the recordings that have stopped, one at a time.
func (s *supervisor) finishAll(ctx context.Context) error {
	var stopped []*Recording
	if err := s.app.RecordQuery("recordings").AndWhere(dbx.HashExp{"status": StatusProcessing}).OrderBy("started").All(&stopped); err != nil {
		return fmt.Errorf("list recordings to finish: %w", err)
	}
	var faults []error
	for _, r := range stopped {
		if ctx.Err() == nil && !s.isRunning(r.Id) {
			faults = append(faults, s.finish(r))
		}
	}
	return errors.Join(faults...)
}

// finish makes the files of a recording playable. If that fails repeatedly, or there is nothing, the recording has failed; its files are kept.
func (s *supervisor) finish(r *Recording) error {
	dir := Folder(s.app, r.Id)
	result, err := engineOf(s.app).Finish(dir)
	if missing(dir) {
		result, err = Finished{}, nil
	}
	if err != nil {
		if s.failures[r.Id]++; s.failures[r.Id] < maxFinishFailures {
			return fmt.Errorf("finish the recording %s: %w", r.Id, err)
		}
		s.app.Logger().Error("a recording can't be finished, its files are kept", "recording", r.Id, "folder", dir, "error", err.Error())
	}
	delete(s.failures, r.Id)
	return s.app.RunInTransaction(func(tx core.App) error {
		r, err := FindByID(tx, r.Id)
		if err != nil || r.Status() != StatusProcessing {
			return errs.IgnoreNotFound(err)
		}
		if result.Parts == 0 {
			s.forgetFailures(r.Id)
			r.Set("status", StatusFailed)
			return tx.Save(r)
		}
		r.Load(map[string]any{"status": StatusReady, "milliseconds": result.Milliseconds, "bytes": result.Bytes})
		if result.Crashed { // also if the session was ended before the recording was found
			r.Set("stop_reason", StoppedRestart)
		}
		if end := r.Started().Add(r.Length()); r.StopReason() == StoppedRestart && end.Before(r.Ended()) {
			r.Set("ended", end)
		}
		if err := tx.Save(r); err != nil {
			return err
		}
		return sendReady(tx, r)
	})
}

// forgetFailures lets a recording be finished again.
func (s *supervisor) forgetFailures(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failures, id)
}

func missing(dir string) bool {
	_, err := os.Stat(dir)
	return errors.Is(err, os.ErrNotExist)
}

// uploadAll moves the files of ready recordings to S3, if PocketBase's settings turn it on. While S3 is down, they stay on the disk.
func (s *supervisor) uploadAll(ctx context.Context) error {
	if !s.app.Settings().S3.Enabled {
		return nil
	}
	var local []*Recording
	err := s.app.RecordQuery("recordings").AndWhere(dbx.HashExp{"status": StatusReady, "location": LocationLocal}).
		AndWhere(dbx.NotIn("mp4_status", MP4Queued, MP4Rendering)).OrderBy("started").All(&local)
	if err != nil {
		return fmt.Errorf("list recordings to upload: %w", err)
	}
	for _, r := range local {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.upload(r); err != nil {
			return fmt.Errorf("upload the recording %s: %w", r.Id, err) // the next one would fail, too
		}
	}
	return nil
}

// upload copies the files of a recording to S3, and then deletes the local ones.
func (s *supervisor) upload(r *Recording) error {
	files, err := s.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	dir := Folder(s.app, r.Id)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !fileNamePattern.MatchString(entry.Name()) {
			continue // the journal, which the manifest replaces
		}
		file, err := filesystem.NewFileFromPath(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		if err := files.UploadFile(file, FolderName+"/"+r.Id+"/"+entry.Name()); err != nil {
			return err
		}
	}
	moved := false
	err = s.app.RunInTransaction(func(tx core.App) error {
		now, err := FindByID(tx, r.Id)
		if errors.Is(err, errs.ErrNotFound) { // deleted meanwhile, from the disk only
			return markDeleted(tx, r.Id, LocationS3)
		}
		if err != nil || now.MP4Status() != r.MP4Status() {
			return err
		}
		now.Set("location", LocationS3)
		moved = true
		return tx.Save(now)
	})
	if err != nil || !moved {
		return err
	}
	return os.RemoveAll(dir)
}

func markDeleted(tx core.App, id, location string) error {
	_, err := tx.NonconcurrentDB().NewQuery("INSERT OR REPLACE INTO recording_files_deleted VALUES ({:id}, {:location})").
		Bind(dbx.Params{"id": id, "location": location}).Execute()
	return err
}

// removeFiles deletes the files of deleted recordings. An open file can be read to its end.
func (s *supervisor) removeFiles(ctx context.Context) error {
	var deleted []struct {
		ID       string `db:"recording"`
		Location string `db:"location"`
	}
	if err := s.app.DB().NewQuery("SELECT recording, location FROM recording_files_deleted").All(&deleted); err != nil {
		return fmt.Errorf("list files of deleted recordings: %w", err)
	}
	var faults []error
	for _, gone := range deleted {
		if ctx.Err() != nil || s.isRunning(gone.ID) {
			continue
		}
		if err := s.removeAll(gone.ID, gone.Location); err != nil {
			faults = append(faults, fmt.Errorf("delete the files of the recording %s: %w", gone.ID, err))
			continue
		}
		_, err := s.app.NonconcurrentDB().NewQuery("DELETE FROM recording_files_deleted WHERE recording = {:id} AND location = {:location}").
			Bind(dbx.Params{"id": gone.ID, "location": gone.Location}).Execute()
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// removeAll removes the files of a recording. Those of a local one can be in S3, too, where an upload has failed.
func (s *supervisor) removeAll(id, location string) error {
	if err := os.RemoveAll(Folder(s.app, id)); err != nil {
		return err
	}
	switch enabled := s.app.Settings().S3.Enabled; {
	case enabled:
	case location == LocationS3:
		return errors.New("the files are in S3, which is off in PocketBase's settings")
	default:
		return nil
	}
	files, err := s.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	return errors.Join(files.DeletePrefix(FolderName + "/" + id + "/")...)
}

// Package mp4 makes one MP4 of each recording with ffmpeg, if the server has it: in the background, one at a time, at the lowest
// priority.
package mp4

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/events"
	"usher/hooks/live/recorder"
	"usher/hooks/plans"
	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/settings"
)

const (
	workerID       = "usherMP4"
	pollInterval   = time.Minute
	retryDelay     = 30 * time.Second
	maxAttempts    = 3
	reportInterval = 2 * time.Second // between two updates of the progress
)

// Register makes MP4s while the app is served.
func Register(app core.App) {
	jobs.WhileServing(app, workerID, func(app core.App) (stop func()) {
		path, found := findProgram(settings.Of(app).FFmpeg)
		if !found {
			if err := forget(app); err != nil {
				app.Logger().Error("forget the MP4s that were to be made", "error", err)
			}
			return func() {}
		}
		recordings.SetMakesMP4s(app, true)
		return newWorker(app, path).start()
	})
	wake := func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if (&recordings.Recording{Record: e.Record}).Status() == recordings.StatusReady {
			jobs.Wake(e.App, workerID)
		}
		return nil
	}
	app.OnRecordAfterCreateSuccess("recordings").BindFunc(wake)
	app.OnRecordAfterUpdateSuccess("recordings").BindFunc(wake)
}

// forget clears the state of MP4s that won't be made, because the server has no ffmpeg now.
func forget(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery("UPDATE recordings SET mp4_status = '', mp4_progress = 0 WHERE mp4_status IN ('queued', 'rendering')").Execute()
	return err
}

// worker makes the MP4s of an app.
type worker struct {
	app     core.App
	path    string   // of ffmpeg
	encoder *encoder // nil until there is something to make
	retry   time.Duration
	report  time.Duration
}

func newWorker(app core.App, path string) *worker {
	return &worker{app: app, path: path, retry: retryDelay, report: reportInterval}
}

func (w *worker) start() (stop func()) {
	return jobs.Loop{ID: workerID, Step: w.step, Failure: "make an MP4", RetryDelay: pollInterval}.Start(w.app)
}

// step makes the next MP4.
func (w *worker) step(ctx context.Context) (next time.Duration, err error) {
	if err := w.enqueue(); err != nil {
		return 0, err
	}
	r, err := w.next()
	if errors.Is(err, errs.ErrNotFound) {
		return pollInterval, nil
	}
	if err != nil {
		return 0, err
	}
	if w.encoder == nil {
		if w.encoder, err = newEncoder(ctx, w.path); err != nil {
			if ctx.Err() != nil {
				return 0, nil
			}
			w.app.Logger().Error("recordings get no MP4, because ffmpeg doesn't work", "path", w.path, "error", err.Error())
			recordings.SetMakesMP4s(w.app, false)
			return jobs.UntilWoken, forget(w.app)
		}
	}
	if err := w.set(r, dbx.Params{"mp4_status": recordings.MP4Rendering, "mp4_progress": 0, "mp4_error": "", "mp4_attempts": r.MP4Attempts() + 1}); err != nil {
		return 0, err
	}
	err = w.make(ctx, r)
	switch {
	case err == nil:
		return 0, nil
	case errors.Is(err, errGone):
		return 0, nil
	case errors.Is(err, errTrashed): // it is made when it is restored
		return 0, w.set(r, dbx.Params{"mp4_status": "", "mp4_progress": 0, "mp4_attempts": r.MP4Attempts()})
	case ctx.Err() != nil: // the server stops; this attempt doesn't count
		return 0, w.set(r, dbx.Params{"mp4_status": recordings.MP4Queued, "mp4_progress": 0, "mp4_attempts": r.MP4Attempts()})
	case errors.Is(err, errDiskFull): // nor this one: it waits for space
		return pollInterval, w.set(r, dbx.Params{"mp4_status": recordings.MP4Queued, "mp4_progress": 0, "mp4_error": errDiskFull.reason, "mp4_attempts": r.MP4Attempts()})
	}
	reason, final := reasonOf(err)
	w.app.Logger().Error("make an MP4", "recording", r.Id, "error", err.Error())
	if final || r.MP4Attempts()+1 >= maxAttempts {
		return 0, w.set(r, dbx.Params{"mp4_status": recordings.MP4Failed, "mp4_progress": 0, "mp4_error": reason})
	}
	return w.retry, w.set(r, dbx.Params{"mp4_status": recordings.MP4Queued, "mp4_progress": 0, "mp4_error": reason})
}

var (
	errGone     = errors.New("the recording was deleted")
	errTrashed  = errors.New("the recording was moved to the trash")
	errNoSpace  = failure{reason: "There isn't enough storage left in the team's plan.", final: true}
	errDiskFull = failure{reason: "The server has too little free disk space."}
)

// make makes the MP4 of a recording. What is unfinished is thrown away.
func (w *worker) make(ctx context.Context, r *recordings.Recording) (err error) {
	root := recordings.MP4WorkFolder(w.app)
	_ = os.RemoveAll(root) // of an earlier process
	defer func() { _ = os.RemoveAll(root) }()
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	usage, err := recordings.Storage(w.app, r.TeamID())
	if err != nil {
		return err
	}
	if usage.Full() {
		return errNoSpace
	}
	if recordings.DiskFull(w.app) {
		return errDiskFull
	}
	manifest, parts, err := w.files(r, root)
	switch {
	case errors.Is(err, recordings.ErrDiskFull):
		return errDiskFull
	case err != nil:
		return w.orGone(r, err)
	}
	var last time.Time
	shown := 0
	path, err := w.encoder.render(ctx, manifest, parts, root, func(percent int, bytes int64) error {
		if usage.Limit != plans.Unlimited && bytes > usage.Free() {
			return errNoSpace
		}
		if time.Since(last) < w.report {
			return nil
		}
		last = time.Now()
		if recordings.DiskFull(w.app) {
			return errDiskFull
		}
		if err := w.present(r); err != nil || percent == shown {
			return err
		}
		shown = percent
		return w.set(r, dbx.Params{"mp4_progress": percent})
	})
	if err != nil {
		return w.orGone(r, err)
	}
	return w.store(r, path)
}

// files returns the manifest of a recording and the folder with its parts.
func (w *worker) files(r *recordings.Recording, root string) (*recorder.Manifest, string, error) {
	dir, err := recordings.LocalFiles(w.app, r, root, []string{recordings.ManifestName})
	if err != nil {
		return nil, "", err
	}
	m, err := recorder.ReadManifest(dir)
	if err != nil {
		return nil, "", failure{reason: "The files of this recording can't be read.", err: err}
	}
	var names []string
	for _, p := range m.Parts {
		names = append(names, p.File)
	}
	dir, err = recordings.LocalFiles(w.app, r, root, names)
	return m, dir, err
}

// store adds the MP4 to the recording, if it fits into the team's storage.
func (w *worker) store(r *recordings.Recording, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := w.present(r); err != nil {
		return err
	}
	if err := recordings.PutMP4(w.app, r, path); err != nil {
		return w.orGone(r, err)
	}
	err = w.app.RunInTransaction(func(tx core.App) error {
		usage, err := recordings.Storage(tx, r.TeamID())
		if err != nil {
			return err
		}
		if usage.Limit != plans.Unlimited && info.Size() > usage.Free() {
			return errNoSpace
		}
		return update(tx, r.Id, dbx.Params{"mp4_status": recordings.MP4Ready, "mp4_progress": 100, "mp4_error": "", "mp4_bytes": info.Size()})
	})
	if err != nil {
		return errors.Join(err, recordings.RemoveMP4(w.app, r))
	}
	events.Publish(w.app, r.TeamID(), events.Recordings)
	return nil
}

// enqueue queues the recordings that have no MP4 yet.
func (w *worker) enqueue() error {
	var teams []string
	err := w.app.NonconcurrentDB().NewQuery(`UPDATE recordings SET mp4_status = 'queued' WHERE status = 'ready' AND mp4_status = '' AND trashed = ''
		AND mp4_attempts < {:max} RETURNING team`).Bind(dbx.Params{"max": maxAttempts}).Column(&teams)
	if err != nil {
		return fmt.Errorf("queue MP4s: %w", err)
	}
	for _, team := range teams {
		events.Publish(w.app, team, events.Recordings)
	}
	return nil
}

// next returns the recording whose turn it is, or errs.ErrNotFound: first those that weren't tried yet, the oldest first. A recording that
// has used up its attempts, because the server crashed each time, has failed.
func (w *worker) next() (*recordings.Recording, error) {
	for {
		var row struct {
			ID       string `db:"id"`
			Attempts int    `db:"mp4_attempts"`
		}
		err := w.app.DB().NewQuery(`SELECT id, mp4_attempts FROM recordings WHERE mp4_status IN ('queued', 'rendering') AND trashed = '' AND status = 'ready'
			ORDER BY mp4_attempts, started, id LIMIT 1`).One(&row)
		if err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return nil, errs.ErrNotFound
			}
			return nil, fmt.Errorf("find the next MP4 to make: %w", err)
		}
		r, err := recordings.FindByID(w.app, row.ID)
		if err != nil || row.Attempts < maxAttempts {
			return r, err
		}
		if err := w.set(r, dbx.Params{"mp4_status": recordings.MP4Failed, "mp4_progress": 0, "mp4_error": "The server stopped while it made the MP4."}); err != nil {
			return nil, err
		}
	}
}

// present returns errGone or errTrashed if the recording was deleted.
func (w *worker) present(r *recordings.Recording) error {
	now, err := recordings.FindByID(w.app, r.Id)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return errGone
	case err != nil:
		return err
	case !now.Trashed().IsZero():
		return errTrashed
	}
	return nil
}

// orGone returns err, unless the recording was deleted, which explains it.
func (w *worker) orGone(r *recordings.Recording, err error) error {
	if gone := w.present(r); errors.Is(gone, errGone) || errors.Is(gone, errTrashed) {
		return gone
	}
	return err
}

// set changes the state of an MP4, and tells open pages.
func (w *worker) set(r *recordings.Recording, values dbx.Params) error {
	err := update(w.app, r.Id, values)
	if errors.Is(err, errGone) {
		return nil
	}
	events.Publish(w.app, r.TeamID(), events.Recordings)
	return err
}

// update changes columns of a recording. It returns errGone if there is none.
func update(app core.App, id string, values dbx.Params) error {
	result, err := app.NonconcurrentDB().Update("recordings", values, dbx.HashExp{"id": id}).Execute()
	if err != nil {
		return fmt.Errorf("change the state of an MP4: %w", err)
	}
	if n, err := result.RowsAffected(); err == nil && n == 0 {
		return errGone
	}
	return nil
}

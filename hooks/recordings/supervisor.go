package recordings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

const (
	supervisorKey = "usher.recordings"

	// saveBytesEvery is how often the size of a running recording is stored.
	saveBytesEvery = 15 * time.Second

	// stopTimeout is how long the server waits for recorders when it stops. What they wrote is kept in any case.
	stopTimeout = 10 * time.Second
)

// supervisor runs the recorders of an app while it is served. The database says which recordings there should be; the supervisor follows it.
type supervisor struct {
	app core.App

	mu      sync.Mutex
	ctx     context.Context // ends with the server; nil before it
	runs    map[string]*run // by recording
	work    sync.WaitGroup
	storage map[string]*teamStorage // by team, of those that record
	disk    diskSpace

	refused  map[string]string // why a session that should be recorded isn't, by session
	failures map[string]int    // of finishing, by recording; only the loop uses it
}

// run is a running recorder.
type run struct {
	team    string
	stop    context.CancelFunc
	written atomic.Int64
}

func supervisorOf(app core.App) *supervisor {
	return app.Store().GetOrSet(supervisorKey, func() any {
		return &supervisor{app: app, runs: map[string]*run{}, storage: map[string]*teamStorage{}, refused: map[string]string{}, failures: map[string]int{}}
	}).(*supervisor)
}

// serve runs recorders until stop is called.
func (s *supervisor) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	if err := s.interruptOrphans(); err != nil {
		s.app.Logger().Error("find recordings that a crash interrupted", "error", err.Error())
	}
	loop := jobs.Loop{ID: loopID, Step: s.step, Failure: "finish recordings", RetryDelay: time.Minute, StopTimeout: stopTimeout}
	stopLoop := loop.Start(s.app)
	return func() {
		cancel()
		stopLoop()
		done := make(chan struct{})
		routine.FireAndForget(func() {
			defer close(done)
			s.work.Wait()
		})
		select {
		case <-done:
		case <-time.After(stopTimeout):
		}
		s.mu.Lock()
		s.ctx = nil
		s.mu.Unlock()
	}
}

// interruptOrphans ends the recordings that no recorder writes, because the process that did has ended. Finishing corrects their end.
func (s *supervisor) interruptOrphans() error {
	return s.app.RunInTransaction(func(tx core.App) error {
		var orphans []*Recording
		if err := tx.RecordQuery("recordings").AndWhere(dbx.HashExp{"status": StatusRecording}).All(&orphans); err != nil {
			return err
		}
		for _, r := range orphans {
			if s.isRunning(r.Id) {
				continue
			}
			r.setStopped(StoppedRestart, time.Now())
			if err := tx.Save(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *supervisor) isRunning(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs[id] != nil
}

// launch starts the recorder of a recording in the background.
func (s *supervisor) launch(id, team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil || s.ctx.Err() != nil || s.runs[id] != nil {
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	this := &run{team: team, stop: stop}
	s.runs[id] = this
	s.work.Add(1)
	routine.FireAndForget(func() {
		defer s.work.Done()
		defer s.forget(id)
		reason := StoppedMedia
		defer func() { s.close(id, reason, this.written.Load()) }()
		reason = s.record(ctx, id, this)
	})
}

// stop stops the recorder of a recording, if it is running.
func (s *supervisor) stop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if this := s.runs[id]; this != nil {
		this.stop()
	}
}

// forget removes a run that has ended, and finishes its files.
func (s *supervisor) forget(id string) {
	s.mu.Lock()
	if this := s.runs[id]; this != nil {
		this.stop()
		delete(s.storage, this.team) // counted again
	}
	delete(s.runs, id)
	s.mu.Unlock()
	jobs.Wake(s.app, loopID)
}

// record runs the recorder of a recording until it stops, and returns why.
func (s *supervisor) record(ctx context.Context, id string, this *run) (reason string) {
	recorder, err := s.startRecorder(ctx, id, this)
	if err != nil {
		if s.stopping() {
			return StoppedRestart
		}
		s.app.Logger().Error("start a recorder", "recording", id, "error", err.Error())
		return StoppedMedia
	}
	defer recorder.Stop()
	tick := time.NewTicker(saveBytesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			recorder.Stop()
			if s.stopping() {
				return StoppedRestart
			}
			return StoppedByHost // or what the record already says
		case <-recorder.Done():
			return s.reasonOf(id, recorder.Err())
		case <-tick.C:
			if err := s.saveBytes(id, this.written.Load()); err != nil {
				s.app.Logger().Warn("store the size of a recording", "error", err.Error())
			}
		}
	}
}

func (s *supervisor) startRecorder(ctx context.Context, id string, this *run) (Recorder, error) {
	r, err := FindByID(s.app, id)
	if err != nil {
		return nil, err
	}
	session, err := sessions.FindByID(s.app, r.SessionID())
	if err != nil {
		return nil, err
	}
	dir := Folder(s.app, id)
	if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o700), os.Mkdir(dir, 0o700)); err != nil {
		return nil, fmt.Errorf("make the folder of a recording: %w", err)
	}
	return engineOf(s.app).Start(ctx, s.app, RecorderOptions{Room: session.Media(), Dir: dir, Log: s.app.Logger(),
		Reserve: func(bytes int64) error { return s.reserve(this, bytes) }})
}

// stopping reports whether the server stops.
func (s *supervisor) stopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx == nil || s.ctx.Err() != nil
}

// reasonOf is why a recorder stopped by itself.
func (s *supervisor) reasonOf(id string, err error) string {
	switch {
	case errors.Is(err, errStorageFull):
		return StoppedStorage
	case errors.Is(err, ErrDiskFull):
		return StoppedDisk
	case s.stopping():
		return StoppedRestart
	}
	s.app.Logger().Warn("a recorder stopped", "recording", id, "error", fmt.Sprint(err))
	return StoppedMedia
}

// saveBytes stores the size of a running recording, without events to pages.
func (s *supervisor) saveBytes(id string, bytes int64) error {
	_, err := s.app.NonconcurrentDB().NewQuery("UPDATE recordings SET bytes = {:bytes} WHERE id = {:id}").Bind(dbx.Params{"id": id, "bytes": bytes}).Execute()
	return err
}

// close stores the end of a recording whose recorder has stopped, unless an action already stored it.
func (s *supervisor) close(id, reason string, bytes int64) {
	err := s.app.RunInTransaction(func(tx core.App) error {
		r, err := FindByID(tx, id)
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		r.Set("bytes", bytes)
		if r.Status() == StatusRecording {
			r.setStopped(reason, time.Now())
			if err := stoppedByItself(tx, r); err != nil {
				return err
			}
		}
		return tx.Save(r)
	})
	if err != nil {
		s.app.Logger().Error("store the end of a recording", "recording", id, "error", err.Error())
	}
}

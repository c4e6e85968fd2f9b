package recordings_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
)

// fakeEngine starts recorders that write what the test says.
type fakeEngine struct {
	mu       sync.Mutex
	started  []*fakeRecorder
	ready    error
	startErr error
	free     uint64
}

// fakeRecorder is a recorder of a fakeEngine.
type fakeRecorder struct {
	recordings.RecorderOptions
	once sync.Once
	done chan struct{}
	err  error
}

func (r *fakeRecorder) Stop()                 { r.end(nil) }
func (r *fakeRecorder) Done() <-chan struct{} { return r.done }
func (r *fakeRecorder) Err() error            { return r.err }
func (r *fakeRecorder) Bytes() int64          { return 0 }

// end stops the recorder with the reason.
func (r *fakeRecorder) end(err error) {
	r.once.Do(func() {
		r.err = err
		close(r.done)
	})
}

// write writes to a part, or stops at a limit.
func (r *fakeRecorder) write(bytes int64) error {
	select {
	case <-r.done:
		return os.ErrClosed
	default:
	}
	if err := r.Reserve(bytes); err != nil {
		r.end(err)
		return err
	}
	file, err := os.OpenFile(filepath.Join(r.Dir, "p1.webm"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(make([]byte, bytes))
	return err
}

// useFakeEngine makes the app record with a fakeEngine.
func useFakeEngine(app core.App) *fakeEngine {
	e := &fakeEngine{free: 1 << 40}
	recordings.SetEngine(app, recordings.Engine{
		Ready: func(core.App) error { return e.ready },
		Start: func(_ context.Context, _ core.App, o recordings.RecorderOptions) (recordings.Recorder, error) {
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.startErr != nil {
				return nil, e.startErr
			}
			r := &fakeRecorder{RecorderOptions: o, done: make(chan struct{})}
			e.started = append(e.started, r)
			return r, nil
		},
		Finish: func(dir string) (recordings.Finished, error) {
			info, err := os.Stat(filepath.Join(dir, "p1.webm"))
			if err != nil {
				return recordings.Finished{}, nil
			}
			return recordings.Finished{Milliseconds: 5000, Bytes: info.Size(), Parts: 1}, nil
		},
		FreeDisk: func(string) (uint64, bool) { return e.free, true },
	})
	return e
}

// recorder waits for the n-th recorder.
func (e *fakeEngine) recorder(t *testing.T, n int) *fakeRecorder {
	t.Helper()
	var found *fakeRecorder
	waitFor(t, "a recorder", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		if len(e.started) > n {
			found = e.started[n]
		}
		return found != nil
	})
	return found
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 30 seconds for %s", what)
		}
	}
}

package mail

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/tools/settings"
)

const (
	workerKey = "usher.mail.worker"

	errorDelay   = 5 * time.Second // of ours, as of the database
	pollInterval = time.Minute     // what another process queued leaves this late at most
	stopTimeout  = 20 * time.Second
)

// Worker takes letters out of the outbox, one at a time. Its fields are set before its start; tests set their own.
type Worker struct {
	App         core.App
	MinInterval time.Duration // least time between two letters; 500 ms, for Resend takes 2 a second
	Timeout     time.Duration // how long a provider may take to answer; 10 s, with SMTP 30 s
	Console     io.Writer     // where letters are printed when no mail is set up; os.Stdout
	Now         func() time.Time
	Sleep       func(ctx context.Context, d time.Duration) // waits for d, less if ctx ends

	wake          chan struct{}
	lastSend      time.Time // start of the last send
	needsRecovery bool      // rows may stand in sending that nobody sends
	pausedUntil   time.Time // until then nothing leaves
	outcome       *outcome  // of the last try, until it is written
	deferred      string    // sealed, of the letter under way if this try wrote it out
	failures      int       // tries in a row that the provider did not answer

	mu      sync.Mutex
	problem string
}

// NewWorker is a worker of the defaults.
func NewWorker(app core.App) *Worker {
	return &Worker{
		App: app, MinInterval: 500 * time.Millisecond, Console: consoleOutput(app), Now: time.Now, Sleep: sleep,
		wake: make(chan struct{}, 1), needsRecovery: true,
	}
}

// consoleOutput is where letters go that nobody carries.
func consoleOutput(app core.App) io.Writer {
	if out := settings.Of(app).Console; out != nil {
		return out
	}
	return os.Stdout
}

// Start delivers what is due, then what falls due or is queued, until stop is called. stop waits for the letter
// under way, at most 20 s. While a worker runs for the app, a second one does not start.
func (w *Worker) Start() (stop func()) {
	holder := w.App.Store().GetOrSet(workerKey, func() any { return w })
	if holder != any(w) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		for ctx.Err() == nil {
			idle := w.deliverSafely(ctx)
			timer := time.NewTimer(idle)
			select {
			case <-ctx.Done():
			case <-w.wake:
			case <-timer.C:
			}
			timer.Stop()
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(stopTimeout):
		}
		w.App.Store().Remove(workerKey)
	})
}

func runningWorker(app core.App) *Worker {
	w, _ := app.Store().Get(workerKey).(*Worker)
	return w
}

func (w *Worker) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Problem says why letters wait, or "".
func (w *Worker) Problem() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.problem
}

func (w *Worker) setProblem(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problem = s
}

// deliverSafely is Deliver under recovery: a panic costs one letter a while, not the process with its meetings.
func (w *Worker) deliverSafely(ctx context.Context) (idle time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			w.needsRecovery, idle = true, errorDelay
			w.App.Logger().Error("sending mail panicked", "panic", fmt.Sprint(p))
		}
	}()
	return w.Deliver(ctx)
}

// Deliver sends every letter that is due, and says after how long to look again. The first time it takes up
// what a crash left in sending: at once, under the same idempotency key. When ctx ends it finishes the letter
// under way and returns.
func (w *Worker) Deliver(ctx context.Context) (idle time.Duration) {
	for ctx.Err() == nil {
		sent, err := w.deliverNext(ctx)
		if err != nil {
			w.needsRecovery = true
			w.App.Logger().Error("sending mail failed", "error", err)
			return errorDelay
		}
		if !sent {
			break
		}
	}
	return w.idle()
}

func (w *Worker) idle() time.Duration {
	now := w.Now()
	if w.pausedUntil.After(now) {
		return min(w.pausedUntil.Sub(now), pollInterval)
	}
	due, err := nextDue(w.App)
	switch {
	case err != nil:
		return errorDelay
	case due.IsZero():
		return pollInterval
	}
	return max(10*time.Millisecond, min(due.Sub(now), pollInterval))
}

// deliverNext sends one letter; false if none is due, or none may leave now.
func (w *Worker) deliverNext(ctx context.Context) (bool, error) {
	if err := w.flushOutcome(); err != nil {
		return false, err
	}
	if w.needsRecovery {
		if err := w.requeueInterrupted(); err != nil {
			return false, err
		}
		w.needsRecovery = false
	}
	if w.pausedUntil.After(w.Now()) {
		return false, nil
	}
	m, err := findNext(w.App, w.Now())
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the next letter: %w", err)
	}
	if gap := w.lastSend.Add(w.MinInterval).Sub(w.Now()); !w.lastSend.IsZero() && gap > 0 {
		if w.Sleep(ctx, gap); ctx.Err() != nil {
			return false, nil
		}
		// A letter that goes first may have come in the meantime.
		if m, err = findNext(w.App, w.Now()); errors.Is(err, sql.ErrNoRows) {
			return false, nil // it was dropped meanwhile
		}
		if err != nil {
			return false, fmt.Errorf("find the next letter: %w", err)
		}
	}
	return true, w.deliver(m.Id)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

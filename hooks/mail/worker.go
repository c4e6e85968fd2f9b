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

	"usher/hooks/settings"
)

const (
	workerKey = "usher.mail.worker"

	afterFault = 5 * time.Second // of ours, as of the database
	poll       = time.Minute     // what another process queued leaves this late at most
	patience   = 20 * time.Second
)

// Worker takes letters out of the outbox, one at a time. Its fields are set before its start; tests set their own.
type Worker struct {
	App     core.App
	Pace    time.Duration // least time between two letters; 500 ms, for Resend takes 2 a second
	Limit   time.Duration // how long a provider may take to answer; 10 s, with SMTP 30 s
	Console io.Writer     // where letters are printed when no mail is set up; os.Stdout
	Now     func() time.Time
	Wait    func(ctx context.Context, d time.Duration) // waits for d, less if ctx ends

	wake      chan struct{}
	last      time.Time // start of the last send
	unsettled bool      // rows may stand in sending that nobody sends
	pause     time.Time // until then nothing leaves
	outcome   *outcome  // of the last try, until it is written
	recipe    string    // sealed, of the letter under way if this try wrote it out
	failures  int       // tries in a row that the provider did not answer

	mu      sync.Mutex
	trouble string
}

// NewWorker is a worker of the defaults.
func NewWorker(app core.App) *Worker {
	return &Worker{
		App: app, Pace: 500 * time.Millisecond, Console: console(app), Now: time.Now, Wait: wait,
		wake: make(chan struct{}, 1), unsettled: true,
	}
}

// console is where letters go that nobody carries.
func console(app core.App) io.Writer {
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
		case <-time.After(patience):
		}
		w.App.Store().Remove(workerKey)
	})
}

func running(app core.App) *Worker {
	w, _ := app.Store().Get(workerKey).(*Worker)
	return w
}

func (w *Worker) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Trouble says why letters wait, or "".
func (w *Worker) Trouble() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trouble
}

func (w *Worker) setTrouble(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = s
}

// deliverSafely is Deliver under recovery: a panic costs one letter a while, not the process with its meetings.
func (w *Worker) deliverSafely(ctx context.Context) (idle time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			w.unsettled, idle = true, afterFault
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
		sent, err := w.next(ctx)
		if err != nil {
			w.unsettled = true
			w.App.Logger().Error("sending mail failed", "error", err)
			return afterFault
		}
		if !sent {
			break
		}
	}
	return w.idle()
}

func (w *Worker) idle() time.Duration {
	now := w.Now()
	if w.pause.After(now) {
		return min(w.pause.Sub(now), poll)
	}
	due, err := nextDue(w.App)
	switch {
	case err != nil:
		return afterFault
	case due.IsZero():
		return poll
	}
	return max(10*time.Millisecond, min(due.Sub(now), poll))
}

// next sends one letter; false if none is due, or none may leave now.
func (w *Worker) next(ctx context.Context) (bool, error) {
	if err := w.settleOutcome(); err != nil {
		return false, err
	}
	if w.unsettled {
		if err := w.takeUp(); err != nil {
			return false, err
		}
		w.unsettled = false
	}
	if w.pause.After(w.Now()) {
		return false, nil
	}
	m, err := findNext(w.App, w.Now())
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the next letter: %w", err)
	}
	if gap := w.last.Add(w.Pace).Sub(w.Now()); !w.last.IsZero() && gap > 0 {
		if w.Wait(ctx, gap); ctx.Err() != nil {
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

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

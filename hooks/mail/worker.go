package mail

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/settings"
)

const (
	workerID = "usherMailWorker"

	sendInterval = 500 * time.Millisecond // because Resend accepts 2 requests a second

	errorDelay   = 5 * time.Second // after an error of ours, such as of the database
	pollInterval = time.Minute     // for emails that another process queued
	stopTimeout  = 20 * time.Second
)

// Worker sends the emails in the outbox, one request at a time. Its fields must be set before Start.
type Worker struct {
	App         core.App
	MinInterval time.Duration // between two emails
	BatchSize   int           // emails in one request, where the provider accepts several
	Timeout     time.Duration // of a provider's response; default 10 s, or 30 s for SMTP
	Console     io.Writer     // where emails are printed if email isn't set up; os.Stdout
	Now         func() time.Time
	Sleep       func(ctx context.Context, d time.Duration) // waits for d or until ctx ends

	lastSend      time.Time // start of the last send
	needsRecovery bool      // there may be interrupted emails in the state Sending
	pausedUntil   time.Time // nothing is sent until then
	outcomes      []outcome // of the last attempt, until they are stored
	failures      int       // consecutive attempts without a response

	deferred map[string]string // encrypted deferred content of the current emails that this attempt rendered, by id
}

// NewWorker returns a worker with the defaults.
func NewWorker(app core.App) *Worker {
	return &Worker{
		App: app, MinInterval: sendInterval, BatchSize: batchSize, Console: consoleOutput(app), Now: time.Now, Sleep: sleep,
		needsRecovery: true,
	}
}

// SendingTime returns how long it takes to send n bulk emails, if no others wait and nothing fails.
func SendingTime(app core.App, n int) time.Duration {
	if _, ok := newTransport(app, nil).(batchTransport); ok {
		n = (n + batchSize - 1) / batchSize
	}
	return time.Duration(n) * sendInterval
}

// consoleOutput returns where emails are printed if email isn't set up.
func consoleOutput(app core.App) io.Writer {
	if out := settings.Of(app).Console; out != nil {
		return out
	}
	return os.Stdout
}

// Start sends emails as they become due until stop is called. stop waits for the email being sent, at most stopTimeout.
// While a worker runs for the app, another one doesn't start.
func (w *Worker) Start() (stop func()) {
	return jobs.Loop{ID: workerID, Step: w.Deliver, Failure: "sending email failed", RetryDelay: errorDelay, StopTimeout: stopTimeout}.Start(w.App)
}

// Deliver sends every email that is due, and returns after how long to call it again. The first time and after an error it
// also sends what was interrupted, with the same idempotency key. When ctx ends it finishes the current email and returns.
func (w *Worker) Deliver(ctx context.Context) (idle time.Duration, err error) {
	interrupted := true // also by a panic
	defer func() { w.needsRecovery = w.needsRecovery || interrupted }()
	for sent := true; sent && ctx.Err() == nil; {
		if sent, err = w.deliverNext(ctx); err != nil {
			return 0, err
		}
	}
	interrupted = false
	return w.idle()
}

func (w *Worker) idle() (time.Duration, error) {
	now := w.Now()
	if w.pausedUntil.After(now) {
		return min(w.pausedUntil.Sub(now), pollInterval), nil
	}
	due, err := nextDue(w.App)
	if err != nil || due.IsZero() {
		return pollInterval, err
	}
	return max(10*time.Millisecond, min(due.Sub(now), pollInterval)), nil
}

// deliverNext sends one email or one batch. It returns false if none is due or sending is paused.
func (w *Worker) deliverNext(ctx context.Context) (bool, error) {
	if err := w.flushOutcomes(); err != nil {
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
	id, err := findNext(w.App, w.Now())
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if gap := w.lastSend.Add(w.MinInterval).Sub(w.Now()); !w.lastSend.IsZero() && gap > 0 {
		if w.Sleep(ctx, gap); ctx.Err() != nil {
			return false, nil
		}
		// An email with a higher priority may have been queued in the meantime.
		if id, err = findNext(w.App, w.Now()); errors.Is(err, errs.ErrNotFound) {
			return false, nil // it was dropped meanwhile
		}
		if err != nil {
			return false, err
		}
	}
	return true, w.deliver(id)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

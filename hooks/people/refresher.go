package people

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"
)

const (
	refresherKey = "usher.people.keeper"

	quietPeriod = 100 * time.Millisecond // without a commit, after which rows are renewed
	maxDelay    = 500 * time.Millisecond // that a row stays old while commits go on
	retryDelay  = 5 * time.Second        // after a fault
)

// Register lets the server renew rows in the background, so that a reader seldom has to.
func Register(app core.App) {
	wake := func(e *core.RecordEvent) error {
		if k, ok := e.App.Store().Get(refresherKey).(*Refresher); ok {
			k.wakeUp()
		}
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("memberships", "invitations").BindFunc(wake)
	app.OnRecordAfterUpdateSuccess("memberships", "invitations").BindFunc(wake)
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherPeople", Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		stop := NewRefresher(e.App).Start()
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherPeople", Func: func(te *core.TerminateEvent) error {
			stop()
			return te.Next()
		}})
		return nil
	}})
}

// Refresher renews rows in the background, once the writers pause. Nothing waits for it, and nothing is lost with it.
type Refresher struct {
	App core.App

	wake chan struct{}
}

// NewRefresher makes one; it does nothing before Start.
func NewRefresher(app core.App) *Refresher { return &Refresher{App: app, wake: make(chan struct{}, 1)} }

// Start works until stop is called, first on what a crash left. While one works for the app, a second does not start.
func (k *Refresher) Start() (stop func()) {
	if k.App.Store().GetOrSet(refresherKey, func() any { return k }) != any(k) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		for k.wakeUp(); ctx.Err() == nil; k.refreshStale(ctx) {
			k.waitForQuiet(ctx)
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		<-done
		k.App.Store().Remove(refresherKey)
	})
}

func (k *Refresher) wakeUp() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// waitForQuiet waits for a commit, and then until there is none for a while.
func (k *Refresher) waitForQuiet(ctx context.Context) {
	select {
	case <-k.wake:
	case <-ctx.Done():
	}
	end := time.After(maxDelay)
	for ctx.Err() == nil {
		timer := time.NewTimer(quietPeriod)
		select {
		case <-k.wake:
			timer.Stop()
			continue
		case <-timer.C:
		case <-end:
		case <-ctx.Done():
		}
		timer.Stop()
		return
	}
}

func (k *Refresher) refreshStale(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := refreshBatch(k.App)
		if err != nil {
			k.App.Logger().Error("the list of people is renewed by its readers alone", "error", err.Error())
			time.AfterFunc(retryDelay, k.wakeUp)
		}
		if n < batchSize { // what comes meanwhile waits for the next time: a batch costs far less a row than one row does
			return
		}
	}
}

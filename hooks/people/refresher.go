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

	quietPeriod = 100 * time.Millisecond // without a commit, before rows are refreshed
	maxDelay    = 500 * time.Millisecond // of a refresh while commits continue
	retryDelay  = 5 * time.Second        // after an error
)

// Register lets the server refresh rows in the background, so that readers rarely have to.
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

// Refresher refreshes rows in the background when writers pause. Nothing depends on it.
type Refresher struct {
	App core.App

	wake chan struct{}
}

// NewRefresher returns a Refresher that isn't started.
func NewRefresher(app core.App) *Refresher { return &Refresher{App: app, wake: make(chan struct{}, 1)} }

// Start refreshes rows until stop is called, first those that a crash left. While one runs for the app, another doesn't
// start.
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

// waitForQuiet waits for a commit, and then until there is none for quietPeriod.
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
			k.App.Logger().Error("the user list can't be refreshed in the background", "error", err.Error())
			time.AfterFunc(retryDelay, k.wakeUp)
		}
		if n < batchSize { // the rest waits for the next time, because a batch is much cheaper per row than a single row
			return
		}
	}
}

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
	keeperKey = "usher.people.keeper"

	quiet   = 100 * time.Millisecond // without a commit, after which rows are renewed
	longest = 500 * time.Millisecond // that a row stays old while commits go on
	again   = 5 * time.Second        // after a fault
)

// Register lets the server renew rows in the background, so that a reader seldom has to.
func Register(app core.App) {
	wake := func(e *core.RecordEvent) error {
		if k, ok := e.App.Store().Get(keeperKey).(*Keeper); ok {
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
		stop := NewKeeper(e.App).Start()
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherPeople", Func: func(te *core.TerminateEvent) error {
			stop()
			return te.Next()
		}})
		return nil
	}})
}

// Keeper renews rows in the background, once the writers pause. Nothing waits for it, and nothing is lost with it.
type Keeper struct {
	App core.App

	wake chan struct{}
}

// NewKeeper makes one; it does nothing before Start.
func NewKeeper(app core.App) *Keeper { return &Keeper{App: app, wake: make(chan struct{}, 1)} }

// Start works until stop is called, first on what a crash left. While one works for the app, a second does not start.
func (k *Keeper) Start() (stop func()) {
	if k.App.Store().GetOrSet(keeperKey, func() any { return k }) != any(k) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		for k.wakeUp(); ctx.Err() == nil; k.work(ctx) {
			k.pause(ctx)
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		<-done
		k.App.Store().Remove(keeperKey)
	})
}

func (k *Keeper) wakeUp() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// pause waits for a commit, and then until there is none for a while.
func (k *Keeper) pause(ctx context.Context) {
	select {
	case <-k.wake:
	case <-ctx.Done():
	}
	end := time.After(longest)
	for ctx.Err() == nil {
		timer := time.NewTimer(quiet)
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

func (k *Keeper) work(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := renewSome(k.App)
		if err != nil {
			k.App.Logger().Error("the list of people is renewed by its readers alone", "error", err.Error())
			time.AfterFunc(again, k.wakeUp)
		}
		if n < some { // what comes meanwhile waits for the next time: a batch costs far less a row than one row does
			return
		}
	}
}

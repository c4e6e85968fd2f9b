package jobs

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
)

// UntilWoken is what a step returns that has nothing to do before Wake is called.
const UntilWoken time.Duration = math.MaxInt64

// Loop is background work that is done in steps, one at a time.
type Loop struct {
	ID string // of the loop in the app

	// Step does what is due, and returns after how long to run it again. Wake runs it earlier. When ctx ends, it finishes
	// what it can't interrupt, and returns.
	Step func(ctx context.Context) (next time.Duration, err error)

	Failure    string        // logged with the error of a step
	RetryDelay time.Duration // after an error or a panic

	Quiet    time.Duration // without another Wake, before Wake runs a step; 0 runs it immediately
	MaxDelay time.Duration // of that step while calls of Wake continue

	StopTimeout time.Duration // longest that stop waits for a step in progress; 0 means until it has ended
}

// Start runs steps until stop is called, the first one immediately. stop waits for a step in progress. While a loop with this
// ID runs for the app, another one doesn't start.
func (l Loop) Start(app core.App) (stop func()) {
	wake := make(chan struct{}, 1)
	if app.Store().GetOrSet(storeKey(l.ID), func() any { return wake }) != any(wake) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		for ctx.Err() == nil {
			next, err := l.stepSafely(ctx)
			if err != nil {
				app.Logger().Error(l.Failure, "error", err.Error())
				next = l.RetryDelay
			}
			l.wait(ctx, wake, next)
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		var timeout <-chan time.Time
		if l.StopTimeout > 0 {
			timeout = time.After(l.StopTimeout)
		}
		select {
		case <-done:
		case <-timeout:
		}
		app.Store().Remove(storeKey(l.ID))
	})
}

// Wake runs the next step of the app's loop with this ID now, or after the current step. It does nothing if none is running.
func Wake(app core.App, id string) {
	wake, _ := app.Store().Get(storeKey(id)).(chan struct{})
	select {
	case wake <- struct{}{}:
	default: // it is awake, or there is none
	}
}

func storeKey(id string) string { return "usher.jobs." + id }

// stepSafely is Step with recovery: a panic delays the work instead of ending the process and its sessions.
func (l Loop) stepSafely(ctx context.Context) (next time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return l.Step(ctx)
}

// wait returns after next, or earlier if it is woken up or ctx ends.
func (l Loop) wait(ctx context.Context, wake <-chan struct{}, next time.Duration) {
	if next <= 0 || !sleep(ctx, wake, next) || l.Quiet <= 0 {
		return
	}
	for end := time.Now().Add(l.MaxDelay); sleep(ctx, wake, min(l.Quiet, time.Until(end))); {
	}
}

// sleep waits for d, and returns true if it was woken up before.
func sleep(ctx context.Context, wake <-chan struct{}, d time.Duration) (woken bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-wake:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

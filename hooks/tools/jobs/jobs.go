// Package jobs runs background and periodic work while the app is served, and waits for it when the server stops.
package jobs

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"
)

// WhileServing calls start when the server has started, and stop when it terminates. A second registration with the same id
// replaces the first.
func WhileServing(app core.App, id string, start func(core.App) (stop func())) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: id, Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		stop := start(e.App)
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: id, Func: func(te *core.TerminateEvent) error {
			stop()
			return te.Next()
		}})
		return nil
	}})
}

// EveryMinute runs the job in the background when the server starts, and then every minute. Errors are logged with what as
// the message. When the server stops, it waits for a run in progress and starts no other.
func EveryMinute(app core.App, id, what string, job func(core.App, time.Time) error) {
	var running sync.RWMutex
	finish := sync.OnceFunc(running.Lock) // never unlocked
	run := func() {
		if !running.TryRLock() {
			return
		}
		defer running.RUnlock()
		if err := job(app, time.Now()); err != nil {
			app.Logger().Error(what, "error", err)
		}
	}
	app.Cron().MustAdd(id, "* * * * *", run)
	WhileServing(app, id, func(core.App) (stop func()) {
		routine.FireAndForget(run)
		return finish
	})
}

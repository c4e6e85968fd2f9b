// Package jobs runs periodic work and waits for it when the server stops.
package jobs

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"
)

// EveryMinute runs the job when the server starts, which waits for nothing, and each minute from then on. A fault is
// logged with what was tried. The server stops once a run has ended, and then begins no other.
func EveryMinute(app core.App, id, what string, job func(core.App, time.Time) error) {
	var running sync.RWMutex
	finish := sync.OnceFunc(running.Lock) // for good
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
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: id, Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: id, Func: func(te *core.TerminateEvent) error {
			finish()
			return te.Next()
		}})
		routine.FireAndForget(run)
		return nil
	}})
}

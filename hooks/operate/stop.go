package operate

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/changes"
)

// finishWithin is how long a request that runs may take to end when the server stops.
const finishWithin = 25 * time.Second

const stoppingKey = "usher.stopping"

func stopping(app core.App) bool { return app.Store().Has(stoppingKey) }

// stopGently lets what runs come to its end: from the signal on the server is not ready and takes no new
// connections, open streams are ended so that their pages come back after a restart, and requests have 25
// seconds. Who is in a session stays in until the media server tells him. A second signal stops at once. PocketBase
// alone would cut everything after one second.
func stopGently(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		// That of PocketBase is cancelled as soon as the listener is closed, under whatever runs.
		e.Server.BaseContext = func(net.Listener) context.Context { return context.Background() }
		app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherStop", Priority: -10_000,
			Func: func(te *core.TerminateEvent) error {
				te.App.Store().Set(stoppingKey, true)
				routine.FireAndForget(exitOnSignal)
				changes.Stop(te.App)
				ctx, cancel := context.WithTimeout(context.Background(), finishWithin)
				defer cancel()
				if err := e.Server.Shutdown(ctx); err != nil {
					te.App.Logger().Warn("requests were cut off at the stop", "error", err)
				}
				return te.Next()
			}})
		return e.Next()
	})
}

// exitOnSignal ends the program at once at the next signal.
func exitOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	os.Exit(1)
}

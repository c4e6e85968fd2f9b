package commands

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/events"
)

const (
	// drainPeriod is how long a stopping server still accepts connections, while /readyz says 503: a proxy in
	// front of it notices and sends new requests elsewhere.
	drainPeriod = 2 * time.Second

	// shutdownTimeout is how long the requests that run may take, from the signal on.
	shutdownTimeout = 25 * time.Second
)

const stoppingKey = "usher.stopping"

func stopping(app core.App) bool { return app.Store().Has(stoppingKey) }

// registerGracefulStop lets running requests finish when the server stops. From the signal on the server isn't ready; for
// drainPeriod it works as before; then it takes no new connections, event streams end so that their pages reconnect to the
// next server, and requests have until shutdownTimeout. Participants stay in their session until the media server stops. A
// second signal stops the program immediately. PocketBase alone would cut everything after one second.
func registerGracefulStop(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		// That of PocketBase is cancelled as soon as the listener is closed, under whatever runs.
		e.Server.BaseContext = func(net.Listener) context.Context { return context.Background() }
		if err := e.Next(); err != nil {
			return err
		}
		s := &stopper{server: e.Server, drain: drainPeriod}
		app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherStop", Priority: -10_000, Func: s.stop})
		return nil
	})
}

// stopper stops the server once. Both a signal and the end of the command trigger the stop.
type stopper struct {
	server *http.Server
	drain  time.Duration

	mu      sync.Mutex
	stopped bool
}

func (s *stopper) stop(te *core.TerminateEvent) error {
	if restarting(te.App) {
		os.Exit(0) // stopped while it restarts
	}
	// A second trigger waits until the first is done: what comes behind closes the database.
	s.mu.Lock()
	defer s.mu.Unlock()
	if te.IsRestart {
		return restart(te, s.server)
	}
	if !s.stopped {
		s.stopped = true
		s.shutdown(te.App)
	}
	return te.Next()
}

func (s *stopper) shutdown(app core.App) {
	app.Store().Set(stoppingKey, true)
	routine.FireAndForget(exitOnSignal)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	fmt.Fprintln(os.Stderr, "Usher is stopping. Press Ctrl+C to stop immediately.")
	time.Sleep(s.drain)
	events.Stop(app)
	if err := s.server.Shutdown(ctx); err != nil {
		app.Logger().Warn("requests were cut off when the server stopped", "error", err)
	}
}

// exitOnSignal ends the program immediately at the next signal.
func exitOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	os.Exit(1)
}

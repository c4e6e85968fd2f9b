package commands_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/commands"
	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// Both a signal and the end of the command end the app, at the same time if it so happens.
func TestTerminate_Twice_IsSafe(t *testing.T) {
	for name, at := range map[string]func(func()){
		"one after the other": func(end func()) { end(); end() },
		"together": func(end func()) {
			var both sync.WaitGroup
			for range 4 {
				both.Go(end)
			}
			both.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := viewstest.Serve(t, hookstest.Config()).App
			stream, ok := events.Subscribe(app, "team", "user", "login")
			if !ok {
				t.Fatal("no stream")
			}
			t.Cleanup(func() { events.Unsubscribe(app, stream) })
			app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherStop", Priority: -10_000,
				Func: commands.NewStopHandler(&http.Server{}, time.Millisecond)})
			at(func() {
				err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return app.ResetBootstrapState() })
				if err != nil {
					t.Error(err)
				}
			})
			select {
			case <-events.Stopped(app):
			default:
				t.Error("event streams go on")
			}
		})
	}
}

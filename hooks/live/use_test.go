package live_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/tools/settings"
)

// newServedApp is an app that is served with that Starter, and the function that stops it.
func newServedApp(t *testing.T, config settings.Config, start live.Starter) (app *core.BaseApp, stop func()) {
	t.Helper()
	app = hookstest.NewAppWith(t, config)
	return app, serve(t, app, start)
}

func serve(t *testing.T, app *core.BaseApp, start live.Starter) (stop func()) {
	t.Helper()
	live.Setup(app, start)
	server := httptest.NewUnstartedServer(nil)
	event := hookstest.NewServeEvent(t, app)
	event.Server = server.Config
	if err := app.OnServe().Trigger(event, func(*core.ServeEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return nil })
	}
}

// waitReady waits until the media server of the app is ready, or isn't.
func waitReady(t *testing.T, app core.App, ready bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); (live.Ready(app) == nil) != ready; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("ready is not %v: %v", ready, live.Ready(app))
		}
	}
}

func TestSetup_StartFails_AppStillServes(t *testing.T) {
	app, stop := newServedApp(t, hookstest.Config(), func(live.LocalConfig) (*live.Instance, error) { return nil, errors.New("no way out") })
	defer stop()
	waitReady(t, app, false)
	if why := live.Ready(app); !strings.Contains(why.Error(), "no way out") || !live.Enabled(app) {
		t.Errorf("got %v", why)
	}
	if err := commands.CheckReady(app); err == nil || err.Error() != "live media isn't running" {
		t.Errorf("the server's own readiness: %v, want an error and %q", err, "live media isn't running")
	}
}

// In a synctest bubble time only passes while all goroutines wait: a stop that waits for something that never ran takes some,
// and one that doesn't takes none, however slow the machine is.
func TestSetup_StopWithoutStart_ReturnsImmediately(t *testing.T) {
	app := hookstest.NewAppWith(t, hookstest.Config())
	synctest.Test(t, func(t *testing.T) {
		stop := serve(t, app, func(live.LocalConfig) (*live.Instance, error) { return nil, errors.New("no way out") })
		defer app.Cron().Stop() // its timer is of the bubble
		waitReady(t, app, false)
		at := time.Now()
		if stop(); time.Since(at) > 0 {
			t.Errorf("it waits %s, want at most 0", time.Since(at))
		}
	})
}

func TestSetup_StartPanics_IsReported(t *testing.T) {
	app, stop := newServedApp(t, hookstest.Config(), func(live.LocalConfig) (*live.Instance, error) { panic("in the library") })
	defer stop()
	waitReady(t, app, false)
	if why := live.Ready(app); why == nil || !strings.Contains(why.Error(), "panicked") {
		t.Errorf("got %v, want it to contain %q", why, "panicked")
	}
}

func TestSetup_ServerEnds_IsRestarted(t *testing.T) {
	var starts atomic.Int32
	ended := make(chan struct{})
	app, stop := newServedApp(t, hookstest.Config(), func(local live.LocalConfig) (*live.Instance, error) {
		if starts.Add(1) == 1 {
			return &live.Instance{URL: "http://127.0.0.1:1", Done: ended, Stop: func() {}}, nil
		}
		ports := livetest.LocalConfig(t)
		ports.Key, ports.Secret, ports.Reports = local.Key, local.Secret, local.Reports
		return livetest.Embedded(ports)
	})
	waitReady(t, app, true)
	close(ended)
	for deadline := time.Now().Add(5 * time.Second); starts.Load() < 2 && time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
	}
	for deadline := time.Now().Add(5 * time.Second); ; <-time.After(10 * time.Millisecond) {
		if _, err := live.ListRooms(app); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	stop()
	if live.Ready(app) == nil {
		t.Error("it is ready though it is stopped")
	}
}

func TestSetup_LocalConfig(t *testing.T) {
	for url, want := range map[string]live.LocalConfig{
		"http://127.0.0.1:8090": {UDPPort: 7882, NodeIP: "127.0.0.1", Loopback: true},
		"http://localhost:8090": {UDPPort: 7882, NodeIP: "127.0.0.1", Loopback: true},
		"https://meet.example":  {UDPPort: 7882, TCPPort: 7881},
	} {
		asked := make(chan live.LocalConfig, 1)
		config := hookstest.Config()
		config.URL, config.LiveUDPPort, config.LiveTCPPort = url, 7882, 7881
		app, stop := newServedApp(t, config, func(local live.LocalConfig) (*live.Instance, error) {
			select {
			case asked <- local:
			default:
			}
			return nil, errors.New("not now")
		})
		got := <-asked
		if len(got.Key) < 10 || len(got.Secret) < 32 || !strings.HasPrefix(got.Reports, "http://127.0.0.1:") {
			t.Errorf("%s: %d, %d, %s, want at least 10, at least 32 and it with %q", url, len(got.Key), len(got.Secret), got.Reports, "http://127.0.0.1:")
		}
		got.Key, got.Secret, got.Reports, got.Log = "", "", "", nil
		if got != want {
			t.Errorf("%s: got %+v, want %+v", url, got, want)
		}
		waitReady(t, app, false)
		stop()
	}
}

func TestSetup_External_IsNotStarted(t *testing.T) {
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = "wss://live.invalid", "key", "a-secret-of-thirty-two-characters"
	app, stop := newServedApp(t, config, func(live.LocalConfig) (*live.Instance, error) {
		t.Error("it was started")
		return nil, errors.New("no")
	})
	defer stop()
	pass, err := live.IssueToken(app, live.Grant{Room: "r", Identity: "i"})
	if err != nil || pass.URL != "wss://live.invalid" {
		t.Errorf("got %s, %v, want %q", pass.URL, err, "wss://live.invalid")
	}
	waitReady(t, app, false) // nothing responds there
}

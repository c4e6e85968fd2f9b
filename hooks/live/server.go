package live

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/settings"
)

// CodeUnavailable is the code of an error because the media server is unavailable.
const CodeUnavailable = "media_unavailable"

// ErrUnavailable is returned while the media server is unavailable. Ready has the reason.
var ErrUnavailable = errors.Join(errors.New("the media server is unavailable"),
	errs.Invalid("base", CodeUnavailable, "Live media is unavailable. Try again in a minute. If that doesn't help, contact your server administrator."))

// LocalConfig configures an embedded media server.
type LocalConfig struct {
	UDPPort  int
	TCPPort  int    // 0: none
	NodeIP   string // address for browsers; empty: detected with STUN
	Loopback bool   // only for browsers on this machine
	Key      string
	Secret   string
	Reports  string // URL for reports
	Log      *slog.Logger
}

// Starter starts a media server and returns when it accepts connections.
type Starter func(LocalConfig) (*Instance, error)

// Instance is a running embedded media server.
type Instance struct {
	URL  string          // loopback URL
	Done <-chan struct{} // closed when it has stopped for any reason
	Stop func()          // returns when it has stopped

	DisconnectAll func(room string) // disconnects everyone in the room with the reason that the server stops
}

const (
	stateKey   = "usher.live"
	retryAfter = 30 * time.Second
)

// endpoint is a media server and its credentials.
type endpoint struct {
	base        string // http URL of its API and signalling
	key, secret string
	external    bool
}

// state is the state of an app's media server.
type state struct {
	mu       sync.Mutex
	endpoint *endpoint
	err      error // why it is unavailable, or the error of the last call

	connections int           // number of proxied connections
	idle        chan struct{} // closed when there are none left; nil unless a shutdown waits
}

func stateOf(app core.App) *state {
	config := settings.Of(app) // before GetOrSet, which locks the store
	return app.Store().GetOrSet(stateKey, func() any {
		if config.LiveURL == "" {
			return &state{err: errors.New("it hasn't been started")}
		}
		return &state{endpoint: &endpoint{strings.TrimRight(withScheme(config.LiveURL, "http"), "/"), config.LiveKey, config.LiveSecret, true}}
	}).(*state)
}

func (s *state) set(at *endpoint, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint, s.err = at, why
}

// setError stores the result of the last call.
func (s *state) setError(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endpoint != nil {
		s.err = why
	}
}

func currentEndpoint(app core.App) (*endpoint, error) {
	s := stateOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endpoint == nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, cmp.Or(s.err, errors.New("it is being started")))
	}
	return s.endpoint, nil
}

// Ready returns nil if sessions can run, or will when the server has started, or else the reason for the Admin Panel.
func Ready(app core.App) error {
	s := stateOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// IsExternal reports whether the settings name an external media server.
func IsExternal(app core.App) bool { return settings.Of(app).LiveURL != "" }

const enabledKey = "usher.live.used"

// Enabled reports whether the server has a media server, embedded or external.
func Enabled(app core.App) bool { return app.Store().Has(enabledKey) || IsExternal(app) }

// Setup runs start while the app is served, unless the settings name an external media server. It runs in the background and is
// retried, so that the rest of the server works without it. The media server is probed every minute.
func Setup(app core.App, start Starter) {
	app.Store().Set(enabledKey, true)
	app.Cron().MustAdd("usherLive", "* * * * *", func() { probe(app) })
	jobs.WhileServing(app, "usherLive", func(app core.App) (stop func()) {
		if IsExternal(app) {
			routine.FireAndForget(func() { probe(app) })
			return func() {}
		}
		stateOf(app).set(nil, nil)
		return supervise(app, start, newLocalConfig(settings.Of(app)))
	})
}

// probe calls the media server; Ready has the result.
func probe(app core.App) {
	if _, err := ListRooms(app); err != nil && !errors.Is(err, ErrUnavailable) {
		app.Logger().Error("probe the media server", "error", err)
	}
}

// newLocalConfig is the configuration from the settings. If the public URL is on this machine, only local browsers can connect,
// and no address needs to be detected.
func newLocalConfig(config *settings.Config) LocalConfig {
	local := LocalConfig{UDPPort: config.LiveUDPPort, TCPPort: config.LiveTCPPort, NodeIP: config.LiveNodeIP}
	if local.NodeIP == "" && isLoopbackURL(config.URL) {
		local.Loopback, local.NodeIP, local.TCPPort = true, "127.0.0.1", 0
	}
	return local
}

func isLoopbackURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}

// supervise runs a media server and restarts it whenever it ends, until stop is called. stop returns when it has stopped, or
// after a few seconds.
func supervise(app core.App, start Starter, local LocalConfig) (stop func()) {
	stopped, done := make(chan struct{}), make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		said := ""
		for {
			ended, end, err := Start(app, start, local)
			if err != nil {
				reportFailure(app, &said, err)
				ended, end = nil, func() {}
			}
			var again <-chan time.Time
			if err != nil {
				again = time.After(retryAfter)
			}
			select {
			case <-stopped:
				end()
				return
			case <-ended:
				app.Logger().Error("the media server stopped unexpectedly")
				end()
			case <-again:
			}
		}
	})
	return sync.OnceFunc(func() {
		close(stopped)
		select {
		case <-done:
		case <-time.After(callTimeout): // the start may be waiting for the network
		}
	})
}

// reportFailure logs why there is no live media, and prints it on the console once per reason.
func reportFailure(app core.App, said *string, why error) {
	app.Logger().Error("the media server didn't start", "error", why)
	if *said == why.Error() {
		return
	}
	*said = why.Error()
	var out io.Writer = os.Stdout
	if console := settings.Of(app).Console; console != nil {
		out = console
	}
	fmt.Fprintf(out, "\n  Live media isn't running, so sessions can't start: %s.\n  Everything else works. Usher retries every %s.\n", why, retryAfter)
}

// Start starts a media server for the app with a new key and secret, and receives its reports. ended is closed when it has
// stopped; stop notifies everyone connected and stops it.
func Start(app core.App, start Starter, local LocalConfig) (ended <-chan struct{}, stop func(), err error) {
	s := stateOf(app)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the start panicked: %v", p)
		}
		if err != nil {
			s.set(nil, err)
		}
	}()
	local.Key, local.Secret, local.Log = "usher"+rand.Text()[:12], rand.Text()+rand.Text(), app.Logger()
	reports, err := listenForReports(app)
	if err != nil {
		return nil, nil, err
	}
	local.Reports = reports.url
	running, err := start(local)
	if err != nil {
		reports.close()
		return nil, nil, err
	}
	s.set(&endpoint{base: running.URL, key: local.Key, secret: local.Secret}, nil)
	return running.Done, sync.OnceFunc(func() {
		disconnectAll(app, running)
		running.Stop() // before the listener, for its last reports
		reports.close()
		s.set(nil, errors.New("it was stopped"))
	}), nil
}

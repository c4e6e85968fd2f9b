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
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// CodeUnavailable is the code of a refusal because the media server is not reached.
const CodeUnavailable = "media_unavailable"

// ErrUnavailable says that the media server is not reached. Why is in Ready; people are told that they can try again.
var ErrUnavailable = errors.Join(errors.New("the media server is not reached"),
	errs.Invalid("base", CodeUnavailable, "Live media is off on this server now. Try again in a minute, and if it stays off tell whoever runs the server."))

// LocalConfig is how a media server is to run inside this program.
type LocalConfig struct {
	UDPPort  int
	TCPPort  int    // 0: none
	NodeIP   string // the address that browsers are told; empty: found out by STUN
	Loopback bool   // for browsers on this machine alone
	Key      string
	Secret   string
	Reports  string // where it reports to
	Log      *slog.Logger
}

// Starter starts a media server and returns once it takes connections.
type Starter func(LocalConfig) (*Instance, error)

// Instance is a media server that runs inside this program.
type Instance struct {
	URL  string          // its own address, on loopback
	Done <-chan struct{} // closed when it does not run any more, whatever stopped it
	Stop func()          // returns when it has stopped

	DisconnectAll func(room string) // puts everybody out of the room, telling them that the server stops
}

const (
	stateKey   = "usher.live"
	retryAfter = 30 * time.Second
)

// endpoint is a media server and how to speak with it.
type endpoint struct {
	base        string // http address of its API and of its signalling
	key, secret string
	external    bool
}

// state is what is known of the media server of an app.
type state struct {
	mu       sync.Mutex
	endpoint *endpoint
	err      error // that it is not reached, or did not answer last

	connections int           // of browsers that are handed on to it
	idle        chan struct{} // closed when there are none any more; nil while nobody waits for that
}

func stateOf(app core.App) *state {
	config := settings.Of(app) // before: the store is locked while it makes what is missing
	return app.Store().GetOrSet(stateKey, func() any {
		if config.LiveURL == "" {
			return &state{err: errors.New("it has not been started")}
		}
		return &state{endpoint: &endpoint{strings.TrimRight(withScheme(config.LiveURL, "http"), "/"), config.LiveKey, config.LiveSecret, true}}
	}).(*state)
}

func (s *state) set(at *endpoint, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint, s.err = at, why
}

// setError keeps what the last call came to.
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

// Ready is nil if sessions can run, or will as soon as the server has started; else it says why not, for the panel.
func Ready(app core.App) error {
	s := stateOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// IsExternal reports whether the media server is one that runs elsewhere, by settings.
func IsExternal(app core.App) bool { return settings.Of(app).LiveURL != "" }

const enabledKey = "usher.live.used"

// Enabled reports whether this program is to hold sessions: it runs a media server, or settings name one.
func Enabled(app core.App) bool { return app.Store().Has(enabledKey) || IsExternal(app) }

// Setup lets start run the media server whenever the app is served, unless the settings name one outside. It runs in
// the background: a server that cannot start its media serves all the rest, and tries again. Each minute it is asked
// whether it answers.
func Setup(app core.App, start Starter) {
	app.Store().Set(enabledKey, true)
	app.Cron().MustAdd("usherLive", "* * * * *", func() { probe(app) })
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherLive", Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if IsExternal(e.App) {
			routine.FireAndForget(func() { probe(app) })
			return nil
		}
		stateOf(e.App).set(nil, nil)
		stop := supervise(e.App, start, newLocalConfig(settings.Of(e.App)))
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherLive", Func: func(te *core.TerminateEvent) error {
			stop()
			return te.Next()
		}})
		return nil
	}})
}

// probe asks the media server for anything at all; Ready tells what came of it.
func probe(app core.App) {
	if _, err := ListRooms(app); err != nil && !errors.Is(err, ErrUnavailable) {
		app.Logger().Error("ask the media server", "error", err)
	}
}

// newLocalConfig is what the settings ask for. Where the public address is this machine's own, nobody else can come, and
// nothing needs to be found out.
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

// supervise starts a media server, and another one whenever it ends, until stop is called. stop returns when it has
// stopped, or after a few seconds.
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
				app.Logger().Error("the media server ended by itself")
				end()
			case <-again:
			}
		}
	})
	return sync.OnceFunc(func() {
		close(stopped)
		select {
		case <-done:
		case <-time.After(callTimeout): // a start that waits for the internet is not waited for
		}
	})
}

// reportFailure says on the console, too, why there are no live media: once for each reason, for it is tried again.
func reportFailure(app core.App, said *string, why error) {
	app.Logger().Error("the media server did not start", "error", why)
	if *said == why.Error() {
		return
	}
	*said = why.Error()
	var out io.Writer = os.Stdout
	if console := settings.Of(app).Console; console != nil {
		out = console
	}
	fmt.Fprintf(out, "\n  Live media isn't running, so no session can start: %s.\n  Everything else works. Usher tries again every %s.\n", why, retryAfter)
}

// Start starts one media server for the app, with a key and a secret of its own, and takes its reports. ended is
// closed when it does not run any more; stop tells everybody who is in, and stops it.
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
		running.Stop() // its last reports are still taken
		reports.close()
		s.set(nil, errors.New("it is stopped"))
	}), nil
}

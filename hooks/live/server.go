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

	"usher/hooks/record"
	"usher/hooks/settings"
)

// CodeDown is the code of a refusal because the media server is not reached.
const CodeDown = "media_unavailable"

// ErrDown says that the media server is not reached. Why is in Ready; people are told that they can try again.
var ErrDown = errors.Join(errors.New("the media server is not reached"),
	record.Refuse("base", CodeDown, "Live media is off on this server now. Try again in a minute, and if it stays off tell whoever runs the server."))

// Local is how a media server is to run inside this program.
type Local struct {
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
type Starter func(Local) (*Instance, error)

// Instance is a media server that runs inside this program.
type Instance struct {
	URL  string          // its own address, on loopback
	Done <-chan struct{} // closed when it does not run any more, whatever stopped it
	Stop func()          // returns when it has stopped

	Dismiss func(room string) // puts everybody out of the room, telling them that the server stops
}

const (
	storeKey   = "usher.live"
	retryAfter = 30 * time.Second
)

// reached is a media server and how to speak with it.
type reached struct {
	base        string // http address of its API and of its signalling
	key, secret string
	outside     bool
}

// state is what is known of the media server of an app.
type state struct {
	mu  sync.Mutex
	at  *reached
	why error // that it is not reached, or did not answer last

	connections int           // of browsers that are handed on to it
	none        chan struct{} // closed when there are none any more; nil while nobody waits for that
}

func stateOf(app core.App) *state {
	config := settings.Of(app) // before: the store is locked while it makes what is missing
	return app.Store().GetOrSet(storeKey, func() any {
		if config.LiveURL == "" {
			return &state{why: errors.New("it has not been started")}
		}
		return &state{at: &reached{strings.TrimRight(asScheme(config.LiveURL, "http"), "/"), config.LiveKey, config.LiveSecret, true}}
	}).(*state)
}

func (s *state) set(at *reached, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.why = at, why
}

// note keeps what the last call came to.
func (s *state) note(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at != nil {
		s.why = why
	}
}

func reach(app core.App) (*reached, error) {
	s := stateOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		return nil, fmt.Errorf("%w: %w", ErrDown, cmp.Or(s.why, errors.New("it is being started")))
	}
	return s.at, nil
}

// Ready is nil if sessions can run, or will as soon as the server has started; else it says why not, for the panel.
func Ready(app core.App) error {
	s := stateOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// Outside reports whether the media server is one that runs elsewhere, by settings.
func Outside(app core.App) bool { return settings.Of(app).LiveURL != "" }

const usedKey = "usher.live.used"

// Used reports whether this program is to hold sessions: it runs a media server, or settings name one.
func Used(app core.App) bool { return app.Store().Has(usedKey) || Outside(app) }

// Use lets start run the media server whenever the app is served, unless the settings name one outside. It runs in
// the background: a server that cannot start its media serves all the rest, and tries again. Each minute it is asked
// whether it answers.
func Use(app core.App, start Starter) {
	app.Store().Set(usedKey, true)
	app.Cron().MustAdd("usherLive", "* * * * *", func() { probe(app) })
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherLive", Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if Outside(e.App) {
			routine.FireAndForget(func() { probe(app) })
			return nil
		}
		stateOf(e.App).set(nil, nil)
		stop := keepUp(e.App, start, wish(settings.Of(e.App)))
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherLive", Func: func(te *core.TerminateEvent) error {
			stop()
			return te.Next()
		}})
		return nil
	}})
}

// probe asks the media server for anything at all; Ready tells what came of it.
func probe(app core.App) {
	if _, err := Rooms(app); err != nil && !errors.Is(err, ErrDown) {
		app.Logger().Error("ask the media server", "error", err)
	}
}

// wish is what the settings ask for. Where the public address is this machine's own, nobody else can come, and
// nothing needs to be found out.
func wish(config *settings.Config) Local {
	local := Local{UDPPort: config.LiveUDPPort, TCPPort: config.LiveTCPPort, NodeIP: config.LiveNodeIP}
	if local.NodeIP == "" && onThisMachine(config.URL) {
		local.Loopback, local.NodeIP, local.TCPPort = true, "127.0.0.1", 0
	}
	return local
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}

// keepUp starts a media server, and another one whenever it ends, until stop is called. stop returns when it has
// stopped, or after a few seconds.
func keepUp(app core.App, start Starter, local Local) (stop func()) {
	stopped, done := make(chan struct{}), make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		said := ""
		for {
			ended, end, err := Start(app, start, local)
			if err != nil {
				complain(app, &said, err)
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
		case <-time.After(patience): // a start that waits for the internet is not waited for
		}
	})
}

// complain says on the console, too, why there are no live media: once for each reason, for it is tried again.
func complain(app core.App, said *string, why error) {
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
func Start(app core.App, start Starter, local Local) (ended <-chan struct{}, stop func(), err error) {
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
	reports, err := listen(app)
	if err != nil {
		return nil, nil, err
	}
	local.Reports = reports.url
	running, err := start(local)
	if err != nil {
		reports.close()
		return nil, nil, err
	}
	s.set(&reached{base: running.URL, key: local.Key, secret: local.Secret}, nil)
	return running.Done, sync.OnceFunc(func() {
		farewell(app, running)
		running.Stop() // its last reports are still taken
		reports.close()
		s.set(nil, errors.New("it is stopped"))
	}), nil
}

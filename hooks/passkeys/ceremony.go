package passkeys

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// Lifetime is how long a user has to answer their device.
const Lifetime = 5 * time.Minute

// maxCeremonies is how many ceremonies are open at a time. Each takes about a kilobyte of memory.
const maxCeremonies = 10_000

// startLimit limits ceremonies from one network; an office is one network.
var startLimit = ratelimit.Define("passkey", 60, 15*time.Minute)

// Ceremony is what a browser needs to ask for a passkey.
type Ceremony struct {
	Options string // JSON for navigator.credentials
	Token   string // secret that the browser sends back with its answer
}

// ceremonies are the open ceremonies by their token. They live in memory: after a restart, users start again.
type ceremonies struct {
	mu   sync.Mutex
	open map[string]webauthn.SessionData
}

func ceremoniesOf(app core.App) *ceremonies {
	return app.Store().GetOrSet("usher.passkeys.ceremonies", func() any { return &ceremonies{open: map[string]webauthn.SessionData{}} }).(*ceremonies)
}

// begin keeps a ceremony and returns it for the browser. It forgets expired ones, and then any to stay below the limit.
func begin(app core.App, options any, session *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkeys: %w", err)
	}
	c, token := ceremoniesOf(app), accounts.NewSecret()
	c.mu.Lock()
	defer c.mu.Unlock()
	for known, other := range c.open {
		if len(c.open) >= maxCeremonies || time.Now().After(other.Expires) {
			delete(c.open, known)
		}
	}
	c.open[token] = *session
	return Ceremony{Options: string(text), Token: token}, nil
}

// take removes a ceremony, so that it is used once.
func take(app core.App, token string) (webauthn.SessionData, error) {
	c := ceremoniesOf(app)
	c.mu.Lock()
	defer c.mu.Unlock()
	session, ok := c.open[token]
	delete(c.open, token)
	if !ok || time.Now().After(session.Expires) {
		return session, errs.Invalid("base", CodeExpired, "This took too long or was already used. Try again.")
	}
	return session, nil
}

// limit limits ceremonies, and refuses them where browsers don't accept passkeys.
func limit(app core.App, from string) error {
	if !Available(app) {
		return errs.Invalid("base", CodeOff, "Passkeys need an address with a host name and HTTPS. Contact your server administrator.")
	}
	if wait, ok := startLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, "Too many sign-ins from your network. Try again in a few minutes, or use your password.")
	}
	return nil
}

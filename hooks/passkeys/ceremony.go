package passkeys

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/singleuse"
)

// Lifetime is how long a user has to answer their device.
const Lifetime = 5 * time.Minute

// open has the ceremonies by their token: each takes about a kilobyte of memory.
var open = singleuse.Define[webauthn.SessionData]("passkeys", 10_000, Lifetime)

// startLimit limits ceremonies from one network; an office is one network.
var startLimit = ratelimit.Define("passkey", 60, 15*time.Minute)

// Ceremony is what a browser needs to ask for a passkey.
type Ceremony struct {
	Options string // JSON for navigator.credentials
	Token   string // secret that the browser sends back with its answer
}

// begin keeps a ceremony and returns it for the browser.
func begin(app core.App, options any, session *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkeys: %w", err)
	}
	token := accounts.NewSecret()
	open.In(app).Put(token, *session)
	return Ceremony{Options: string(text), Token: token}, nil
}

// take removes a ceremony, so that it is used once.
func take(app core.App, token string) (webauthn.SessionData, error) {
	session, ok := open.In(app).Take(token)
	if !ok {
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

package identities

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/oauth2"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/singleuse"
)

// Codes of refused sign-ins with an identity.
const (
	CodeUnreachable = "provider_unreachable"
	CodeExpired     = "attempt_expired"
	CodeNoAccount   = "no_account"
	CodeNoEmail     = "email_not_verified"
	CodeTaken       = "identity_taken"
)

// AttemptLifetime is how long a user has at the provider.
const AttemptLifetime = 10 * time.Minute

// open has the attempts by their state: each takes less than a kilobyte of memory.
var open = singleuse.Define[Attempt]("identities", 10_000, AttemptLifetime)

// startLimit limits attempts from one network; an office is one network.
var startLimit = ratelimit.Define("identity", 60, 15*time.Minute)

// Attempt is a visit to a provider, from its start on our page until the provider sends the browser back.
type Attempt struct {
	Provider settings.Provider
	Next     string // the page to open afterwards
	Account  string // the account to connect; empty: sign in
	verifier string // of PKCE (RFC 7636)
}

// Start begins an attempt and returns the URL of the provider's page and the attempt's secret state, which the browser keeps until
// it comes back. account is the signed-in account to connect, or nil. It returns errs.ErrNotFound for a provider that isn't set up.
func Start(app core.App, key, next string, account *core.Record, from string) (url, state string, err error) {
	provider, ok := settings.Of(app).FindProvider(key)
	if !ok {
		return "", "", errs.ErrNotFound
	}
	if wait, ok := startLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return "", "", errs.RateLimited(wait, "Too many sign-ins from your network. Try again in a few minutes, or use your password.")
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	at, err := client(ctx, app, provider, callback(app, key))
	if err != nil {
		return "", "", explain(app, provider, err)
	}
	attempt := Attempt{Provider: provider, Next: next, verifier: oauth2.GenerateVerifier()}
	if account != nil {
		attempt.Account = account.Id
	}
	state = accounts.NewSecret()
	open.In(app).Put(state, attempt)
	return at.BuildAuthURL(state, oauth2.S256ChallengeOption(attempt.verifier)), state, nil
}

// Finish ends an attempt with the code from the provider and returns it with the user's identity. An attempt works once.
func Finish(app core.App, key, state, code string) (Attempt, Identity, error) {
	attempt, err := Abandon(app, key, state)
	if err != nil {
		return attempt, Identity{}, err
	}
	identity, err := fetch(app, attempt.Provider, callback(app, key), code, attempt.verifier)
	return attempt, identity, explain(app, attempt.Provider, err)
}

// Abandon ends an attempt without an identity: the user declined at the provider.
func Abandon(app core.App, key, state string) (Attempt, error) {
	attempt, ok := open.In(app).Take(state)
	if !ok || attempt.Provider.Key != key {
		return attempt, errs.Invalid("base", CodeExpired, "This sign-in has expired or was already used. Start again.")
	}
	return attempt, nil
}

func callback(app core.App, key string) string {
	return settings.Of(app).Link(paths.IdentityCallback(key))
}

// explain turns a failure of the provider into a refusal, and logs the cause for the operator.
func explain(app core.App, provider settings.Provider, err error) error {
	if !errors.Is(err, errUnreachable) {
		return err
	}
	app.Logger().Error("sign in with an identity provider", "provider", provider.Key, "error", err)
	return errs.Invalid("base", CodeUnreachable, "Signing in with "+provider.Name+" doesn't work at the moment. Try again later, or use your password.")
}

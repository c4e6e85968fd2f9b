package identities

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Limits of a provider's configuration: how long it is used without reading it again, and its size in bytes.
const (
	discoveryLifetime = time.Hour
	maxDiscovery      = 1 << 20
)

// configuration is what an OpenID Connect provider publishes (OpenID Connect Discovery 1.0, 3).
type configuration struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	UserInfo      string `json:"userinfo_endpoint"` // optional: without it, the ID token is read
	Keys          string `json:"jwks_uri"`

	read time.Time
}

// discover returns the configuration of an issuer.
func discover(ctx context.Context, app core.App, issuer string) (*configuration, error) {
	key := "usher.identities.discovery " + issuer
	if known, ok := app.Store().Get(key).(*configuration); ok && time.Since(known.read) < discoveryLifetime {
		return known, nil
	}
	found, err := readConfiguration(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: read the configuration of %s: %w", errUnreachable, issuer, err)
	}
	app.Store().Set(key, found)
	return found, nil
}

func readConfiguration(ctx context.Context, issuer string) (*configuration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	found := &configuration{read: time.Now()}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxDiscovery)).Decode(found); err != nil {
		return nil, err
	}
	if found.Issuer != issuer { // OpenID Connect Discovery 1.0, 4.3
		return nil, fmt.Errorf("it names the issuer %q", found.Issuer)
	}
	if found.Authorization == "" || found.Token == "" || found.Keys == "" {
		return nil, fmt.Errorf("it lacks an endpoint")
	}
	return found, nil
}

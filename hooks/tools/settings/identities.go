package settings

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// The keys of identity providers. They are stored with each connected account and must not change.
const (
	ProviderGoogle    = "google"
	ProviderMicrosoft = "microsoft"
	ProviderGitHub    = "github"
	ProviderOIDC      = "oidc"
)

// Provider is an identity provider whose users can sign in (R148).
type Provider struct {
	Key          string
	Name         string // as users know it: "Google"
	ClientID     string
	ClientSecret string
	Issuer       string // of an OpenID Connect provider: the URL below which its configuration is published
	Tenant       string // of Microsoft: the ID or a domain of the directory whose users may sign in
}

// knownProviders are the identity providers that can be set up, in the order in which they are offered.
var knownProviders = []struct{ key, name, env string }{
	{ProviderOIDC, "your organization", "USHER_OIDC"},
	{ProviderGoogle, "Google", "USHER_GOOGLE"},
	{ProviderMicrosoft, "Microsoft", "USHER_MICROSOFT"},
	{ProviderGitHub, "GitHub", "USHER_GITHUB"},
}

// tenantPattern matches the ID of a Microsoft directory or one of its domains.
var tenantPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)

// sharedTenants sign in users of every directory, or of none: the last one is the ID of "consumers". The address of such a user is
// whatever the administrator of their directory typed, so it proves nothing.
var sharedTenants = map[string]bool{"common": true, "organizations": true, "consumers": true, "9188040d-6c67-4c5b-b112-36a304b66dad": true}

// FindProvider returns the provider with the key, and whether it is set up.
func (c Config) FindProvider(key string) (Provider, bool) {
	for _, p := range c.Providers {
		if p.Key == key {
			return p, true
		}
	}
	return Provider{}, false
}

// ProviderName returns the name of a provider, also of one that isn't set up.
func (c Config) ProviderName(key string) string {
	if p, ok := c.FindProvider(key); ok {
		return p.Name
	}
	for _, known := range knownProviders {
		if known.key == key {
			return known.name
		}
	}
	return key
}

// readProviders reads the identity providers, each of which is set up by its client ID.
func (c *Config) readProviders(getenv func(string) string) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, known := range knownProviders {
		p := Provider{Key: known.key, Name: known.name, ClientID: getenv(known.env + "_CLIENT_ID"), ClientSecret: getenv(known.env + "_CLIENT_SECRET")}
		if p.ClientID == "" {
			if p.ClientSecret != "" {
				fault("%s_CLIENT_SECRET is set without %s_CLIENT_ID: set both", known.env, known.env)
			}
			continue
		}
		if p.ClientSecret == "" {
			fault("%s_CLIENT_ID is set without %s_CLIENT_SECRET: set both", known.env, known.env)
		}
		switch p.Key {
		case ProviderOIDC:
			p.Name = cmp.Or(getenv("USHER_OIDC_NAME"), p.Name)
			if p.Issuer = getenv("USHER_OIDC_ISSUER"); !isIssuer(p.Issuer) {
				fault("USHER_OIDC_ISSUER is %q: set it to the https:// URL of the provider, as its documentation calls the issuer", p.Issuer)
			}
		case ProviderMicrosoft:
			if p.Tenant = getenv("USHER_MICROSOFT_TENANT"); !tenantPattern.MatchString(p.Tenant) || sharedTenants[strings.ToLower(p.Tenant)] {
				fault("USHER_MICROSOFT_TENANT is %q: set it to the ID of your directory", p.Tenant)
			}
		}
		c.Providers = append(c.Providers, p)
	}
	return errors.Join(faults...)
}

// isIssuer reports whether the value is an issuer as OpenID Connect Discovery 1.0, 3 defines it: https, without a query. For tests
// and development, http on this machine is one, too.
func isIssuer(value string) bool {
	u, err := url.Parse(value)
	if err != nil || !isOrigin(value, true) {
		return false
	}
	return u.Scheme == "https" || u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost"
}

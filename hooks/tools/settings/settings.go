// Package settings holds what the operator configures, read once from the environment.
package settings

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Config is every setting of Usher. The zero value of a field means "not set".
type Config struct {
	// URL is the public address in its canonical form, scheme and host without a trailing slash.
	// Links in mails start with it, and a request for another host is refused.
	URL string

	// TrustedProxy is the header in which a proxy in front hands on the caller's
	// address ("X-Forwarded-For"); empty: no proxy is believed.
	TrustedProxy string

	// Teams says who may make a team: "any" verified account, or only the "operator".
	Teams string

	// SignUp is "open" (anyone) or "invited" (the first account and people with an invitation), R149.
	SignUp string

	// Plan is the key of the plan that a new team gets.
	Plan string

	// Support is the address or page of whoever helps people on this server, R11.
	Support string

	// MailFrom is the sender of every letter, as "Name <address>" or an address.
	MailFrom string

	// ResendKey turns on Resend as the transport; ResendURL points it elsewhere (a stand-in in tests).
	ResendKey string
	ResendURL string

	// WebhookSecret verifies Resend's reports of what became of letters (R66); empty: none are taken.
	WebhookSecret string

	// LiveURL, LiveKey and LiveSecret point to a LiveKit outside of this program (wss://… or https://…); all empty:
	// the embedded one runs.
	LiveURL    string
	LiveKey    string
	LiveSecret string

	// LiveUDPPort and LiveTCPPort carry the media of the embedded LiveKit, from outside of the machine; TCP 0: none.
	// LiveNodeIP is the address that browsers are told; empty: found out, which needs the internet.
	LiveUDPPort int
	LiveTCPPort int
	LiveNodeIP  string

	// Console is where letters are printed when no mail is sent; nil is the standard output.
	Console io.Writer
}

// headerNamePattern is what can name a header (RFC 9110, 5.1), or nothing.
var headerNamePattern = regexp.MustCompile(`^[A-Za-z0-9-]*$`)

const storeKey = "usher.settings"

// FromEnv reads the configuration through getenv. The error names every setting
// that is wrong, not only the first.
func FromEnv(getenv func(string) string) (Config, error) {
	config := Config{
		URL:           CanonicalURL(strings.TrimRight(strings.TrimSpace(getenv("USHER_URL")), "/")),
		TrustedProxy:  getenv("USHER_TRUSTED_PROXY"),
		Teams:         cmp.Or(getenv("USHER_TEAMS"), "any"),
		SignUp:        cmp.Or(getenv("USHER_SIGNUP"), "invited"),
		Plan:          cmp.Or(getenv("USHER_PLAN"), "free"),
		Support:       getenv("USHER_SUPPORT"),
		MailFrom:      getenv("USHER_MAIL_FROM"),
		ResendKey:     getenv("RESEND_API_KEY"),
		ResendURL:     getenv("RESEND_BASE_URL"),
		WebhookSecret: getenv("RESEND_WEBHOOK_SECRET"),
	}
	return config, errors.Join(config.validate(), config.readLive(getenv))
}

func (c Config) validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	for name, value := range map[string]string{"USHER_URL": c.URL, "RESEND_BASE_URL": c.ResendURL} {
		if value != "" && !isOrigin(value, name == "RESEND_BASE_URL") {
			fault("%s is %q: give scheme and host, such as https://usher.example.org", name, value)
		}
	}
	if !slices.Contains([]string{"any", "operator"}, c.Teams) {
		fault("USHER_TEAMS is %q: give any or operator", c.Teams)
	}
	if !slices.Contains([]string{"open", "invited"}, c.SignUp) {
		fault("USHER_SIGNUP is %q: give open or invited", c.SignUp)
	}
	if c.MailFrom != "" {
		if _, err := mail.ParseAddress(c.MailFrom); err != nil {
			fault("USHER_MAIL_FROM is %q: give an address, such as Usher <usher@example.org>", c.MailFrom)
		}
	}
	if c.ResendKey != "" && c.MailFrom == "" {
		fault("RESEND_API_KEY is set without USHER_MAIL_FROM: Resend sends only from an address of a domain that you verified there")
	}
	if c.WebhookSecret != "" && !isSigningSecret(c.WebhookSecret) {
		fault("RESEND_WEBHOOK_SECRET is not whole: copy the signing secret of the webhook from Resend, which begins with whsec_")
	}
	if c.Support != "" && c.SupportLink() == "" {
		fault("USHER_SUPPORT is %q: give an address or a https:// page", c.Support)
	}
	if !headerNamePattern.MatchString(c.TrustedProxy) {
		fault("USHER_TRUSTED_PROXY is %q: give one header's name, such as X-Forwarded-For", c.TrustedProxy)
	}
	return errors.Join(faults...)
}

// SupportLink is Support as something to follow: a mailto: or an https: address; empty if there is none.
func (c Config) SupportLink() string {
	if strings.HasPrefix(c.Support, "https://") || strings.HasPrefix(c.Support, "http://") {
		return c.Support
	}
	if address, err := mail.ParseAddress(c.Support); err == nil {
		return "mailto:" + address.Address
	}
	return ""
}

// Secure reports whether people reach the server over https.
func (c Config) Secure() bool { return strings.HasPrefix(c.URL, "https://") }

// Host is the canonical host of the public address, with its port unless it is the default one.
func (c Config) Host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return CanonicalHost(u.Scheme, u.Host)
}

// Link makes an absolute address of a path, from the public address and never from a request.
func (c Config) Link(path string) string { return c.URL + path }

// Set keeps the configuration with the app.
func Set(app core.App, config Config) { app.Store().Set(storeKey, &config) }

// Of returns the configuration of the app. It is shared: nobody changes it after the start.
func Of(app core.App) *Config {
	config, ok := app.Store().Get(storeKey).(*Config)
	if !ok {
		return &Config{}
	}
	return config
}

// isSigningSecret tells a whole secret of Svix, by which Resend signs: whsec_ and 24 to 64 bytes in base64. Less
// than 16 could be guessed.
func isSigningSecret(value string) bool {
	encoded, ok := strings.CutPrefix(value, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && len(key) >= 16
}

func isOrigin(value string, pathAllowed bool) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && CanonicalHost(u.Scheme, u.Host) != "" && u.User == nil &&
		u.RawQuery == "" && u.Fragment == "" && (pathAllowed || u.Path == "")
}

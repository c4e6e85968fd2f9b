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
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Config is every setting of Usher. The zero value of a field means "not set".
type Config struct {
	// URL is the public address in its canonical form, scheme and host without a trailing slash.
	// Links in emails start with it, and requests for other hosts are refused.
	URL string

	// TrustedProxy is the header in which a reverse proxy passes the client's address ("X-Forwarded-For"); empty: no proxy is
	// trusted.
	TrustedProxy string

	// Teams is who may create a team: "any" verified account, or only the "operator".
	Teams string

	// SignUp is "open" (anyone) or "invited" (the first account and invited users), R149.
	SignUp string

	// Plan is the key of the plan that a new team gets.
	Plan string

	// Billing is how changes of plans are settled (R138): BillingOpen, BillingOperator or BillingStripe.
	Billing string

	// Providers are the identity providers whose users can sign in, in the order in which they are offered.
	Providers []Provider

	// StripeKey and StripeSecret are the API key and the signing secret of webhooks of Stripe; StripeURL overrides its API URL, for
	// tests.
	StripeKey    string
	StripeSecret string
	StripeURL    string

	// GraceDays is for how many days after a failed payment a team keeps its plan (R141).
	GraceDays int

	// Support is the email address or page for help with this server (R11).
	Support string

	// MailFrom is the sender of every email, as "Name <address>" or an address.
	MailFrom string

	// ResendKey turns on Resend as the transport; ResendURL overrides its API URL, for tests.
	ResendKey string
	ResendURL string

	// SMTP is the mail server of USHER_SMTP_URL, which sends emails unless ResendKey is set (R169).
	SMTP SMTP

	// WebhookSecret verifies Resend's delivery reports (R66); empty: reports are refused.
	WebhookSecret string

	// LiveURL, LiveKey and LiveSecret configure an external LiveKit server (wss://… or https://…); all empty: the embedded one
	// runs.
	LiveURL    string
	LiveKey    string
	LiveSecret string

	// LiveUDPPort and LiveTCPPort are the media ports of the embedded LiveKit; TCP 0: disabled. LiveNodeIP is the address given
	// to browsers; empty: detected, which requires internet access.
	LiveUDPPort int
	LiveTCPPort int
	LiveNodeIP  string

	// Recordings is how many sessions the server records at the same time; 0: sessions can't be recorded.
	Recordings int

	// FFmpeg is the path of ffmpeg, which makes an MP4 of each recording; "off": none are made; empty: ffmpeg in PATH, if there is one.
	FFmpeg string

	// BackupAt is the time of day of the daily backup ("03:30", in the server's time zone); empty: none is made. BackupTo is where
	// backups are kept: a folder, an S3 address or BackupDashboard. The newest BackupKeep are kept.
	BackupAt         string
	BackupTo         string
	BackupKeep       int
	BackupRecordings bool

	// MetricsToken lets programs on other machines read /metrics; empty: only this machine can.
	MetricsToken string

	// Console is where emails are printed when no transport is set up; nil is standard output.
	Console io.Writer
}

// minToken is how many characters a token must have.
const minToken = 20

// headerNamePattern matches a header name (RFC 9110, 5.1), or nothing.
var headerNamePattern = regexp.MustCompile(`^[A-Za-z0-9-]*$`)

const storeKey = "usher.settings"

// FromEnv reads the configuration through getenv. The error lists every invalid setting.
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
		FFmpeg:        getenv("USHER_FFMPEG"),
		MetricsToken:  getenv("USHER_METRICS_TOKEN"),
	}
	return config, errors.Join(config.validate(), config.readLive(getenv), config.readRecordings(getenv), config.readBackup(getenv),
		config.readSMTP(getenv), config.readProviders(getenv), config.readBilling(getenv))
}

func (c Config) validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	for name, value := range map[string]string{"USHER_URL": c.URL, "RESEND_BASE_URL": c.ResendURL} {
		if value != "" && !isOrigin(value, name == "RESEND_BASE_URL") {
			fault("%s is %q: set it to a scheme and host, such as https://usher.example.org", name, value)
		}
	}
	if !slices.Contains([]string{"any", "operator"}, c.Teams) {
		fault("USHER_TEAMS is %q: set it to any or operator", c.Teams)
	}
	if !slices.Contains([]string{"open", "invited"}, c.SignUp) {
		fault("USHER_SIGNUP is %q: set it to open or invited", c.SignUp)
	}
	if c.MailFrom != "" {
		if _, err := mail.ParseAddress(c.MailFrom); err != nil {
			fault("USHER_MAIL_FROM is %q: set it to an email address, such as Usher <usher@example.org>", c.MailFrom)
		}
	}
	if c.ResendKey != "" && c.MailFrom == "" {
		fault("RESEND_API_KEY is set without USHER_MAIL_FROM: set it to an address of a domain that you verified in Resend")
	}
	if c.WebhookSecret != "" && !isSigningSecret(c.WebhookSecret) {
		fault("RESEND_WEBHOOK_SECRET is invalid: copy the webhook's signing secret from Resend; it starts with whsec_")
	}
	if n := len(c.MetricsToken); n > 0 && n < minToken {
		fault("USHER_METRICS_TOKEN is too short: set it to at least %d random characters, such as the output of openssl rand -hex 32", minToken)
	}
	if c.Support != "" && c.SupportLink() == "" {
		fault("USHER_SUPPORT is %q: set it to an email address or a https:// URL", c.Support)
	}
	if c.FFmpeg != "" && c.FFmpeg != "off" {
		if _, err := exec.LookPath(c.FFmpeg); err != nil {
			fault("USHER_FFMPEG is %q: set it to the path of ffmpeg, or to off", c.FFmpeg)
		}
	}
	if !headerNamePattern.MatchString(c.TrustedProxy) {
		fault("USHER_TRUSTED_PROXY is %q: set it to the name of one header, such as X-Forwarded-For", c.TrustedProxy)
	}
	return errors.Join(faults...)
}

// SupportAddress returns the email address of Support, or "" if it is a page or isn't set.
func (c Config) SupportAddress() string {
	address, err := mail.ParseAddress(c.Support)
	if err != nil {
		return ""
	}
	return address.Address
}

// SupportLink returns Support as a link, mailto: or https:, or "".
func (c Config) SupportLink() string {
	if strings.HasPrefix(c.Support, "https://") || strings.HasPrefix(c.Support, "http://") {
		return c.Support
	}
	if address := c.SupportAddress(); address != "" {
		return "mailto:" + address
	}
	return ""
}

// Secure reports whether the public address uses https.
func (c Config) Secure() bool { return strings.HasPrefix(c.URL, "https://") }

// Host returns the canonical host of the public address, with its port unless it is the default.
func (c Config) Host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return CanonicalHost(u.Scheme, u.Host)
}

// Link returns the absolute URL of a path. It uses the public address, never the request.
func (c Config) Link(path string) string { return c.URL + path }

// Set stores the configuration in the app.
func Set(app core.App, config Config) { app.Store().Set(storeKey, &config) }

// Of returns the configuration of the app. It is shared and must not be changed.
func Of(app core.App) *Config {
	config, ok := app.Store().Get(storeKey).(*Config)
	if !ok {
		return &Config{}
	}
	return config
}

// isSigningSecret reports whether value is a Svix signing secret, as Resend uses: whsec_ and at least 16 bytes in base64.
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

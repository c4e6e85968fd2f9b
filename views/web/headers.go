package web

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// contentSecurityPolicy lets pages load from our own origin only, and nothing inline.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// policyFor also lets pages connect to an external LiveKit if the settings name one.
func policyFor(config *settings.Config) string {
	if host := config.LiveConnectSources(); host != "" {
		return strings.Replace(contentSecurityPolicy, "connect-src 'self'", "connect-src 'self' "+host, 1)
	}
	return contentSecurityPolicy
}

// usherHeader marks responses of this server. Scripts ignore responses without it, such as a proxy's error page.
const usherHeader = "X-Usher"

// securityHeaders sets the headers of every response. The dashboard has its own policy.
func securityHeaders(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set(usherHeader, "1")
	if !strings.HasPrefix(e.Request.URL.Path, "/_/") {
		h.Set("Content-Security-Policy", policyFor(settings.Of(e.App)))
		h.Set("X-Frame-Options", "DENY")
	}
	if settings.Of(e.App).Secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", referrerPolicy(e.Request.URL.Path))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()")
	return e.Next()
}

// referrerPolicy keeps secrets in URLs from other sites. It can't be "no-referrer": browsers would then send "Origin: null" with
// forms, which looks like another site.
func referrerPolicy(path string) string {
	if hasSecret(path) {
		return "same-origin"
	}
	return "strict-origin-when-cross-origin"
}

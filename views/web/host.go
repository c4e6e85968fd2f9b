package web

import (
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/tools/settings"
)

// requireHost refuses requests for a host other than the public address, so that no link or cookie is ever created for one. The
// Host header continues in canonical form. Health checks pass, and so do signed reports of an external LiveKit on this machine. A
// different loopback name is redirected if the public address is a loopback address, too.
func requireHost(e *core.RequestEvent) error {
	config := settings.Of(e.App)
	if config.IsOurHost(e.Request.Host) {
		e.Request.Host = config.Host()
		return e.Next()
	}
	if isHealthCheck(e.Request.URL.Path) || isLocalMetrics(e) || isLocalLiveReport(e.Request) {
		return e.Next()
	}
	reading := e.Request.Method == http.MethodGet || e.Request.Method == http.MethodHead
	if reading && isLoopback(e.Request.Host) && isLoopback(config.Host()) {
		return e.Redirect(http.StatusTemporaryRedirect, config.Link(e.Request.URL.RequestURI()))
	}
	refused := wrongHostMessage(e.Request.Host, config.URL)
	if strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return e.JSON(http.StatusMisdirectedRequest, map[string]any{"status": http.StatusMisdirectedRequest, "message": refused, "data": map[string]any{}})
	}
	return e.String(http.StatusMisdirectedRequest, refused)
}

// wrongHostMessage tells visitors and operators which host arrived and what to do.
func wrongHostMessage(host, address string) string {
	const most = 100
	if len(host) > most {
		host = host[:most] + "…"
	}
	return "This server's address is " + address + ", but the request was for the host " + strconv.QuoteToASCII(host) + ".\n\n" +
		"To use Usher, open " + address + "\n\n" +
		"If you run this server: a reverse proxy must pass on the Host header of the browser " +
		"(nginx: proxy_set_header Host $host;). If the host above is the right one, set USHER_URL to that address.\n"
}

// MetricsPath is the path of the measurements for Prometheus.
const MetricsPath = "/metrics"

// isLocalMetrics reports whether a program on this machine asks for the measurements, and not through a proxy, which would make every
// client look local: it adds a header, or passes on the public host.
func isLocalMetrics(e *core.RequestEvent) bool {
	trusted := settings.Of(e.App).TrustedProxy
	proxied := isForwarded(e.Request.Header) || trusted != "" && len(e.Request.Header.Values(trusted)) > 0
	return e.Request.URL.Path == MetricsPath && isLoopback(e.Request.RemoteAddr) && isLoopback(e.Request.Host) && !proxied
}

// RequireMetrics lets programs on this machine and those with the token of USHER_METRICS_TOKEN read the measurements. For others the
// page doesn't exist.
func RequireMetrics(e *core.RequestEvent) error {
	token := settings.Of(e.App).MetricsToken
	given, isBearer := strings.CutPrefix(e.Request.Header.Get("Authorization"), "Bearer ")
	if isLocalMetrics(e) || token != "" && isBearer && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
		return e.Next()
	}
	return e.NotFoundError("", nil)
}

func isHealthCheck(path string) bool { return path == "/livez" || path == "/readyz" }

// isLocalLiveReport reports whether the request is a report of a media server on this machine, which may use another host name.
func isLocalLiveReport(r *http.Request) bool {
	return r.URL.Path == live.ReportPath && isLoopback(r.RemoteAddr) && !isForwarded(r.Header)
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// proxyHeaders are headers that reveal a proxy.
var proxyHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Fly-Client-Ip"}

// restrictDashboard limits the dashboard and superusers to PocketBase's list of allowed IP addresses. It refuses requests through an
// undeclared proxy, which would make every client look local.
func restrictDashboard(e *core.RequestEvent) error {
	operator := e.HasSuperuserAuth() || strings.HasPrefix(e.Request.URL.Path, "/_/") ||
		collectionOf(e) == core.CollectionNameSuperusers
	if operator && settings.Of(e.App).TrustedProxy == "" && isForwarded(e.Request.Header) {
		return e.ForbiddenError("The dashboard can't be opened through a proxy that isn't declared. Set USHER_TRUSTED_PROXY, or open it on the server itself.", nil)
	}
	return e.Next()
}

func isForwarded(header http.Header) bool {
	for name := range header {
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains(proxyHeaders, name) {
			return true
		}
	}
	return false
}

// collectionOf returns the name of the collection in an API path. PocketBase also accepts its id and any capitalization.
func collectionOf(e *core.RequestEvent) string {
	rest, ok := strings.CutPrefix(e.Request.URL.Path, "/api/collections/")
	if !ok {
		return ""
	}
	ref, _, _ := strings.Cut(rest, "/")
	collection, err := e.App.FindCachedCollectionByNameOrId(ref)
	if err != nil {
		return ""
	}
	return collection.Name
}

// blockedEndpoints are account endpoints of PocketBase that would bypass our rules: confirming or changing an address needs the
// password.
var blockedEndpoints = []string{"/confirm-verification", "/request-email-change", "/confirm-email-change"}

// blockAccountEndpoints answers blockedEndpoints before PocketBase does, which would reveal who has an account.
func blockAccountEndpoints(e *core.RequestEvent) error {
	for _, ending := range blockedEndpoints {
		if strings.HasSuffix(e.Request.URL.Path, ending) && collectionOf(e) == "users" {
			return e.ForbiddenError("This endpoint is disabled. Use the account page or Usher's own API instead.", nil)
		}
	}
	return e.Next()
}

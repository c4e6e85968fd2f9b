package web

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/tools/settings"
)

// requireHost refuses requests for another host than the public address, so that no link and no cookie is
// ever made for one. What names our host is handed on in its canonical form. Probes are let through, and the signed reports of
// an outside LiveKit on this machine; another loopback name is redirected to the public address if that is one, too.
func requireHost(e *core.RequestEvent) error {
	config := settings.Of(e.App)
	if config.IsOurHost(e.Request.Host) {
		e.Request.Host = config.Host()
		return e.Next()
	}
	if isHealthCheck(e.Request.URL.Path) || isLocalLiveReport(e.Request) {
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

// wrongHostMessage says which host arrived and what to do about it, to people who came by a wrong address and to the
// operator of a proxy that hides the right one.
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

func isHealthCheck(path string) bool { return path == "/livez" || path == "/readyz" }

// isLocalLiveReport tells the reports of a media server on this very machine, which reaches us by another name.
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

// proxyHeaders are the headers by which a proxy says for whom it asks.
var proxyHeaders = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Fly-Client-Ip"}

// restrictDashboard keeps the dashboard and superusers to whom the list of addresses allows. A proxy that was
// not declared would make every caller look local.
func restrictDashboard(e *core.RequestEvent) error {
	operator := e.HasSuperuserAuth() || strings.HasPrefix(e.Request.URL.Path, "/_/") ||
		collectionOf(e) == core.CollectionNameSuperusers
	if operator && settings.Of(e.App).TrustedProxy == "" && isForwarded(e.Request.Header) {
		return e.ForbiddenError("The dashboard is not reached through a proxy that USHER_TRUSTED_PROXY does not name.", nil)
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

// collectionOf is the name of the collection whose API is asked, however it is spelt: PocketBase takes its
// id, too, and any capitals.
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

// blockedEndpoints are PocketBase's endpoints of accounts that go past our rules: an address is confirmed with the
// password of the sign-up, and changed with that of the account.
var blockedEndpoints = []string{"/confirm-verification", "/request-email-change", "/confirm-email-change"}

// blockAccountEndpoints answers them before PocketBase does, which would tell who has an account.
func blockAccountEndpoints(e *core.RequestEvent) error {
	for _, ending := range blockedEndpoints {
		if strings.HasSuffix(e.Request.URL.Path, ending) && collectionOf(e) == "users" {
			return e.ForbiddenError("This is done on the pages of this server.", nil)
		}
	}
	return e.Next()
}

package web

import (
	"net"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/settings"
)

// onlyOurHost refuses requests for another host than the public address, so that no link and no cookie is
// ever made for one. Probes are let through; loopback names are sent to the address if it is one, too.
func onlyOurHost(e *core.RequestEvent) error {
	config := settings.Of(e.App)
	if strings.EqualFold(e.Request.Host, config.Host()) || isProbe(e.Request.URL.Path) {
		return e.Next()
	}
	reading := e.Request.Method == http.MethodGet || e.Request.Method == http.MethodHead
	if reading && isLoopback(e.Request.Host) && isLoopback(config.Host()) {
		return e.Redirect(http.StatusTemporaryRedirect, config.Link(e.Request.URL.RequestURI()))
	}
	return e.String(http.StatusMisdirectedRequest,
		"This server answers as "+config.URL+" only. Whoever runs it sets another address with USHER_URL.\n")
}

func isProbe(path string) bool { return path == "/livez" || path == "/readyz" }

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// forwarded are the headers by which a proxy says for whom it asks.
var forwarded = []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Cf-Connecting-Ip"}

// guardOperator keeps the dashboard and superusers to whom the list of addresses allows. A proxy that was
// not declared would make every caller look local.
func guardOperator(e *core.RequestEvent) error {
	operator := e.HasSuperuserAuth() || strings.HasPrefix(e.Request.URL.Path, "/_/") ||
		strings.HasPrefix(e.Request.URL.Path, "/api/collections/_superusers/")
	if !operator || settings.Of(e.App).TrustedProxy != "" {
		return e.Next()
	}
	for _, name := range forwarded {
		if e.Request.Header.Get(name) != "" {
			return e.ForbiddenError("The dashboard is not reached through a proxy that USHER_TRUSTED_PROXY does not name.", nil)
		}
	}
	return e.Next()
}

package web

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
)

// SafeNext returns raw if it is a path on this server, else fallback. It rejects anything that has a scheme or host, or that could be
// read as having one.
func SafeNext(raw, fallback string) string {
	decoded, err := url.PathUnescape(raw)
	if err != nil || !isLocalPath(raw) || !isLocalPath(decoded) {
		return fallback
	}
	return raw
}

func isLocalPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\x00\r\n\t") {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Scheme == "" && u.Host == "" && !strings.HasPrefix(u.Path, "//")
}

// NextParam returns the page to open after the form or link of the request, or "".
func NextParam(e *core.RequestEvent) string { return SafeNext(e.Request.FormValue("next"), "") }

// WithNext adds the page to open afterwards to a path; next may be "".
func WithNext(address, next string) string {
	if next == "" || next == "/" {
		return address
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "next=" + url.QueryEscape(next)
}

// SignInURL returns the URL of the sign-in page that continues to next.
func SignInURL(next string) string { return paths.SignIn + "?next=" + url.QueryEscape(next) }

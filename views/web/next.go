package web

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// SafeNext is the page to go to after signing in, if it is one of ours; else fallback. What has a scheme or a
// host, or could be read as having one, is not.
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

// NextParam is the page to go to after the form or link of the request, or empty.
func NextParam(e *core.RequestEvent) string { return SafeNext(e.Request.FormValue("next"), "") }

// WithNext is an address of ours that leads on to next afterwards; next may be empty.
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

// SignInURL is the address of the sign-in page that leads on to where somebody wanted to go.
func SignInURL(next string) string { return "/signin?next=" + url.QueryEscape(next) }

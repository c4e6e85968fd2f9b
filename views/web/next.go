package web

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Next is the page to go to after signing in, if it is one of ours; else fallback. What has a scheme or a
// host, or could be read as having one, is not.
func Next(raw, fallback string) string {
	decoded, err := url.PathUnescape(raw)
	if err != nil || !local(raw) || !local(decoded) {
		return fallback
	}
	return raw
}

func local(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\x00\r\n\t") {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Scheme == "" && u.Host == "" && !strings.HasPrefix(u.Path, "//")
}

// NextOf is the page to go to after the form or link of the request, or empty.
func NextOf(e *core.RequestEvent) string { return Next(e.Request.FormValue("next"), "") }

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

// SignInTo is the address of the sign-in page that leads on to where somebody wanted to go.
func SignInTo(next string) string { return "/signin?next=" + url.QueryEscape(next) }

package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
)

// resolveClient runs before everything else. It replaces the peer address of the request by the client's address, so
// that limits, logins, the audit log and PocketBase itself (RealIP and RemoteIP) all see the same one.
func resolveClient() func(*core.RequestEvent) error {
	var warned sync.Once
	return func(e *core.RequestEvent) error {
		header := settings.Of(e.App).TrustedProxy
		client := clientAddress(e.Request, header)
		if client == ratelimit.UnknownIP {
			warned.Do(func() {
				e.App.Logger().Warn("the trusted proxy's header does not end with an IP address, so clients are unknown",
					"header", header, "values", fmt.Sprintf("%.200q", e.Request.Header.Values(header)))
			})
		}
		_, port, err := net.SplitHostPort(e.Request.RemoteAddr)
		if err != nil || client == ratelimit.UnknownIP {
			port = "0"
		}
		e.Request.RemoteAddr = net.JoinHostPort(client, port)
		return e.Next()
	}
}

// ignoreProxySettings keeps PocketBase from reading forwarding headers itself, now and after the dashboard has saved its
// settings: findClient is the only place that does.
func ignoreProxySettings(app core.App) {
	app.Settings().TrustedProxy = core.TrustedProxyConfig{}
	app.OnSettingsReload().BindFunc(func(e *core.SettingsReloadEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		e.App.Settings().TrustedProxy = core.TrustedProxyConfig{}
		return nil
	})
}

// clientAddress returns the address of the client in its usual form. If the request carries the header of the
// trusted proxy, only the last entry counts, which is the proxy's own: what stands before it may be forged. An entry that
// cannot be read makes the client unknown. Without the header it is the address of the peer.
func clientAddress(r *http.Request, header string) string {
	values := r.Header.Values(header)
	if header == "" || len(values) == 0 {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		return normalizeIP(host)
	}
	last := values[len(values)-1]
	last = last[strings.LastIndexByte(last, ',')+1:]
	if strings.EqualFold(header, "Forwarded") {
		last = forwardedFor(last)
	}
	return normalizeIP(last)
}

// normalizeIP reads an IP address with or without brackets, port and zone. An IPv4 address that is written as IPv6
// becomes IPv4 again.
func normalizeIP(text string) string {
	text = strings.TrimSpace(text)
	if inside, ok := strings.CutPrefix(text, "["); ok {
		address, rest, closed := strings.Cut(inside, "]")
		if !closed || rest != "" && !strings.HasPrefix(rest, ":") {
			return ratelimit.UnknownIP
		}
		text = address
	} else if strings.Count(text, ":") == 1 {
		text, _, _ = strings.Cut(text, ":")
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return ratelimit.UnknownIP
	}
	return ratelimit.NormalizeIP(ip.String())
}

// forwardedFor returns what one element of a Forwarded header (RFC 7239) says after "for=", or "" if the element is
// not well formed.
func forwardedFor(element string) string {
	client := ""
	for rest := strings.TrimSpace(element); rest != ""; {
		name, after, ok := strings.Cut(rest, "=")
		if !ok || !headerToken(name) {
			return ""
		}
		value := ""
		if value, rest, ok = forwardedValue(after); !ok {
			return ""
		}
		if strings.EqualFold(name, "for") {
			if client != "" {
				return ""
			}
			client = value
		}
		if rest = strings.TrimLeft(rest, " \t"); rest == "" {
			break
		}
		if rest, ok = strings.CutPrefix(rest, ";"); !ok {
			return ""
		}
		rest = strings.TrimLeft(rest, " \t")
	}
	return client
}

// forwardedValue cuts a token or a quoted string off the start of the text.
func forwardedValue(text string) (value, rest string, ok bool) {
	quoted, ok := strings.CutPrefix(text, `"`)
	if !ok {
		end := strings.IndexAny(text, "; \t")
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], headerToken(text[:end])
	}
	var read strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch quoted[i] {
		case '"':
			return read.String(), quoted[i+1:], true
		case '\\':
			if i++; i == len(quoted) {
				return "", "", false
			}
		}
		read.WriteByte(quoted[i])
	}
	return "", "", false
}

// headerToken reports whether the text is a token, with the colon that proxies leave unquoted around a port.
func headerToken(text string) bool {
	return text != "" && !strings.ContainsAny(text, "\"(),/;<=>?@\\{} \t")
}

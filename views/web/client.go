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

// resolveClient replaces the peer address of the request with the client's address, before everything else, so that rate limits,
// logins, the audit log and PocketBase itself (RealIP and RemoteIP) all see the same one.
func resolveClient() func(*core.RequestEvent) error {
	var warned sync.Once
	return func(e *core.RequestEvent) error {
		header := settings.Of(e.App).TrustedProxy
		client := clientAddress(e.Request, header)
		if client == ratelimit.UnknownIP {
			warned.Do(func() {
				e.App.Logger().Warn("the trusted proxy's header doesn't end with an IP address; clients are unknown",
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

// ignoreProxySettings keeps PocketBase from reading forwarding headers itself, now and after its settings are saved in the
// dashboard. Only resolveClient reads them.
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

// clientAddress returns the client's address in canonical form. If the request has the header of the trusted proxy, only the last
// entry counts, which the proxy added: earlier ones may be forged. An invalid entry makes the client unknown. Without the header
// it's the address of the peer.
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

// normalizeIP parses an IP address with or without brackets, port and zone. An IPv4-mapped IPv6 address becomes IPv4.
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

// forwardedFor returns the "for" value of one element of a Forwarded header (RFC 7239), or "" if the element is malformed.
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

// forwardedValue splits a leading token or quoted string from text.
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

// headerToken reports whether text is a token; colons are allowed, because proxies leave ports unquoted.
func headerToken(text string) bool {
	return text != "" && !strings.ContainsAny(text, "\"(),/;<=>?@\\{} \t")
}

package settings

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// idnaProfile maps an internationalized name to ASCII as browsers do. Underscores are allowed: container names have them.
var idnaProfile = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.BidiRule())

var defaultPorts = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}

// CanonicalHost returns the one form in which hosts are compared: lower case, an internationalized name in ASCII
// (xn--…), an IP address as netip writes it, without the final dot and without the default port of the scheme. It
// returns "" for an invalid host.
func CanonicalHost(scheme, host string) string {
	name, port := splitPort(host)
	if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
		return ""
	} else if port != "" {
		port = strconv.FormatUint(n, 10)
	}
	if port == defaultPorts[strings.ToLower(scheme)] {
		port = ""
	}
	if name = canonicalName(name); name == "" || port == "" {
		return name
	}
	return name + ":" + port
}

// splitPort cuts the port off, which may be missing or empty. An IPv6 address keeps its brackets.
func splitPort(host string) (name, port string) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || colon < strings.LastIndexByte(host, ']') {
		return host, ""
	}
	return host[:colon], host[colon+1:]
}

func canonicalName(name string) string {
	if inside, ok := strings.CutPrefix(name, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(inside, "]"))
		if err != nil || !ip.Is6() || !strings.HasSuffix(inside, "]") {
			return ""
		}
		return "[" + ip.String() + "]"
	}
	ascii, err := idnaProfile.ToASCII(name)
	if err != nil {
		return ""
	}
	ascii = strings.TrimSuffix(strings.ToLower(ascii), ".")
	if strings.HasSuffix(ascii, ".") || strings.ContainsAny(ascii, "/\\?#@:[]<>^|%\"'`;, \t\r\n") {
		return ""
	}
	return ascii
}

// CanonicalURL returns the address with its scheme in lower case and its host as CanonicalHost returns it. An
// address without a valid host is returned unchanged.
func CanonicalURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	host := CanonicalHost(u.Scheme, u.Host)
	if host == "" {
		return address
	}
	u.Host = host
	return u.String()
}

// IsOurHost reports whether a Host header names the public address, however it is spelled.
func (c Config) IsOurHost(host string) bool {
	ours := c.Host()
	return ours != "" && (host == ours || CanonicalHost(c.scheme(), host) == ours)
}

// IsOurOrigin reports whether an Origin header names the public address, however it is spelled.
func (c Config) IsOurOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == c.scheme() && c.IsOurHost(u.Host)
}

func (c Config) scheme() string {
	scheme, _, _ := strings.Cut(c.URL, "://")
	return strings.ToLower(scheme)
}

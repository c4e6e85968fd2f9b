package ratelimit

import "net/netip"

// UnknownIP replaces an address that a proxy sent in an unreadable form.
const UnknownIP = "unknown"

// NormalizeIP returns an IP address in the form that is stored and shown: short IPv6, IPv4-mapped IPv6 as IPv4, no zone.
// PocketBase's value for an unreadable address becomes UnknownIP; any other text is returned unchanged.
func NormalizeIP(text string) string {
	ip, err := netip.ParseAddr(text)
	switch {
	case text == netip.Addr{}.String():
		return UnknownIP
	case err != nil:
		return text
	}
	return ip.Unmap().WithZone("").String()
}

// NetworkKey returns the rate limit key of an address: the address itself, or the /64 of an IPv6 address, which is usually
// one household or server.
func NetworkKey(address string) string {
	address = NormalizeIP(address)
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

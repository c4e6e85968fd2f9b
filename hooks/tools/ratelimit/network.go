package ratelimit

import "net/netip"

// UnknownIP stands for the address of a client that a proxy has not stated in a form that can be read.
const UnknownIP = "unknown"

// NormalizeIP is an IP address as it is stored and shown: IPv6 in its short form, IPv4 written as IPv6 as IPv4 again, without
// a zone. PocketBase's word for an address that cannot be read becomes Unknown; any other text stays as it is.
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

// NetworkKey is the key of an address for limits: the address itself, of IPv6 the /64 that a single
// household or server usually has.
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

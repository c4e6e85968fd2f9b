package ratelimit_test

import (
	"testing"

	"usher/hooks/tools/ratelimit"
)

func TestNormalizeIP(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1":        "192.0.2.1",
		"::ffff:192.0.2.1": "192.0.2.1",
		"2001:0db8:0000:0000:0000:0000:0000:0001": "2001:db8::1",
		"fe80::1%eth0": "fe80::1",
		"invalid IP":   "unknown",
		"unknown":      "unknown",
		"":             "",
		"console":      "console",
	} {
		if got := ratelimit.NormalizeIP(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNetworkKey(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":      "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"::1":                  "::/64",
		"":                     "",
		"invalid IP":           "unknown",
		"not an address":       "not an address",
		"192.0.2.1:443":        "192.0.2.1:443",
	} {
		if got := ratelimit.NetworkKey(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

package settings_test

import (
	"testing"

	"usher/hooks/tools/settings"
)

func TestCanonicalHost(t *testing.T) {
	for _, c := range []struct{ scheme, host, want string }{
		{"https", "meet.example.org", "meet.example.org"},
		{"https", "Meet.Example.ORG", "meet.example.org"},
		{"https", "meet.example.org:443", "meet.example.org"},
		{"https", "meet.example.org.:443", "meet.example.org"},
		{"https", "meet.example.org.", "meet.example.org"},
		{"https", "meet.example.org:", "meet.example.org"},
		{"https", "meet.example.org:0443", "meet.example.org"},
		{"https", "meet.example.org:80", "meet.example.org:80"},
		{"https", "meet.example.org:8443", "meet.example.org:8443"},
		{"http", "meet.example.org:80", "meet.example.org"},
		{"http", "meet.example.org:443", "meet.example.org:443"},
		{"wss", "live.example.org:443", "live.example.org"},
		{"https", "bücher.example", "xn--bcher-kva.example"},
		{"https", "BÜCHER.example:443", "xn--bcher-kva.example"},
		{"https", "XN--BCHER-KVA.example", "xn--bcher-kva.example"},
		{"https", "bücher。example", "xn--bcher-kva.example"},
		{"http", "my_host:8090", "my_host:8090"},
		{"http", "127.0.0.1:8090", "127.0.0.1:8090"},
		{"http", "[::1]:8090", "[::1]:8090"},
		{"https", "[2001:DB8:0:0::1]:443", "[2001:db8::1]"},
		{"https", "[::1", ""},
		{"https", "::1", ""},
		{"https", "[127.0.0.1]", ""},
		{"https", "meet.example.org..", ""},
		{"https", "meet.example.org:https", ""},
		{"https", "meet.example.org:99999", ""},
		{"https", "meet.example.org/path", ""},
		{"https", "a@meet.example.org", ""},
		{"https", "meet.example.org evil.example", ""},
		{"https", "", ""},
		{"https", ".", ""},
		{"https", ":443", ""},
	} {
		if got := settings.CanonicalHost(c.scheme, c.host); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.scheme, c.host, got, c.want)
		}
	}
}

func TestFromEnv_PublicAddressIsCanonical(t *testing.T) {
	for address, want := range map[string]string{
		"https://meet.example.org:443/":  "https://meet.example.org",
		"HTTPS://Meet.Example.ORG.":      "https://meet.example.org",
		" https://bücher.example ":       "https://xn--bcher-kva.example",
		"http://127.0.0.1:80":            "http://127.0.0.1",
		"https://[2001:DB8::0:1]:443":    "https://[2001:db8::1]",
		"https://meet.example.org:8443/": "https://meet.example.org:8443",
	} {
		config, err := fromEnv(map[string]string{"USHER_URL": address})
		if err != nil || config.URL != want || "https://"+config.Host() != want && "http://"+config.Host() != want {
			t.Errorf("%q: %q, host %q, %v", address, config.URL, config.Host(), err)
		}
	}
	config, err := fromEnv(map[string]string{"LIVEKIT_URL": "WSS://Bücher.example:443/live", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s"})
	if err != nil || config.LiveURL != "wss://xn--bcher-kva.example/live" || config.LiveConnectSources() != "wss://xn--bcher-kva.example https://xn--bcher-kva.example" {
		t.Errorf("LiveKit: %q, %q, %v", config.LiveURL, config.LiveConnectSources(), err)
	}
}

func TestIsOurHost_AndOrigin(t *testing.T) {
	config := settings.Config{URL: "https://xn--bcher-kva.example"}
	for host, want := range map[string]bool{
		"xn--bcher-kva.example": true, "XN--bcher-KVA.example.:443": true, "bücher.example": true,
		"xn--bcher-kva.example:80": false, "xn--bcher-kva.example:8443": false, "bucher.example": false,
		"xn--bcher-kva.example.evil.example": false, "": false,
	} {
		if got := config.IsOurHost(host); got != want {
			t.Errorf("host %q: %v, want %v", host, got, want)
		}
		if got := config.IsOurOrigin("https://" + host); got != want {
			t.Errorf("origin of %q: %v, want %v", host, got, want)
		}
	}
	for _, origin := range []string{"http://xn--bcher-kva.example", "null", "", "://", "xn--bcher-kva.example"} {
		if config.IsOurOrigin(origin) {
			t.Errorf("origin %q is taken for ours", origin)
		}
	}
	if (settings.Config{}).IsOurHost("") {
		t.Error("a server without an address takes an empty host for its own")
	}
}

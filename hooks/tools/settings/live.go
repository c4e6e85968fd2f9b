package settings

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Default media ports, the same as LiveKit's.
const (
	defaultUDPPort = 7882
	defaultTCPPort = 7881
)

// readLive reads the settings of live media. The error lists every invalid one.
func (c *Config) readLive(getenv func(string) string) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	c.LiveURL, c.LiveKey, c.LiveSecret = CanonicalURL(strings.TrimRight(getenv("LIVEKIT_URL"), "/")), getenv("LIVEKIT_API_KEY"), getenv("LIVEKIT_API_SECRET")
	external := []string{c.LiveURL, c.LiveKey, c.LiveSecret}
	if slices.Contains(external, "") && strings.Join(external, "") != "" {
		fault("LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET configure an external LiveKit server: set all three, or none")
	}
	if c.LiveURL != "" && !isLiveURL(c.LiveURL) {
		fault("LIVEKIT_URL is %q: set it to the address of a LiveKit server, such as wss://livekit.example.org", c.LiveURL)
	}
	port := func(name string, fallback, min int) int {
		value := getenv(name)
		if value == "" {
			return fallback
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < min || n > 65535 {
			fault("%s is %q: set it to a port number", name, value)
		}
		return n
	}
	c.LiveUDPPort = port("USHER_LIVE_UDP_PORT", defaultUDPPort, 1)
	c.LiveTCPPort = port("USHER_LIVE_TCP_PORT", defaultTCPPort, 0)
	if c.LiveNodeIP = getenv("USHER_LIVE_NODE_IP"); c.LiveNodeIP != "" && net.ParseIP(c.LiveNodeIP) == nil {
		fault("USHER_LIVE_NODE_IP is %q: set it to an IP address that browsers can reach, such as 203.0.113.7", c.LiveNodeIP)
	}
	return errors.Join(faults...)
}

// isLiveURL reports whether value is a URL that is safe in a Content-Security-Policy, where a space or semicolon would start
// another rule.
func isLiveURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && slices.Contains([]string{"ws", "wss", "http", "https"}, u.Scheme) && u.Hostname() != "" &&
		!strings.ContainsAny(u.Host, " ;,'\"") && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// LiveConnectSources returns the CSP sources of the external LiveKit server, or "" if the embedded one runs.
func (c Config) LiveConnectSources() string {
	u, err := url.Parse(c.LiveURL)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Scheme == "https" || u.Scheme == "wss" {
		return "wss://" + u.Host + " https://" + u.Host
	}
	return "ws://" + u.Host + " http://" + u.Host
}

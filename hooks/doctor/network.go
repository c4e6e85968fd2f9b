package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"usher/hooks/live"
	"usher/hooks/tools/text"
)

func (c *checker) isLocal() bool {
	u, err := url.Parse(c.config.URL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// address opens the public address as a browser does.
func (c *checker) address(ctx context.Context) {
	switch {
	case c.config.URL == "":
		c.add("address", Warning, "Set USHER_URL, or start usher serve with your domain.", "the public address isn't set")
		return
	case !c.config.Secure() && !c.isLocal():
		c.add("address", Fault, "Use a domain (usher serve meet.example.org), or a proxy with TLS and USHER_URL=https://….", "%s isn't encrypted: passwords can be read on the network, and browsers don't allow cameras", c.config.URL)
		return
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.Link("/livez"), nil)
	if err != nil {
		c.add("address", Fault, "Correct USHER_URL.", "%v", err)
		return
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		c.addAddressError(err)
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
	switch via := response.Header.Get("Server"); {
	case response.StatusCode == http.StatusMisdirectedRequest:
		c.add("address", Fault, "Let the proxy pass on the Host header (nginx: proxy_set_header Host $host;).", "the proxy in front changes the host name")
	case response.StatusCode >= 500:
		c.add("address", Fault, "Check that Usher runs and where the proxy forwards to.", "%s answers with status %d", c.config.URL, response.StatusCode)
	case response.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "ok":
		c.add("address", Fault, "Point the domain and the proxy to this server.", "another server answers at %s (status %d)", c.config.URL, response.StatusCode)
	case via != "" && c.config.TrustedProxy == "":
		c.add("address", Warning, "Set USHER_TRUSTED_PROXY to the header in which it passes the client's address.", "%s works, but %s is in front of it, so all clients seem to have one address", c.config.URL, via)
	default:
		c.add("address", OK, "", "%s answers", c.config.URL)
	}
	c.certificate(response.TLS)
}

func (c *checker) addAddressError(err error) {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		c.add("address", Fault, "Add an A or AAAA record for it at your DNS provider.", "the name %s isn't found", name.Name)
	case errors.As(err, &certificate):
		c.add("address", Fault, "Renew the certificate, or start usher serve with your domain to get one.", "the certificate isn't valid: %v", certificate.Err)
	case !c.server.Running:
		c.add("address", Warning, "Start it, then run usher doctor again.", "the server isn't running, so %s wasn't tried", c.config.URL)
	default:
		c.add("address", Fault, "Check the firewall, the proxy and where the domain points to.", "%s can't be reached from here: %v", c.config.URL, errors.Unwrap(err))
	}
}

// renewBefore is when a certificate should have been renewed.
const renewBefore = 14 * 24 * time.Hour

func (c *checker) certificate(state *tls.ConnectionState) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return
	}
	until := time.Until(state.PeerCertificates[0].NotAfter)
	if until < renewBefore {
		c.add("certificate", Warning, "Check why it isn't renewed.", "expires in %s", text.Duration(until))
		return
	}
	c.add("certificate", OK, "", "valid for %s", text.Duration(until))
}

// clockURL is a server whose answers have the time. Certificates come from there.
var clockURL = "https://acme-v02.api.letsencrypt.org/directory"

func (c *checker) clock(ctx context.Context) {
	now := time.Now()
	var newest string
	if err := c.app.DB().NewQuery("SELECT coalesce((SELECT at FROM audit ORDER BY rowid DESC LIMIT 1), '')").Row(&newest); err == nil {
		if at, err := time.Parse("2006-01-02 15:04:05.000Z", newest); err == nil && at.After(now.Add(time.Minute)) {
			c.add("clock", Fault, "Set the clock, and turn on time synchronization.", "is behind: the newest entry of the audit log is %s in the future", text.Duration(at.Sub(now)))
			return
		}
	}
	if !c.server.Built.IsZero() && now.Before(c.server.Built) {
		c.add("clock", Fault, "Set the clock, and turn on time synchronization.", "says %s, which is before this program was made", now.Format("2 January 2006"))
		return
	}
	request, _ := http.NewRequestWithContext(ctx, http.MethodHead, clockURL, nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.add("clock", OK, "", "says %s; it wasn't compared, because the internet can't be reached", now.Format("2 January 2006, 15:04 MST"))
		return
	}
	defer response.Body.Close()
	theirs, err := http.ParseTime(response.Header.Get("Date"))
	if off := now.Sub(theirs).Abs(); err == nil && off > 30*time.Second {
		c.add("clock", Fault, "Turn on time synchronization (timedatectl set-ntp true).", "is wrong by %s: codes, links and certificates fail", off.Round(time.Second))
		return
	}
	c.add("clock", OK, "", "right")
}

func (c *checker) media(ctx context.Context) {
	if live.IsExternal(c.app) {
		done := make(chan error, 1)
		go func() { _, err := live.ListRooms(c.app); done <- err }()
		select {
		case err := <-done:
			if err != nil {
				c.add("live media", Fault, "Check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.", "%s: %v", c.config.LiveURL, err)
				return
			}
			c.add("live media", OK, "", "%s answers", c.config.LiveURL)
		case <-ctx.Done():
			c.add("live media", Fault, "Check LIVEKIT_URL and the firewall.", "%s doesn't answer", c.config.LiveURL)
		}
		return
	}
	var problems []string
	tcp, udp := strconv.Itoa(c.config.LiveTCPPort), strconv.Itoa(c.config.LiveUDPPort)
	if c.server.Running {
		if packets, err := net.ListenPacket("udp", ":"+udp); err == nil {
			_ = packets.Close()
			problems = append(problems, "UDP port "+udp+" isn't open")
		}
	} else {
		if packets, err := net.ListenPacket("udp", ":"+udp); err != nil {
			problems = append(problems, fmt.Sprintf("UDP port %s can't be used: %v", udp, errors.Unwrap(err)))
		} else {
			_ = packets.Close()
		}
		if c.config.LiveTCPPort != 0 {
			if listener, err := net.Listen("tcp", ":"+tcp); err != nil {
				problems = append(problems, fmt.Sprintf("TCP port %s can't be used: %v", tcp, errors.Unwrap(err)))
			} else {
				_ = listener.Close()
			}
		}
	}
	if len(problems) > 0 {
		c.add("live media", Fault, "Stop the program that uses the port, or set USHER_LIVE_UDP_PORT and USHER_LIVE_TCP_PORT.", "%s", strings.Join(problems, "; "))
		return
	}
	c.add("live media", OK, "", "UDP port %s and TCP port %s; open both in the firewall", udp, tcp)
}

// publicIP finds the address that browsers connect to for media.
func (c *checker) publicIP(ctx context.Context) {
	if live.IsExternal(c.app) || c.isLocal() {
		return
	}
	if ip := net.ParseIP(c.config.LiveNodeIP); ip != nil {
		if ip.IsPrivate() || ip.IsLoopback() {
			c.add("public IP", Warning, "Set USHER_LIVE_NODE_IP to the address that browsers reach.", "%s is reached only from your own network", ip)
			return
		}
		c.add("public IP", OK, "", "%s, from USHER_LIVE_NODE_IP", ip)
		return
	}
	ip, err := findPublicIP(ctx, stunServer)
	if err != nil {
		c.add("public IP", Fault, "Set USHER_LIVE_NODE_IP to the server's public IP address, or allow UDP to the internet.", "isn't found: %s doesn't answer", stunServer)
		return
	}
	c.add("public IP", OK, "", "%s", ip)
}

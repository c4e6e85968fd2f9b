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

// How a connection to an SMTP server is encrypted.
const (
	TLSImplicit = "implicit" // from the first byte
	TLSRequired = "required" // with STARTTLS, which the server must offer
	TLSOptional = "optional" // with STARTTLS, if the server offers it
	TLSOff      = "off"
)

// SMTP is a mail server. Without a host, none is set.
type SMTP struct {
	Host               string
	Port               int
	Username, Password string // both empty: without sign-in
	Auth               string // "plain", "login" or "cram-md5"; empty: the best that the server offers
	TLS                string
	LocalName          string // our name in EHLO; empty: the host of the public address
}

// readSMTP reads USHER_SMTP_URL. The error doesn't contain the password.
func (c *Config) readSMTP(getenv func(string) string) error {
	value := getenv("USHER_SMTP_URL")
	if value == "" {
		return nil
	}
	server, err := ParseSMTP(value)
	if err != nil {
		return fmt.Errorf("USHER_SMTP_URL is invalid: %w", err)
	}
	c.SMTP = server
	if c.MailFrom == "" {
		return errors.New("USHER_SMTP_URL is set without USHER_MAIL_FROM: set it to the address that emails are sent from")
	}
	return nil
}

// ParseSMTP reads smtp://USER:PASSWORD@HOST:PORT (STARTTLS) or smtps://… (TLS from the start). On this machine, smtp:// works without
// TLS, too; tls=required, optional or off overrides that.
func ParseSMTP(value string) (SMTP, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return SMTP{}, errors.New("set it to smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465; write special characters in the password as %40 and so on")
	}
	query := u.Query()
	s := SMTP{Host: u.Hostname(), Port: 587, Username: u.User.Username(), TLS: TLSRequired, Auth: query.Get("auth"), LocalName: query.Get("name")}
	s.Password, _ = u.User.Password()
	switch tls := query.Get("tls"); {
	case u.Scheme == "smtps":
		s.Port, s.TLS = 465, TLSImplicit
		if tls != "" {
			return SMTP{}, errors.New("smtps:// always uses TLS: remove tls=, or use smtp://")
		}
	case slices.Contains([]string{TLSRequired, TLSOptional, TLSOff}, tls):
		s.TLS = tls
	case tls != "":
		return SMTP{}, errors.New("tls must be required, optional or off")
	case isLoopbackHost(s.Host):
		s.TLS = TLSOptional
	}
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return SMTP{}, errors.New("its port isn't a port number")
		}
	}
	if !slices.Contains([]string{"", "plain", "login", "cram-md5"}, s.Auth) {
		return SMTP{}, errors.New("auth must be plain, login or cram-md5")
	}
	for name := range query {
		if !slices.Contains([]string{"tls", "auth", "name"}, name) {
			return SMTP{}, fmt.Errorf("it has an unknown option, %s: the options are tls, auth and name", name)
		}
	}
	return s, nil
}

func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

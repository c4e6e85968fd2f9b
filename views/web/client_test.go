package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
	"usher/views/web"
)

func TestClientAddress_UsesLastProxyEntry(t *testing.T) {
	const unknown = "unknown"
	for _, c := range []struct {
		header string
		values []string
		want   string
	}{
		{"X-Forwarded-For", []string{"198.51.100.9, 203.0.113.7"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"198.51.100.9, 203.0.113.7:51234"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"198.51.100.9", "203.0.113.7"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"203.0.113.7 \t"}, "203.0.113.7"},
		{"x-forwarded-for", []string{"203.0.113.7"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"198.51.100.9, [2001:DB8::1]:443"}, "2001:db8::1"},
		{"X-Forwarded-For", []string{"[2001:db8:0:0::1]"}, "2001:db8::1"},
		{"X-Forwarded-For", []string{"2001:db8:0:0:0:0:0:1"}, "2001:db8::1"},
		{"X-Forwarded-For", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"[::ffff:203.0.113.7]:80"}, "203.0.113.7"},
		{"X-Forwarded-For", []string{"fe80::1%eth0"}, "fe80::1"},
		{"X-Forwarded-For", []string{"198.51.100.9, nobody"}, unknown},
		{"X-Forwarded-For", []string{"198.51.100.9, unix:"}, unknown},
		{"X-Forwarded-For", []string{"127.0.0.1,"}, unknown},
		{"X-Forwarded-For", []string{"127.0.0.1", ""}, unknown},
		{"X-Forwarded-For", []string{""}, unknown},
		{"X-Forwarded-For", []string{"[2001:db8::1"}, unknown},
		{"X-Forwarded-For", []string{"[2001:db8::1]x"}, unknown},
		{"X-Forwarded-For", []string{"203.0.113.7;198.51.100.9"}, unknown},
		{"X-Forwarded-For", nil, "192.0.2.1"},
		{"", []string{"198.51.100.9"}, "192.0.2.1"},
		{"X-Real-Ip", []string{"203.0.113.7"}, "203.0.113.7"},
		{"Forwarded", []string{"for=198.51.100.9, for=203.0.113.7;proto=https"}, "203.0.113.7"},
		{"forwarded", []string{`proto=https; For="203.0.113.7:51234"`}, "203.0.113.7"},
		{"Forwarded", []string{`for=198.51.100.9`, `for="[2001:DB8::1]:443";by=_x`}, "2001:db8::1"},
		{"Forwarded", []string{`for="198.51.100.9, for=203.0.113.7`}, "203.0.113.7"},
		{"Forwarded", []string{`for=203.0.113.7;host="a\", for=198.51.100.9;b=\""`}, unknown},
		{"Forwarded", []string{`for=203.0.113.7;for=198.51.100.9`}, unknown},
		{"Forwarded", []string{`for=198.51.100.9, for=unknown`}, unknown},
		{"Forwarded", []string{`for=198.51.100.9, for=_hidden`}, unknown},
		{"Forwarded", []string{`for=198.51.100.9, proto=https`}, unknown},
		{"Forwarded", []string{`for="203.0.113.7`}, unknown},
		{"Forwarded", []string{"203.0.113.7"}, unknown},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Forwarded-For", "127.0.0.1") // of no account where another header is configured
		name := c.header
		if name == "" {
			name = "X-Forwarded-For"
		}
		r.Header.Del(name)
		for _, value := range c.values {
			r.Header.Add(name, value)
		}
		if got := web.ClientAddress(r, c.header); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.header, c.values, got, c.want)
		}
	}
}

func TestClientAddress_Forged_IsIgnored(t *testing.T) {
	config := hookstest.Config()
	config.TrustedProxy = "X-Forwarded-For"
	server := viewstest.Serve(t, config)
	ada := hookstest.Account(t, server.App, "ada@x.example")
	operator := newSuperuserToken(t, server)
	health := func(forwarded string) (int, string) {
		request, _ := http.NewRequest(http.MethodGet, server.URL+"/api/health", nil)
		request.Header.Set("Authorization", operator)
		request.Header.Set("X-Forwarded-For", forwarded)
		reply := server.Anonymous().Send(request)
		return reply.Status, reply.Body
	}
	if status, body := health("127.0.0.1:5000"); status != http.StatusOK || !strings.Contains(body, `"realIP":"127.0.0.1"`) {
		t.Errorf("the operator on this machine: %d %s, want %v and it with %q", status, body, http.StatusOK, `"realIP":"127.0.0.1"`)
	}
	for _, forwarded := range []string{"127.0.0.1, 203.0.113.7:51234", "127.0.0.1, nobody", "127.0.0.1,", ""} {
		if status, body := health(forwarded); status != http.StatusForbidden {
			t.Errorf("%q opens what is for addresses on the list: %d %s, want %v", forwarded, status, body, http.StatusForbidden)
		}
	}

	signIn := func(forwarded string) {
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/signin", strings.NewReader("email=ada@x.example&password="+strings.ReplaceAll(hookstest.Password, " ", "+")))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-For", forwarded)
		if reply := server.Anonymous().Send(request); reply.Status != http.StatusSeeOther {
			t.Fatalf("sign in: %d %s, want %v", reply.Status, reply.Body, http.StatusSeeOther)
		}
	}
	signIn("198.51.100.9, 203.0.113.7:51234")
	signIn("198.51.100.9, [2001:DB8::0001]:443")
	signIn("198.51.100.9, nobody")
	var addresses []string
	if err := server.App.DB().NewQuery("SELECT address FROM logins WHERE user = {:user} ORDER BY address").Bind(map[string]any{"user": ada.Id}).Column(&addresses); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(addresses, " "); got != "2001:db8::1 203.0.113.7 unknown" {
		t.Errorf("the logins came from %s, want %q", got, "2001:db8::1 203.0.113.7 unknown")
	}
}

func TestClientAddress_DashboardSettings_AreIgnored(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	operator := newSuperuserToken(t, server)
	server.App.Settings().TrustedProxy = core.TrustedProxyConfig{Headers: []string{"X-Client"}}
	if err := server.App.Save(server.App.Settings()); err != nil {
		t.Fatal(err)
	}
	request, _ := http.NewRequest(http.MethodGet, server.URL+"/api/health", nil)
	request.Header.Set("Authorization", operator)
	request.Header.Set("X-Client", "203.0.113.7")
	if reply := server.Anonymous().Send(request); reply.Status != http.StatusOK || strings.Contains(reply.Body, "203.0.113.7") {
		t.Errorf("%d %s, want %v and it without %q", reply.Status, reply.Body, http.StatusOK, "203.0.113.7")
	}
}

// newSuperuserToken is the token of one.
func newSuperuserToken(t *testing.T, server *viewstest.Server) string {
	t.Helper()
	collection, err := server.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	record := core.NewRecord(collection)
	record.SetEmail("root@x.example")
	record.SetPassword("a long enough password")
	if err := server.App.Save(record); err != nil {
		t.Fatal(err)
	}
	return server.Token(record)
}

func TestCookie_DependsOnPublicURLOnly(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	hookstest.Account(t, server.App, "ada@x.example")
	plain := settings.Of(server.App).URL
	for _, c := range []struct{ url, proto, name string }{
		{plain, "", "usher"},
		{plain, "https", "usher"},
		{"https://meet.example.org:443", "http", "__Host-usher"},
		{"https://meet.example.org", "", "__Host-usher"},
	} {
		settings.Of(server.App).URL = c.url
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/signin", strings.NewReader(url.Values{"email": {"ada@x.example"}, "password": {hookstest.Password}}.Encode()))
		request.Host = settings.Of(server.App).Host()
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.proto != "" {
			request.Header.Set("X-Forwarded-Proto", c.proto)
			request.Header.Set("Forwarded", "proto="+c.proto+";host=evil.example")
			request.Header.Set("X-Forwarded-Host", "evil.example")
		}
		reply := server.Anonymous().Send(request)
		cookie, secure := reply.Header.Get("Set-Cookie"), strings.HasPrefix(c.name, "__Host-")
		if !strings.HasPrefix(cookie, c.name+"=") || strings.Contains(cookie, "; Secure") != secure || (reply.Header.Get("Strict-Transport-Security") != "") != secure {
			t.Errorf("%s, %q: %d, %s, want it to contain %q, %v and %v", c.url, c.proto, reply.Status, cookie, c.name+"=", secure, secure)
		}
		if strings.Contains(reply.Location, "evil") {
			t.Errorf("%s, %q: to %s, want no %q", c.url, c.proto, reply.Location, "evil")
		}
	}
}

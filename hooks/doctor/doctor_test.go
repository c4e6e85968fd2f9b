package doctor_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/doctor"
	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
)

// expect runs a check and expects its first finding.
func expect(t *testing.T, config settings.Config, server doctor.Server, check, level, text string) doctor.Finding {
	t.Helper()
	app := hookstest.NewAppWith(t, config)
	found := doctor.RunOne(app, server, check)
	if len(found) == 0 || found[0].Level != level || !strings.Contains(found[0].Text, text) || level != doctor.OK && check != "email" && found[0].Fix == "" {
		t.Fatalf("%s: got %+v, want %s with %q", check, found, level, text)
	}
	return found[0]
}

func TestAddress(t *testing.T) {
	config := hookstest.Config()
	for name, c := range map[string]struct {
		answer      http.HandlerFunc
		trusted     string
		level, text string
	}{
		"usher":           {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }, "", doctor.OK, "answers"},
		"proxy":           {proxied, "", doctor.Warning, "nginx is in front of it"},
		"declared proxy":  {proxied, "X-Forwarded-For", doctor.OK, "answers"},
		"another server":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }, "", doctor.Fault, "another server"},
		"wrong host":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(421) }, "", doctor.Fault, "changes the host name"},
		"nothing behind":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, "", doctor.Fault, "status 502"},
		"redirects away":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, "", doctor.Fault, "another server"},
		"not there":       {nil, "", doctor.Fault, "can't be reached"},
		"no address":      {nil, "", doctor.Warning, "isn't set"},
		"not encrypted":   {nil, "", doctor.Fault, "isn't encrypted"},
		"bad certificate": {nil, "", doctor.Fault, "certificate isn't valid"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			config.URL, config.TrustedProxy = server.URL, c.trusted
			switch name {
			case "not there":
				server.Close()
			case "no address":
				config.URL = ""
			case "not encrypted":
				config.URL = "http://meet.example.org"
			case "bad certificate":
				other := httptest.NewTLSServer(http.NotFoundHandler())
				defer other.Close()
				config.URL = other.URL
			}
			expect(t, config, doctor.Server{Running: true}, "address", c.level, c.text)
		})
	}
	config.URL = "http://127.0.0.1:1"
	expect(t, config, doctor.Server{}, "address", doctor.Warning, "isn't running")
}

func proxied(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Server", "nginx")
	_, _ = w.Write([]byte("ok\n"))
}

func TestClock(t *testing.T) {
	var ahead time.Duration
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}))
	defer server.Close()
	doctor.SetClockURL(server.URL)
	config := hookstest.Config()
	expect(t, config, doctor.Server{Built: time.Now().Add(-time.Hour)}, "clock", doctor.OK, "right")
	expect(t, config, doctor.Server{Built: time.Now().Add(24 * time.Hour)}, "clock", doctor.Fault, "before this program was made")
	ahead = 5 * time.Minute
	expect(t, config, doctor.Server{}, "clock", doctor.Fault, "is wrong by")
	doctor.SetClockURL("http://127.0.0.1:1")
	expect(t, config, doctor.Server{}, "clock", doctor.OK, "wasn't compared")

	app := hookstest.NewApp(t)
	hookstest.Team(t, app, hookstest.Account(t, app, "marta@halation.example"), "Halation Post", "pro")
	hookstest.Exec(t, app, `INSERT INTO audit (id, team, seq, action, result, at, hash) VALUES ('future000000000', 'x', 1, 'x', 'ok', {:at}, 'x')`,
		dbx.Params{"at": time.Now().Add(2 * time.Hour).UTC().Format("2006-01-02 15:04:05.000Z")})
	if found := doctor.RunOne(app, doctor.Server{}, "clock"); found[0].Level != doctor.Fault || !strings.Contains(found[0].Text, "1 hour in the future") {
		t.Errorf("got %+v, want that it's behind", found)
	}
}

func TestBackups(t *testing.T) {
	config := hookstest.Config()
	expect(t, config, doctor.Server{}, "backups", doctor.Warning, "no daily backups")
	config.BackupAt = "03:30"
	expect(t, config, doctor.Server{}, "backups", doctor.Warning, "none has been made")
	app := hookstest.NewAppWith(t, config)
	for status, want := range map[string]string{
		`{"started":"NOW","succeeded":"NOW","name":"usher-x"}`:         "ok the last one, usher-x",
		`{"started":"NOW","error":"the disk is full"}`:                 "fault the last one failed: the disk is full",
		`{"started":"OLD","succeeded":"OLD","name":"usher-x"}`:         "fault the last one was made 4 days ago",
		`{"started":"NOW","succeeded":"OLD","error":"it isn't there"}`: "fault the last one failed",
	} {
		status = strings.NewReplacer("NOW", time.Now().Format(time.RFC3339), "OLD", time.Now().Add(-100*time.Hour).Format(time.RFC3339)).Replace(status)
		hookstest.Exec(t, app, "INSERT OR REPLACE INTO _params (id, value) VALUES ('usherBackup', {:status})", dbx.Params{"status": status})
		found := doctor.RunOne(app, doctor.Server{}, "backups")[0]
		if got := found.Level + " " + found.Text; !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", status, got, want)
		}
	}
}

func TestEmail(t *testing.T) {
	config := hookstest.Config()
	expect(t, config, doctor.Server{}, "email", doctor.Warning, "isn't set up")
	config.SMTP = settings.SMTP{Host: "127.0.0.1", Port: 1, TLS: settings.TLSOptional}
	expect(t, config, doctor.Server{}, "email", doctor.Fault, "can't be reached. Check host, port and TLS in USHER_SMTP_URL")
	config.ResendKey = "re_x"
	expect(t, config, doctor.Server{}, "email", doctor.Warning, "bounces aren't reported")
	config.WebhookSecret = "whsec_x"
	expect(t, config, doctor.Server{}, "email", doctor.OK, "Resend sends it")
}

func TestMedia(t *testing.T) {
	packets, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	config := hookstest.Config()
	config.LiveUDPPort = packets.LocalAddr().(*net.UDPAddr).Port
	expect(t, config, doctor.Server{}, "media", doctor.Fault, "can't be used")
	expect(t, config, doctor.Server{Running: true}, "media", doctor.OK, "open both in the firewall")
	config.URL, config.LiveNodeIP = "https://meet.example.org", "192.168.1.2"
	expect(t, config, doctor.Server{}, "ip", doctor.Warning, "only from your own network")
	config.LiveNodeIP = "203.0.113.7"
	expect(t, config, doctor.Server{}, "ip", doctor.OK, "203.0.113.7, from USHER_LIVE_NODE_IP")
}

func TestDatabaseAndDisk(t *testing.T) {
	expect(t, hookstest.Config(), doctor.Server{}, "database", doctor.OK, "is whole")
	expect(t, hookstest.Config(), doctor.Server{}, "outbox", doctor.OK, "0 emails are waiting")
	if found := doctor.RunOne(hookstest.NewApp(t), doctor.Server{}, "disk"); len(found) != 1 || !strings.Contains(found[0].Text, "free") {
		t.Errorf("got %+v, want the free space", found)
	}
}

// stunServer answers with an address, after garbage.
func TestFindPublicIP(t *testing.T) {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		request := make([]byte, 100)
		for {
			n, from, err := server.ReadFrom(request)
			if err != nil {
				return
			}
			_, _ = server.WriteTo([]byte("not STUN"), from)
			answer := append([]byte{0x01, 0x01, 0, 24}, request[4:n]...)
			answer = append(answer, 0x80, 0x22, 0, 5, 't', 'e', 's', 't', '!', 0, 0, 0)
			answer = append(answer, 0, 0x20, 0, 8, 0, 1, 0, 0)
			answer = binary.BigEndian.AppendUint32(answer, 0xCB007107^0x2112A442)
			_, _ = server.WriteTo(answer, from)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if ip, err := doctor.FindPublicIP(ctx, server.LocalAddr().String()); err != nil || ip.String() != "203.0.113.7" {
		t.Errorf("got %v, %v, want 203.0.113.7", ip, err)
	}
}

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
)

const (
	publicHost = "meet.example.org"
	publicURL  = "https://" + publicHost
)

// TestProxies runs the program behind the proxies whose configurations the README shows. A proxy that isn't installed
// is skipped, unless USHER_PROXIES is "required".
func TestProxies(t *testing.T) {
	usher := sync.OnceValue(func() string { return buildProgram(t) })
	for _, c := range []struct {
		name  string
		files func(t *testing.T, s *site) []string // writes the configuration and returns the command that runs the proxy
	}{
		{"nginx", nginxCommand},
		{"caddy", caddyCommand},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := exec.LookPath(c.name); err != nil {
				if os.Getenv("USHER_PROXIES") == "required" {
					t.Fatalf("%s is not installed: apt-get install %s, want anything but %q", c.name, c.name, "required")
				}
				t.Skipf("%s is not installed: apt-get install %s", c.name, c.name)
			}
			s := newSite(t, usher())
			s.start(t, c.files(t, s))
			s.checkAll(t)
		})
	}
}

func TestProxies_ConfigsMatchReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nginx.conf", "Caddyfile", "traefik.yml"} {
		file, err := os.ReadFile(filepath.Join(".github", "proxies", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(readme, append(append([]byte("\n"), file...), "```"...)) {
			t.Errorf("the README's copy of .github/proxies/%s is outdated", name)
		}
	}
}

// site is the program at publicURL, with a proxy in front of it.
type site struct {
	backend, proxy string // host:port
	dataDir        string // data folder
	signUpCode     string // for the first account
	certificate    string
	key            string
	client         *http.Client
}

func newSite(t *testing.T, usher string) *site {
	t.Helper()
	s := &site{backend: freeAddress(t), proxy: freeAddress(t), dataDir: t.TempDir()}
	pool := s.createCertificate(t)
	command := exec.Command(usher, "serve", "--http", s.backend)
	command.Dir = s.dataDir
	command.Env = append(os.Environ(), "USHER_URL="+publicURL, "USHER_TRUSTED_PROXY=X-Forwarded-For", "USHER_LIVE_NODE_IP=127.0.0.1",
		"USHER_LIVE_TCP_PORT=0", "USHER_LIVE_UDP_PORT="+portOf(freeAddress(t)))
	out := s.run(t, command)
	code := regexp.MustCompile(regexp.QuoteMeta(publicURL) + `/signup\?code=(\S+)`)
	for lines := bufio.NewScanner(out); s.signUpCode == "" && lines.Scan(); {
		if found := code.FindStringSubmatch(lines.Text()); found != nil {
			s.signUpCode = found[1]
		}
	}
	jar, _ := cookiejar.New(nil)
	s.client = &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{RootCAs: pool},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, s.proxy)
			},
		},
	}
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// createCertificate creates a certificate for the public host.
func (s *site) createCertificate(t *testing.T) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: publicHost}, DNSNames: []string{publicHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	certificate, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s.certificate = writeFile(t, "certificate.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})))
	s.key = writeFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// proxyConfig is a configuration of the README with the addresses and files of this site.
func (s *site) proxyConfig(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(".github", "proxies", name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s doesn't contain %q, want it to contain %q", name, pairs[i], pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

func nginxCommand(t *testing.T, s *site) []string {
	dir := t.TempDir()
	server := s.proxyConfig(t, "nginx.conf", "listen 443", "listen "+s.proxy, "127.0.0.1:8090", s.backend,
		"/etc/ssl/meet.example.org.pem", s.certificate, "/etc/ssl/meet.example.org.key", s.key)
	var temporary strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temporary, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	return []string{"nginx", "-e", "stderr", "-c", writeFile(t, "nginx.conf", "daemon off;\npid "+filepath.Join(dir, "pid")+";\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n"+
		temporary.String()+server+"}\n")}
}

func caddyCommand(t *testing.T, s *site) []string {
	site := s.proxyConfig(t, "Caddyfile", publicHost+" {\n", publicURL+":"+portOf(s.proxy)+" {\n\tbind 127.0.0.1\n\ttls "+s.certificate+" "+s.key+"\n", "127.0.0.1:8090", s.backend)
	return []string{"caddy", "run", "--adapter", "caddyfile", "--config", writeFile(t, "Caddyfile", "{\n\tadmin off\n\tauto_https off\n\tstorage file_system "+t.TempDir()+"\n}\n"+site)}
}

// run starts a command that ends with the test.
func (s *site) run(t *testing.T, command *exec.Cmd) io.Reader {
	t.Helper()
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			t.Logf("%s said: %s", command.Path, said.String())
		}
	})
	return out
}

func (s *site) start(t *testing.T, command []string) {
	t.Helper()
	s.run(t, exec.Command(command[0], command[1:]...))
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if response, err := s.client.Get(publicURL + "/livez"); err == nil {
			response.Body.Close()
			return
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// checkAll makes the usual requests through the proxy, and checks what a proxy could break.
func (s *site) checkAll(t *testing.T) {
	page := s.get(t, "/signup?code="+s.signUpCode)
	if page.status != http.StatusOK || page.header.Get("X-Usher") == "" || page.header.Get("Strict-Transport-Security") == "" || page.protoMajor != 2 {
		t.Fatalf("first page: got %d, HTTP/%d, %v", page.status, page.protoMajor, page.header)
	}
	if r := s.post(t, "/signup", url.Values{"code": {s.signUpCode}, "name": {"Marta Oliveira"}, "email": {"marta@halation.example"},
		"password": {"a seat for every organizer"}, "team": {"Halation Post"}, "timezone": {"Europe/Lisbon"}}); r.status != http.StatusSeeOther {
		t.Fatalf("sign up: %d %s, want %v", r.status, r.body, http.StatusSeeOther)
	}
	if r := s.get(t, "/admin/halation-post/users"); r.status != http.StatusOK || !strings.Contains(r.body, "Marta Oliveira") {
		t.Errorf("panel, signed in: got status %d, want %v and it with %q", r.status, http.StatusOK, "Marta Oliveira")
	}
	s.checkCookie(t)
	s.checkClientIP(t)
	s.checkEventStream(t)
	s.checkWebSocket(t)
	s.checkUpload(t)
	s.checkMisdirected(t)
}

func (s *site) checkCookie(t *testing.T) {
	t.Helper()
	at, _ := url.Parse(publicURL)
	for _, cookie := range s.client.Jar.Cookies(at) {
		if cookie.Name == "__Host-usher" {
			return
		}
	}
	t.Errorf("no secure cookie: %v", s.client.Jar.Cookies(at))
}

// checkClientIP sends a forged client address, which must be ignored.
func (s *site) checkClientIP(t *testing.T) {
	t.Helper()
	r := s.post(t, "/signin", url.Values{"email": {"marta@halation.example"}, "password": {"a seat for every organizer"}}, "X-Forwarded-For", "198.51.100.9")
	if r.status != http.StatusSeeOther {
		t.Errorf("sign in: %d %s, want %v", r.status, r.body, http.StatusSeeOther)
	}
	db, err := dbx.Open("sqlite", "file:"+filepath.Join(s.dataDir, "pb_data", "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var addresses []string
	if err := db.NewQuery("SELECT DISTINCT address FROM logins").Column(&addresses); err != nil || len(addresses) != 1 || addresses[0] != "127.0.0.1" {
		t.Errorf("got client addresses %v, %v, want 1 and %q", addresses, err, "127.0.0.1")
	}
}

// checkEventStream waits for the first bytes of an open stream, which a buffering proxy would hold back.
func (s *site) checkEventStream(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, publicURL+"/events?team=halation-post", nil)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || response.Header.Get("Content-Type") != "text/event-stream" || first == "" {
		t.Errorf("event stream: got %d, %q, %v, want %q and it set", response.StatusCode, first, err, "text/event-stream")
	}
}

// checkWebSocket connects to a session as a browser does.
func (s *site) checkWebSocket(t *testing.T) {
	t.Helper()
	token := s.sessionToken(t)
	connection, err := tls.Dial("tcp", s.proxy, &tls.Config{RootCAs: s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: publicHost})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(connection, "GET /livekit/rtc?protocol=15&auto_subscribe=1&sdk=go&version=2.0.0&access_token=%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", token, publicHost)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("WebSocket: got status %d, want 101", response.StatusCode)
	}
}

// sessionToken starts a session through the API and returns its host's token.
func (s *site) sessionToken(t *testing.T) string {
	t.Helper()
	signedIn := s.call(t, "", "/api/collections/users/auth-with-password", map[string]any{"identity": "marta@halation.example", "password": "a seat for every organizer"})
	token, _ := signedIn["token"].(string)
	session := s.call(t, token, "/api/teams/halation-post/sessions", map[string]any{"title": "Reel 4", "starts": time.Now().Add(time.Minute).UTC().Format(time.RFC3339), "minutes": 30})
	s.call(t, token, fmt.Sprintf("/api/sessions/%s/start", session["id"]), map[string]any{})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) { // live media starts in the background
		if pass, ok := s.call(t, token, fmt.Sprintf("/api/s/%s/join", session["code"]), map[string]any{})["token"].(string); ok {
			return pass
		}
	}
	t.Fatal("no token for the session")
	return ""
}

func (s *site) call(t *testing.T, token, path string, body any) map[string]any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := s.send(t, http.MethodPost, path, bytes.NewReader(text), "Content-Type", "application/json", "Authorization", token)
	answer := map[string]any{}
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
		t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	if r.status != http.StatusOK {
		t.Logf("%s: %d %s", path, r.status, r.body)
	}
	return answer
}

// checkUpload uploads a list of the maximum size, and one that Usher refuses with its own page.
func (s *site) checkUpload(t *testing.T) {
	t.Helper()
	for size, says := range map[int]string{2<<20 - 1000: "", 3 << 20: "larger than 2 MB"} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("file", "people.csv")
		line := "someone@halation.example,Someone of the studio who has a rather long name\n"
		_, _ = io.WriteString(part, "email,name\n"+strings.Repeat(line, size/len(line)))
		form.Close()
		r := s.send(t, http.MethodPost, "/admin/halation-post/users/preview", &body, "Content-Type", form.FormDataContentType())
		if r.header.Get("X-Usher") == "" || !strings.Contains(r.body, says) {
			t.Errorf("%d bytes: got %d %.300s, want Usher's own answer with %q", size, r.status, r.body, says)
		}
	}
}

// checkMisdirected sends a request with another Host to the program itself, like a proxy that hides the right one.
func (s *site) checkMisdirected(t *testing.T) {
	t.Helper()
	response, err := http.Get("http://" + s.backend + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(string(body), s.backend) || !strings.Contains(string(body), publicURL) {
		t.Errorf("wrong Host: got %d %s, want %v, it with %q and it with %q", response.StatusCode, body, http.StatusMisdirectedRequest, s.backend, publicURL)
	}
}

type reply struct {
	status, protoMajor int
	header             http.Header
	body               string
}

func (s *site) get(t *testing.T, path string) reply {
	t.Helper()
	return s.send(t, http.MethodGet, path, nil)
}

func (s *site) post(t *testing.T, path string, form url.Values, header ...string) reply {
	t.Helper()
	return s.send(t, http.MethodPost, path, strings.NewReader(form.Encode()), append(header, "Content-Type", "application/x-www-form-urlencoded")...)
}

func (s *site) send(t *testing.T, method, path string, body io.Reader, header ...string) reply {
	t.Helper()
	request, _ := http.NewRequest(method, publicURL+path, body)
	request.Header.Set("Origin", publicURL)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.ProtoMajor, response.Header, string(text)}
}

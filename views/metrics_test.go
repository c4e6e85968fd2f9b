package views_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

func TestMetrics_CountTheState(t *testing.T) {
	s := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	session := hookstest.StartSession(t, s.App, owner, team, sessions.Form{})
	hookstest.Recording(t, s.App, session, nil)
	s.As(owner).Get("/admin/halation-post/users")
	s.Anonymous().Get("/no-such-page")
	body := s.Anonymous().Get("/metrics").Body
	for _, want := range []string{
		`(?m)^usher_build_info\{version=".+"\} 1$`, `(?m)^usher_teams 1$`, `(?m)^usher_users 1$`, `(?m)^usher_live_sessions 1$`, `(?m)^usher_participants 0$`,
		`(?m)^usher_teams_without_free_licence 1$`, `(?m)^usher_recordings\{status="ready"\} 1$`, `(?m)^usher_outbox_oldest_seconds `,
		`(?m)^usher_database_bytes\{file="data.db"\} [1-9]`, `(?m)^usher_disk_free_bytes [1-9]`, `(?m)^go_goroutines [1-9]`,
		`(?m)^usher_http_requests_total\{route="GET /admin/\{team\}/users",status="200"\} 1$`, `(?m)^usher_http_requests_total\{route="/\{path...\}",status="404"\} 1$`,
		`(?m)^usher_http_request_duration_seconds_count\{route="POST /signin"\} 1$`,
	} {
		if !regexp.MustCompile(want).MatchString(body) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "halation") || strings.Contains(body, "no-such-page") {
		t.Error("the metrics have names or addresses")
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^(#|go_|process_).*\n`).ReplaceAllString(body, ""))
	}
}

func TestMetrics_Access(t *testing.T) {
	const token = "0123456789abcdef0123"
	for name, c := range map[string]struct {
		token, trusted string
		header         map[string]string
		host           string
		want           int
	}{
		"this machine":            {"", "", nil, "", 200},
		"localhost":               {"", "", nil, "localhost:9", 200},
		"through a proxy":         {"", "", map[string]string{"X-Forwarded-For": "127.0.0.1"}, "", 404},
		"through a trusted proxy": {"", "X-Forwarded-For", map[string]string{"X-Forwarded-For": "127.0.0.1"}, "", 404},
		"another client":          {"", "X-Forwarded-For", map[string]string{"X-Forwarded-For": "203.0.113.7"}, "", 404},
		"a header of its own":     {"", "Client-Address", map[string]string{"Client-Address": "127.0.0.1"}, "", 404},
		"the public host":         {"", "", nil, "meet.example.org", 421},
		"token":                   {token, "X-Forwarded-For", map[string]string{"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer " + token}, "", 200},
		"wrong token":             {token, "X-Forwarded-For", map[string]string{"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer " + token + "4"}, "", 404},
		"no token":                {token, "X-Forwarded-For", map[string]string{"X-Forwarded-For": "203.0.113.7"}, "", 404},
		"empty token":             {"", "X-Forwarded-For", map[string]string{"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer "}, "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			config := hookstest.Config()
			config.MetricsToken, config.TrustedProxy = c.token, c.trusted
			s := viewstest.Serve(t, config)
			request, _ := http.NewRequest(http.MethodGet, s.URL+"/metrics", nil)
			request.Host = c.host
			for name, value := range c.header {
				request.Header.Set(name, value)
			}
			if got := s.Anonymous().Send(request); got.Status != c.want || strings.Contains(got.Body, "usher_users") != (c.want == 200) {
				t.Errorf("got %d, want %d: %.200s", got.Status, c.want, got.Body)
			}
		})
	}
}

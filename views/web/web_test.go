package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
	"usher/views/web"
)

func TestNextIsOneOfOurPages(t *testing.T) {
	for raw, want := range map[string]string{
		"/admin/team/users?q=a": "/admin/team/users?q=a",
		"/invite/usi_abc":       "/invite/usi_abc",
		"":                      "/",
		"admin":                 "/",
		"//evil.example":        "/",
		"/\\evil.example":       "/",
		"/%2Fevil.example":      "/",
		"/%5Cevil.example":      "/",
		"/%0d%0aSet-Cookie: a":  "/",
		"https://evil.example":  "/",
		"javascript:alert(1)":   "/",
		"/%zz":                  "/",
	} {
		if got := web.Next(raw, "/"); got != want {
			t.Errorf("%q leads to %q, want %q", raw, got, want)
		}
	}
}

func TestSecretsAreTakenOutOfTexts(t *testing.T) {
	for text, want := range map[string]string{
		"GET /invite/usi_abc?x=1":                    "GET /invite/•?x=1",
		"POST /reset/eyJhbGciOi.J9":                  "POST /reset/•",
		"https://usher.test/verify/abc":              "https://usher.test/verify/•",
		"/signup?code=abc&x=1":                       "/signup?code=•&x=1",
		"came with usi_abc-DEF_1":                    "came with •",
		"/admin/halation-post/users?q=lucia@example": "/admin/halation-post/users?q=lucia@example",
	} {
		if got := web.Redact(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestSecretsDoNotReachTheActivityLog(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	server.App.Settings().Logs.MaxDays = 5
	b := server.Visitor()
	b.Get("/invite/usi_verysecret")
	request, _ := http.NewRequest(http.MethodGet, server.URL+"/signin", nil)
	request.Header.Set("Referer", server.URL+"/reset/alsosecret")
	b.Send(request)

	// The log is written a moment later, by PocketBase's own worker.
	for deadline := time.Now().Add(20 * time.Second); ; {
		var rows []string
		if err := server.App.AuxDB().NewQuery("SELECT data || message FROM _logs").Column(&rows); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(rows, "\n")
		if strings.Contains(all, "verysecret") || strings.Contains(all, "alsosecret") {
			t.Fatal(all)
		}
		if strings.Contains(all, "/invite/") && strings.Contains(all, "/reset/") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the requests were not logged: %s", all)
		}
	}
}

func TestEveryAnswerCarriesItsHeaders(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	for _, path := range []string{"/signup", "/no-such-page", "/api/teams", "/invite/usi_x"} {
		h := server.Visitor().Get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      "frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Permissions-Policy":           "camera=(self)",
			"Cache-Control":                "no-store",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	if got := server.Visitor().Get("/invite/usi_x").Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("a page with a secret in its address has the referrer policy %q", got)
	}
}

func TestAnotherHostIsRefused(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	ask := func(method, host string) viewstest.Reply {
		request, _ := http.NewRequest(method, server.URL+"/signin", nil)
		request.Host = host
		return server.Visitor().Send(request)
	}
	if r := ask("GET", "evil.example"); r.Status != http.StatusMisdirectedRequest || strings.Contains(r.Body, "evil") {
		t.Errorf("another host: %d %s", r.Status, r.Body)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	if r := ask("GET", "localhost:"+port); r.Status != http.StatusTemporaryRedirect || r.Location != server.URL+"/signin" {
		t.Errorf("another name of this machine: %d to %q", r.Status, r.Location)
	}
	if r := ask("POST", "localhost:"+port); r.Status != http.StatusMisdirectedRequest {
		t.Errorf("a form for another name of this machine: %d", r.Status)
	}
}

func TestTheDashboardIsNotReachedThroughAnUnknownProxy(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	request, _ := http.NewRequest("POST", server.URL+"/api/collections/_superusers/auth-with-password", strings.NewReader(`{"identity":"a@b.example","password":"x"}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", "127.0.0.1")
	if r := server.Visitor().Send(request); r.Status != http.StatusForbidden {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

package web_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
	"usher/views/web"
)

func TestSafeNext_AcceptsLocalPathsOnly(t *testing.T) {
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
		if got := web.SafeNext(raw, "/"); got != want {
			t.Errorf("%q leads to %q, want %q", raw, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"GET /invite/usi_abc?x=1":                    "GET /invite/•?x=1",
		"POST /reset/eyJhbGciOi.J9":                  "POST /reset/•",
		"https://usher.test/verify/abc":              "https://usher.test/verify/•",
		"/signup?code=abc&x=1":                       "/signup?code=•&x=1",
		"came with usi_abc-DEF_1":                    "came with •",
		"/signin?next=%2Freset%2Fabc.def&x=1":        "/signin?next=%2Freset%2F•&x=1",
		"token eyJhbGci.eyJpZCI6.c2ln in a text":     "token • in a text",
		"/admin/halation-post/users?q=lucia@example": "/admin/halation-post/users?q=lucia@example",
	} {
		if got := web.Redact(text); got != want {
			t.Errorf("%q became %q, want %v", text, got, want)
		}
	}
}

func TestRedact_ActivityLog(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	server.App.Settings().Logs.MaxDays = 5
	b := server.Anonymous()
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

func TestSecurityHeaders_EveryResponse(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	for _, path := range []string{"/signup", "/no-such-page", "/api/teams", "/invite/usi_x"} {
		h := server.Anonymous().Get(path).Header
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
				t.Errorf("%s: %s is %q, want it to contain %q", path, name, h.Get(name), want)
			}
		}
	}
	if got := server.Anonymous().Get("/invite/usi_x").Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("a page with a secret in its address has the referrer policy %q, want %q", got, "same-origin")
	}
}

func TestRequireHost_ComparesCanonicalForm(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	settings.Of(server.App).URL = "https://xn--bcher-kva.example"
	ask := func(method, path, host string, header ...string) viewstest.Reply {
		request, _ := http.NewRequest(method, server.URL+path, strings.NewReader("x=1"))
		request.Host = host
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		return server.Anonymous().Send(request)
	}
	for _, host := range []string{"xn--bcher-kva.example", "xn--bcher-kva.example:443", "XN--Bcher-KVA.example", "xn--bcher-kva.example.", "xn--bcher-kva.example.:443"} {
		if r := ask("GET", "/signin", host); r.Status != http.StatusOK {
			t.Errorf("%s: %d %s, want %v", host, r.Status, r.Body, http.StatusOK)
		}
		for _, origin := range []string{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example.", "https://xn--bcher-kva.example:443"} {
			if r := ask("POST", "/signout", host, "Origin", origin); r.Status != http.StatusSeeOther {
				t.Errorf("a form of %s for %s: %d, want %v", origin, host, r.Status, http.StatusSeeOther)
			}
		}
		for _, origin := range []string{"https://evil.example", "https://xn--bcher-kva.example:8443", "null"} {
			if r := ask("POST", "/signout", host, "Origin", origin); r.Status != http.StatusForbidden {
				t.Errorf("a form of %s for %s: %d, want %v", origin, host, r.Status, http.StatusForbidden)
			}
		}
	}
	for _, host := range []string{"evil.example", "xn--bcher-kva.example:80", "xn--bcher-kva.example:8443", "xn--bcher-kva.example.evil.example", "127.0.0.1"} {
		if r := ask("GET", "/signin", host); r.Status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d, want %v", host, r.Status, http.StatusMisdirectedRequest)
		}
	}
}

func TestRequireHost_OtherHost_IsRefusedAndNamed(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	ask := func(method, path, host string) viewstest.Reply {
		request, _ := http.NewRequest(method, server.URL+path, nil)
		request.Host = host
		return server.Anonymous().Send(request)
	}
	r := ask("GET", "/signin", "127.0.0.1.evil.example:8090")
	if r.Status != http.StatusMisdirectedRequest || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("another host: %d %s, want %v and it with %q", r.Status, r.Header.Get("Content-Type"), http.StatusMisdirectedRequest, "text/plain")
	}
	for _, part := range []string{`"127.0.0.1.evil.example:8090"`, server.URL, "proxy_set_header Host $host", "USHER_URL"} {
		if !strings.Contains(r.Body, part) {
			t.Errorf("nothing of %s in %s, want it to contain %q", part, r.Body, part)
		}
	}
	if r := ask("GET", "/signin", strings.Repeat("a", 5000)); len(r.Body) > 1000 {
		t.Errorf("a long host makes an answer of %d bytes, want at most 1000", len(r.Body))
	}
	if r := ask("GET", "/api/teams", "evil.example"); r.Status != http.StatusMisdirectedRequest || !strings.Contains(r.Body, `"status":421`) || !strings.Contains(r.Body, "evil.example") {
		t.Errorf("a program: %d %s, want %v, it with %q and it with %q", r.Status, r.Body, http.StatusMisdirectedRequest, `"status":421`, "evil.example")
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	if r := ask("GET", "/signin", "localhost:"+port); r.Status != http.StatusTemporaryRedirect || r.Location != server.URL+"/signin" {
		t.Errorf("another name of this machine: %d to %q, want %v and %v", r.Status, r.Location, http.StatusTemporaryRedirect, server.URL+"/signin")
	}
	if r := ask("POST", "/signin", "localhost:"+port); r.Status != http.StatusMisdirectedRequest {
		t.Errorf("a form for another name of this machine: %d, want %v", r.Status, http.StatusMisdirectedRequest)
	}
}

func TestRestrictDashboard_UndeclaredProxy_IsRefused(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	superusers, err := server.App.FindCollectionByNameOrId("_superusers")
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []string{"_superusers", "_SuperUsers", superusers.Id} {
		for _, header := range []string{"", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"} {
			request, _ := http.NewRequest("POST", server.URL+"/api/collections/"+spelling+"/auth-with-password",
				strings.NewReader(`{"identity":"a@b.example","password":"x"}`))
			request.Header.Set("Content-Type", "application/json")
			want := http.StatusBadRequest
			if header != "" {
				request.Header.Set(header, "127.0.0.1")
				want = http.StatusForbidden
			}
			if r := server.Anonymous().Send(request); r.Status != want {
				t.Errorf("%s with %q: %d %s, want %v", spelling, header, r.Status, r.Body, want)
			}
		}
	}
}

func TestRecordsAPI_AccountEndpoints_AreForbidden(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	ada := hookstest.Account(t, server.App, "ada@x.example")
	hookstest.Account(t, server.App, "ben@x.example")
	for _, spelling := range []string{"users", "Users", ada.Collection().Id} {
		for _, address := range []string{"ben@x.example", "nobody@x.example"} {
			status, _ := server.Call(server.Token(ada), "POST", "/api/collections/"+spelling+"/request-email-change", map[string]any{"newEmail": address})
			if status != http.StatusForbidden {
				t.Errorf("%s, %s: %d, want %v", spelling, address, status, http.StatusForbidden)
			}
		}
		token, err := ada.NewVerificationToken()
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := server.Call("", "POST", "/api/collections/"+spelling+"/confirm-verification", map[string]any{"token": token}); status != http.StatusForbidden {
			t.Errorf("%s: confirmed past the password: %d, want %v", spelling, status, http.StatusForbidden)
		}
	}
}

func TestRequireAdmin_IdleLogin_AsksForPassword(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	hookstest.Team(t, server.App, owner, "Halation Post", "free")
	b := server.As(owner)
	if r := b.Get("/admin/halation-post/users"); r.Status != http.StatusOK {
		t.Fatalf("at once: %d, want %v", r.Status, http.StatusOK)
	}
	hookstest.Exec(t, server.App, "UPDATE logins SET seen = {:then}", dbx.Params{"then": time.Now().Add(-13 * time.Hour).UTC().Format("2006-01-02 15:04:05.000Z")})
	for range 2 { // looking again does not open it
		if r := b.Get("/admin/halation-post/users"); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/signin") {
			t.Errorf("after 13 hours: %d to %q, want %v and it with %q", r.Status, r.Location, http.StatusSeeOther, "/signin")
		}
		if r := b.Get("/app/halation-post"); r.Status != http.StatusOK {
			t.Errorf("the App after 13 hours: %d, want %v", r.Status, http.StatusOK)
		}
	}
}

func TestPageGroup_LargeForm_IsRefused(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	large := url.Values{"email": {strings.Repeat("a", 1<<20)}, "password": {"x"}}
	if r := server.Anonymous().Post("/signin", large); r.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d, want %v", r.Status, http.StatusRequestEntityTooLarge)
	}
}

func TestRecordsAPI_Avatar_CannotBeSet(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	ada := hookstest.Account(t, server.App, "ada@x.example")
	for _, field := range []string{"avatar", "avatar+", "+avatar"} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile(field, "a.png")
		_ = png.Encode(part, image.NewGray(image.Rect(0, 0, 1, 1)))
		form.Close()
		request, _ := http.NewRequest("PATCH", server.URL+"/api/collections/users/records/"+ada.Id, &body)
		request.Header.Set("Content-Type", form.FormDataContentType())
		request.Header.Set("Authorization", server.Token(ada))
		server.Anonymous().Send(request)
		if stored := hookstest.FindRecord(t, server.App, "users", ada.Id); stored.GetString("avatar") != "" {
			t.Errorf("%s set %q, want none", field, stored.GetString("avatar"))
		}
	}
}

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
	"usher/views/web"
)

// Secrets that end with what also surrounds links.
const (
	secret43 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-"
	signed   = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IngifQ." + secret43
)

// pagePaths are the addresses of pages, one of each route.
var pagePaths = []string{
	"/admin", "/signin", "/signup", "/reset", "/account", "/account/password", "/account/devices/x", "/account/delete", "/teams",
	"/verify/" + signed, "/reset/" + signed, "/email/" + secret43, "/invite/usi_" + secret43, "/invite/usi_" + secret43 + "/accept",
	"/s/abcdefgh123456", "/s/usp_" + secret43, "/s/abcdefgh123456/door", "/s/usp_" + secret43 + "/join", "/s/abcdefgh123456/calendar.ics",
	"/r/grading-suite", "/r/grading-suite/start", "/r/grading-suite/account", "/calendar/usf_" + secret43 + ".ics",
	"/live/abcdefghijk1234", "/live/abcdefghijk1234/state",
	"/app/halation-post", "/app/halation-post/find", "/app/halation-post/sessions", "/app/halation-post/sessions/new", "/app/halation-post/sessions/abcdefghijk1234/edit",
	"/app/halation-post/rooms", "/app/halation-post/calendar", "/app/halation-post/people",
	"/admin/halation-post", "/admin/halation-post/users", "/admin/halation-post/users/add", "/admin/halation-post/users/abcdefghijk1234", "/admin/halation-post/users/abcdefghijk1234/remove",
	"/admin/halation-post/users/import/abcdefghijk1234/report", "/admin/halation-post/rooms", "/admin/halation-post/audit", "/admin/halation-post/audit/export",
	"/admin/halation-post/settings", "/admin/halation-post/settings/delete",
}

// appendedTexts is what programs put behind a link, as it arrives.
var appendedTexts = []string{
	"/", "//", ".", ",", ")", ").", "%3E", ">", "%22", "\"", "*", "**", "_", "_/", "!", ";", ":", "'", "%E2%80%99", "%20", "%20and%20more", "%0A", "%3E%20wrote", "&amp;utm_source=mail",
	"%3Futm_source=mail", "%26x=1", "%E2%80%8B", "%EF%BB%BF", "%C2%A0", "]", "%7D", "%5C", "%3C/a%3E", "...",
}

func TestCleanPath_KeepsPagePaths(t *testing.T) {
	for _, path := range append(pagePaths, "/", "/no-such-page", "/livez", "/invite/usi_x", "/s/x/join", "/s/usp_nowhere", "/live/no-such-session", "/app/no_such_team", "/s/abcdefgh1234567",
		"/admin/halation-post/users/' OR 1=1", "/admin/halation-post/users/' OR 1=1/remove", "/app/halation-post/sessions/<script>") {
		if got := web.CleanPath(path); got != path {
			t.Errorf("%s became %s, want %v", path, got, path)
		}
	}
}

func TestCleanPath_TrimsAppendedText(t *testing.T) {
	for _, path := range pagePaths {
		for _, more := range appendedTexts {
			decoded, err := url.PathUnescape(path + more)
			if err != nil {
				t.Fatal(err)
			}
			if got := web.CleanPath(decoded); got != path {
				t.Errorf("%q: %s, want %v", decoded, got, path)
			}
		}
	}
	for path, want := range map[string]string{
		"/S/ABCDEFGH123456":                      "/s/abcdefgh123456",
		"/Invite/usi_" + secret43:                "/invite/usi_" + secret43,
		"/admin/Halation-Post/users":             "/admin/halation-post/users",
		"/App/HALATION-POST/sessions/":           "/app/halation-post/sessions",
		"/r/Grading-Suite":                       "/r/grading-suite",
		"/SignIn":                                "/signin",
		"/SIGNIN).":                              "/signin",
		"/s/\u200babcdefgh123456":                "/s/abcdefgh123456",
		"/s/abcdefgh123456)/join":                "/s/abcdefgh123456/join",
		"/s/abcdefgh123456 and then/more":        "/s/abcdefgh123456",
		"/calendar/usf_" + secret43 + ".ics.":    "/calendar/usf_" + secret43 + ".ics",
		"//evil.example/":                        "/evil.example",
		"/invite/usi_" + secret43 + secret43:     "/invite/usi_" + secret43,
		"/verify/" + signed + "_":                "/verify/" + signed,
		"/email/" + secret43 + "\u00a0":          "/email/" + secret43,
		"/\u200b":                                "/",
		"/admin/halation-post/users/import/x/*_": "/admin/halation-post/users/import/x",
	} {
		if got := web.CleanPath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestCleanPath_IsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.SampledFrom([]string{"", "s/", "S/", "invite/usi_", "calendar/", "calendar/usf_" + secret43, "verify/", "app/", "/", "SIGNIN", "Admin/X"}).Draw(t, "area") + rapid.String().Draw(t, "rest")
		once := web.CleanPath(path)
		if again := web.CleanPath(once); again != once {
			t.Fatalf("%q: %q, then %q, want %v", path, once, again, once)
		}
		if !strings.HasPrefix(once, "/") || strings.HasPrefix(once, "//") {
			t.Fatalf("%q leads to %q, want it to contain %q and no %q", path, once, "/", "//")
		}
	})
}

func TestRedirectToCleanPath_KeepsMethodAndQuery(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	ask := func(method, path string) viewstest.Reply {
		request, err := http.NewRequest(method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return server.Anonymous().Send(request)
	}
	for path, want := range map[string]string{
		"/s/abcdefgh123456/":                               "/s/abcdefgh123456",
		"/s/abcdefgh123456%3E":                             "/s/abcdefgh123456",
		"/s/abcdefgh123456.?utm_source=mail&x=1":           "/s/abcdefgh123456?x=1",
		"/s/abcdefgh123456?utm_source=mail&fbclid=2":       "/s/abcdefgh123456",
		"/invite/usi_" + secret43 + "&amp;utm_source=mail": "/invite/usi_" + secret43,
		"/admin/x/users/?q=a%20b&page=2":                   "/admin/x/users?q=a%20b&page=2",
		"/app/x/":                                          "/app/x",
		"/%2Fevil.example/":                                "/evil.example",
		"/signin/?next=%2Fapp":                             "/signin?next=%2Fapp",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			r := ask(method, path)
			if path == "/%2Fevil.example/" && r.Status == http.StatusMovedPermanently {
				continue
			}
			if r.Status != http.StatusTemporaryRedirect || r.Location != want {
				t.Errorf("%s %s: %d to %q, want %q", method, path, r.Status, r.Location, want)
			}
		}
	}
	for _, path := range []string{"/signin?utm_source=mail", "/no-such-page", "/livez"} {
		if r := ask(http.MethodGet, path); r.Status/100 == 3 {
			t.Errorf("%s leads to %q, want anything but 3", path, r.Location)
		}
	}
	if r := ask(http.MethodGet, "/api/teams/"); r.Status != http.StatusNotFound || !strings.Contains(r.Body, `"status":404`) {
		t.Errorf("a program is sent elsewhere: %d %s, want %v and it with %q", r.Status, r.Body, http.StatusNotFound, `"status":404`)
	}
}

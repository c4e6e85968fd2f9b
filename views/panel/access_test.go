package panel_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// routePattern matches the registration of a route in the source.
var routePattern = regexp.MustCompile(`(\w+)\.(GET|HEAD|POST|PUT|PATCH|DELETE|Any|Route)\("([^"]*)"`)

// panelRoutes lists every route under /admin/{team}, as "GET /users", from the source of all pages.
func panelRoutes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	groups := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		groups += strings.Count(string(source), `Group("/admin/{team}`)
		for _, m := range routePattern.FindAllStringSubmatch(string(source), -1) {
			group, method, path := m[1], m[2], m[3]
			if strings.HasPrefix(path, "/admin/") {
				t.Errorf("%s mounts %s past the group of the panel, want no %q", file, path, "/admin/")
			}
			if filepath.Base(filepath.Dir(file)) != "panel" {
				continue
			}
			if group != "panel" || method == "Any" || method == "Route" {
				t.Errorf("%s mounts %s %s on %s: extend this test, want %q, anything but %q and another than %q", file, method, path, group, "panel", "Any", "Route")
			}
			routes = append(routes, method+" "+path)
		}
	}
	if groups != 1 || len(routes) < 40 {
		t.Fatalf("%d groups, %d routes, want 1 and at least 40", groups, len(routes))
	}
	return routes
}

func TestRoutes_RequireAnAdmin(t *testing.T) {
	s := newFixture(t, true)
	browsers := map[string]*viewstest.Browser{"nobody": s.Anonymous()}
	for who, account := range map[string]*core.Record{"stranger": s.stranger, "guest": s.guest, "member": s.member, "organizer": s.organizer, "another team's owner": s.other} {
		browsers[who] = s.As(account)
	}
	idle := s.As(s.owner)
	hookstest.Exec(t, s.App, "UPDATE logins SET seen = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-13 hours') WHERE user = {:user}", map[string]any{"user": s.owner.Id})

	registered := map[string]bool{}
	paths := map[string]bool{}
	for _, route := range panelRoutes(t) {
		registered[route] = true
		_, path, _ := strings.Cut(route, " ")
		paths[path] = true
	}
	fill := strings.NewReplacer("{id}", s.member.Id, "{action}", "remove", "{email}", "aaaaaaaaaaaaaaa")
	for path := range paths {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			known := registered[method+" "+path] || method == "HEAD" && registered["GET "+path]
			for who, browser := range browsers {
				assertDenied(t, who, method+" "+path, known, sendRequest(t, s, browser, method, fill.Replace(path)))
			}
			if known {
				if r := sendRequest(t, s, idle, method, fill.Replace(path)); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/signin?") {
					t.Errorf("an Owner who was idle for 13 hours, %s %s: %d %s, want %v and it with %q", method, path, r.Status, r.Location, http.StatusSeeOther, "/signin?")
				}
			}
		}
	}
	if n := hookstest.Count(t, s.App, "memberships"); n != 6 {
		t.Errorf("%d memberships after requests without the right, want 6", n)
	}
}

func sendRequest(t *testing.T, s *fixture, browser *viewstest.Browser, method, path string) viewstest.Reply {
	t.Helper()
	sent, err := http.NewRequest(method, s.URL+s.path(path), strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sent.Header.Set("Sec-Fetch-Site", "same-origin")
	return browser.Send(sent)
}

func assertDenied(t *testing.T, who, what string, registered bool, r viewstest.Reply) {
	t.Helper()
	want := http.StatusForbidden
	switch {
	case !registered:
		if r.Status < 300 || r.Status >= 500 {
			t.Errorf("%s, %s, which is no route: %d", who, what, r.Status)
		}
		return
	case who == "nobody":
		want = http.StatusSeeOther
	case who == "stranger" || who == "another team's owner":
		want = http.StatusNotFound
	}
	if r.Status != want {
		t.Errorf("%s, %s: %d, want %d", who, what, r.Status, want)
	}
}

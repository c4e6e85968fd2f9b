package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/actors"
	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/views/viewstest"
)

// panelPages are the pages and fragments of the Admin Panel that an Admin can have open; {user} is a user of the team.
var panelPages = []string{
	"", "/users", "/users/add", "/users/permissions", "/users/import", "/users/export", "/users/{user}", "/users/{user}/remove", "/rooms", "/rooms/new", "/audit", "/audit/export",
	"/settings", "/find?q=a",
}

// sendRequest requests a page as it is opened, or a fragment as an open page requests it.
func sendRequest(b *viewstest.Browser, server *viewstest.Server, method, path string, fragment bool) viewstest.Reply {
	request, _ := http.NewRequest(method, server.URL+path, strings.NewReader("answer=yes"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", server.URL)
	if fragment {
		request.Header.Set("HX-Request", "true")
	}
	return b.Send(request)
}

// waitForEvent waits until the stream of an open page says one of the names.
func waitForEvent(t *testing.T, limit time.Duration, stream <-chan string, names ...string) {
	t.Helper()
	for late := time.After(limit); ; {
		select {
		case name, open := <-stream:
			for _, want := range names {
				if name == want {
					return
				}
			}
			if !open {
				t.Fatalf("the stream ended without %q", names)
			}
		case <-late:
			t.Fatalf("the open page was not told %q within %s", names, limit)
		}
	}
}

// TestFormerAdmin_EveryPanelPage: who loses the Admin role while the Admin Panel is open learns that from every page of it, with
// the way to the App; who never had it gets the refusal of every member.
func TestFormerAdmin_EveryPanelPage(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	app := server.App
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	admin := hookstest.Member(t, app, team, "admin@x.example", "admin", "organizer")
	plain := hookstest.Member(t, app, team, "member@x.example", "organizer")
	b, other := server.As(admin), server.As(plain)
	_, stream := openStream(t, server, b, team.Id)
	drain(stream)
	if _, err := members.RevokeRoles(app, hookstest.Actor(t, app, owner, team), admin.Id, actors.Roles{Admin: true}, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	waitForEvent(t, time.Second, stream, events.Users)
	for _, ref := range []string{team.Slug(), team.Id} {
		for _, page := range panelPages {
			path := "/admin/" + ref + strings.ReplaceAll(page, "{user}", plain.Id)
			for _, fragment := range []bool{false, true} {
				r := sendRequest(b, server, "GET", path, fragment)
				if r.Status != http.StatusForbidden || !strings.Contains(r.Body, "<h1>You&#39;re no longer an Admin of Halation Post</h1>") ||
					!strings.Contains(r.Body, `href="/app/halation-post"`) || !strings.Contains(r.Body, "ask Owner (Owner) to invite you") {
					t.Errorf("GET %s, fragment %v: got %d, want 403, what was lost and the way to the App", path, fragment, r.Status)
				}
				if r := sendRequest(other, server, "GET", path, fragment); r.Status != http.StatusForbidden || strings.Contains(r.Body, "no longer") {
					t.Errorf("a plain member at GET %s, fragment %v: got %d, want the refusal of every member", path, fragment, r.Status)
				}
			}
		}
	}
	if r := sendRequest(b, server, "POST", "/admin/"+team.Slug()+"/users/"+plain.Id+"/remove", true); r.Status != http.StatusForbidden || !strings.Contains(r.Body, "no longer an Admin") {
		t.Errorf("a form of an open page: got %d, want 403 and what was lost", r.Status)
	}
	if status, answer := server.Call(server.Token(admin), "GET", "/api/teams/"+team.Id+"/users", nil); status != http.StatusForbidden || !strings.Contains(answer["message"].(string), "don't have the Admin role") {
		t.Errorf("a program: got %d %v, want the refusal of every member", status, answer["message"])
	}
	if r := b.Get("/app/" + team.Slug()); r.Status != http.StatusOK {
		t.Errorf("the App: got %d, want 200", r.Status)
	}
}

// TestFormerAdmin_RoleRestored_HasPanel: an Admin who got the role back isn't a former Admin, and becomes one again when it ends.
func TestFormerAdmin_RoleRestored_HasPanel(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	app := server.App
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	account := hookstest.Member(t, app, team, "admin@x.example")
	b := server.As(account)
	grant := func(has bool) {
		t.Helper()
		m, err := members.Find(app, team.Id, account.Id)
		if err != nil {
			t.Fatal(err)
		}
		m.Set("admin", has)
		if err := app.Save(m); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []struct {
		has    bool
		status int
		told   bool
	}{{true, 200, false}, {false, 403, true}, {true, 200, false}, {false, 403, true}} {
		grant(c.has)
		actor := hookstest.Actor(t, app, account, team)
		r := b.Get("/admin/" + team.Slug() + "/users")
		if told := strings.Contains(r.Body, "no longer an Admin"); r.Status != c.status || told != c.told || actor.FormerAdmin != c.told {
			t.Errorf("step %d: got %d, told %v, former %v; want %d, %v, %v", i, r.Status, told, actor.FormerAdmin, c.status, c.told, c.told)
		}
	}
}

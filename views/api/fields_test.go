package api_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"usher/hooks/sessions"
)

// route is one of the routes of the JSON API, as its source mounts it.
type route struct{ method, path string }

// routePrefixes are the addresses of the groups that the source mounts routes on.
var routePrefixes = map[string]string{"api": "/api", "own": "/api", "account": "/api/account", "team": "/api/teams/{team}",
	"group": "/api/teams/{team}/rooms", "one": "/api/sessions/{id}", "hooks": "/hooks", "root": ""}

// routes reads from the source which routes of these methods there are.
func routes(t *testing.T, methods ...string) []route {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []route
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			verb, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !strings.Contains(strings.Join(methods, " "), verb.Sel.Name) {
				return true
			}
			group, _ := verb.X.(*ast.Ident)
			path, _ := call.Args[0].(*ast.BasicLit)
			if group == nil || path == nil || group.Name == "pages" {
				return true
			}
			suffix, _ := strconv.Unquote(path.Value)
			prefix, known := routePrefixes[group.Name]
			if !known {
				t.Errorf("%s mounts a route on %s, which this test doesn't know", file, group.Name)
			}
			all = append(all, route{verb.Sel.Name, prefix + suffix})
			return true
		})
	}
	return all
}

// sendRaw sends a body as it stands and reads the answer.
func (w *fixture) sendRaw(role, method, path, body string) (int, object) {
	w.t.Helper()
	reply := w.sendAs(role, method, path, body)
	answer := object{}
	if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil {
		w.t.Fatalf("%s %s: %d %s", method, path, reply.Status, reply.Body)
	}
	return reply.Status, answer
}

func TestBody_EveryRoute_RefusesUnknownFields(t *testing.T) {
	w := newFixture(t)
	session := w.newSession(sessions.Form{})
	all := routes(t, "POST", "PUT", "PATCH", "DELETE")
	if len(all) < 45 {
		t.Fatalf("only %d routes are found: %v, want at least 45", len(all), all)
	}
	for _, r := range all {
		if strings.HasPrefix(r.path, "/hooks/") {
			continue // the provider decides what it sends
		}
		id := w.accounts["member"].Id
		if strings.HasPrefix(r.path, "/api/sessions/") {
			id = session.Id
		}
		path := strings.NewReplacer("{team}", w.team.Id, "{id}", id, "{user}", id, "{code}", session.Code()).Replace(r.path)
		for body, want := range map[string][2]string{
			`{"zzUnknown":1}`:       {"zzUnknown", "unknown_field"},
			`{"zzUnknown":{"a":1}}`: {"zzUnknown", "unknown_field"},
			`{} {}`:                 {"base", "bad_json"},
			`{}x`:                   {"base", "bad_json"},
			`[]`:                    {"base", "bad_json"},
		} {
			status, answer := w.sendRaw("owner", r.method, path, body)
			assertRefused(t, status, answer, http.StatusBadRequest, want[0], want[1])
			if t.Failed() {
				t.Fatalf("%s %s %s", r.method, r.path, body)
			}
		}
	}
}

func TestBody_InvalidField_IsNamed(t *testing.T) {
	w := newFixture(t)
	session := w.newSession(sessions.Form{})
	roles := w.path("/members/%s/roles", w.accounts["member"].Id)
	for _, c := range []struct{ method, path, body, key, code, says string }{
		{"POST", w.path("/invitations"), `{"emails":["a@b.example"],"role":"organizer"}`, "role", "unknown_field", "Did you mean roles?"},
		{"POST", w.path("/invitations"), `{"email":["a@b.example"]}`, "email", "unknown_field", "Did you mean emails?"},
		{"POST", w.path("/invitations"), `{"Emails":["a@b.example"]}`, "Emails", "unknown_field", "Did you mean emails?"},
		{"POST", w.path("/invitations"), `{"emails":["a@b.example"],"emails":["c@d.example"]}`, "emails", "duplicate_field", "twice"},
		{"POST", w.path("/invitations"), `{"emails":null}`, "emails", "bad_type", "a list, not null"},
		{"POST", w.path("/invitations"), `{"emails":["a@b.example"],"roles":null}`, "roles", "bad_type", "a list, not null"},
		{"POST", w.path("/invitations"), `{"emails":["a@b.example",null]}`, "emails", "bad_type", "emails[1] must be a string, not null"},
		{"PUT", roles, `{"roles":null}`, "roles", "required", ""},
		{"PUT", roles, `{"role":["admin"]}`, "role", "unknown_field", "Did you mean roles?"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":{"fsp":30}}`, "settings.fsp", "unknown_field", "Did you mean fps?"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":{"fps":"30"}}`, "settings", "bad_type", "a whole number, not a string"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":{"fps":29.97}}`, "settings", "bad_type", "a whole number"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":{"fps":1e999}}`, "settings", "bad_type", "a whole number"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":null}`, "settings", "bad_type", "an object, not null"},
		{"POST", "/api/signup", `{"email":null}`, "email", "bad_type", "a string, not null"},
		{"POST", w.path("/sessions"), `{"title":"A","settings":[]}`, "settings", "bad_type", "an object, not a list"},
		{"POST", w.path("/sessions"), `{"minutes":true}`, "minutes", "bad_type", "a whole number, not true or false"},
		{"PATCH", "/api/sessions/" + session.Id, `{"title":"A","scop":"series"}`, "scop", "unknown_field", "Did you mean scope?"},
		{"POST", "/api/sessions/" + session.Id + "/events", `{"events":[{"id":"1","typ":"joined"}]}`, "events", "unknown_field", "events[0].typ"},
		{"POST", "/api/sessions/" + session.Id + "/events", `{"events":[{"id":"1","settings":{"fps":"x"}}]}`, "events", "bad_type", "events[0].settings.fps"},
		{"POST", w.path("/rooms"), `{"name":"A","settings":{"loby":true}}`, "settings.loby", "unknown_field", "Did you mean lobby?"},
		{"POST", w.path("/users/remove"), `{"ids":[],"role":"admin"}`, "role", "unknown_field", "Unknown field role."},
		{"PUT", "/api/account/picture", `{"picture":"%%%"}`, "base", "bad_json", ""},
		{"PATCH", w.path(""), `{"name":[]}`, "name", "bad_type", "a string, not a list"},
	} {
		status, answer := w.sendRaw("owner", c.method, c.path, c.body)
		assertRefused(t, status, answer, http.StatusBadRequest, c.key, c.code)
		if !strings.Contains(toJSON(answer), c.says) {
			t.Errorf("%s: no %q in %s, want it to contain %q", c.body, c.says, toJSON(answer), c.says)
		}
	}
	var n int
	if err := w.App.DB().NewQuery("SELECT count(*) FROM invitations").Row(&n); err != nil || n != 0 {
		t.Errorf("%d invitations were made: %v, want 0", n, err)
	}
}

func TestBody_MultipleErrors_AreAllNamed(t *testing.T) {
	w := newFixture(t)
	status, answer := w.sendRaw("owner", "POST", w.path("/sessions"), `{"titel":"A","minutes":"60","room":7}`)
	for key, code := range map[string]string{"titel": "unknown_field", "minutes": "bad_type", "room": "bad_type"} {
		assertRefused(t, status, answer, http.StatusBadRequest, key, code)
	}
}

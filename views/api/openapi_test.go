package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is the server's document, and a compiler of the schemas in it.
type described struct {
	t        *testing.T
	document object
	compiler *jsonschema.Compiler
}

const documentURL = "https://usher.test/openapi.json"

func (w *fixture) describe() *described {
	w.t.Helper()
	status, document := w.callAs("nobody", "GET", "/api/openapi.json", nil)
	requireOK(w.t, status, document)
	d := &described{t: w.t, document: document, compiler: jsonschema.NewCompiler()}
	d.compiler.AssertFormat()
	schemas := document["components"].(object)["schemas"].(object)
	for _, schema := range schemas { // clients must take fields that come later; this test must not
		if closed, ok := schema.(object); ok && closed["properties"] != nil && closed["additionalProperties"] == nil {
			closed["additionalProperties"] = false
		}
	}
	if err := d.compiler.AddResource(documentURL, document); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// validate compares a value with the schema at that place of the document.
func (d *described) validate(value any, pointer ...string) {
	d.t.Helper()
	at := documentURL + "#"
	for _, part := range pointer {
		part = strings.NewReplacer("~", "~0", "/", "~1").Replace(part)
		at += "/" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(part)
	}
	schema, err := d.compiler.Compile(at)
	if err != nil {
		d.t.Errorf("compile %s: %v", at, err)
		return
	}
	var plain any
	if err := json.Unmarshal([]byte(toJSON(value)), &plain); err != nil {
		d.t.Fatal(err)
	}
	if err := schema.Validate(plain); err != nil {
		d.t.Errorf("%s: %v\n%s", at, err, toJSON(value))
	}
}

func TestDocument_IsValidOpenAPI(t *testing.T) {
	w := newFixture(t)
	d := w.describe()
	published, err := os.Open("testdata/openapi-3.1.schema.json") // spec.openapis.org/oas/3.1/schema/2022-10-07
	if err != nil {
		t.Fatal(err)
	}
	defer published.Close()
	schema, err := jsonschema.UnmarshalJSON(published)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", schema); err != nil {
		t.Fatal(err)
	}
	openapi, err := compiler.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := openapi.Validate(map[string]any(d.document)); err != nil {
		t.Error(err)
	}
	if err := openapi.Validate(map[string]any{"openapi": "3.1.0", "info": map[string]any{}}); err == nil {
		t.Error("the published schema accepts a document without a title")
	}
	for name := range d.document["components"].(object)["schemas"].(object) {
		if _, err := d.compiler.Compile(documentURL + "#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
	text := toJSON(d.document)
	for _, found := range regexp.MustCompile(`"\$ref":"#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(text, -1) {
		if d.document["components"].(object)[found[1]].(object)[found[2]] == nil {
			t.Errorf("the document refers to %s/%s, which it doesn't have", found[1], found[2])
		}
	}
	assertJSON(t, d.document["servers"], `[{"url":"`+w.URL+`"}]`)
}

func TestDocument_IsPublicAndCacheable(t *testing.T) {
	w := newFixture(t)
	first := w.sendAs("nobody", "GET", "/api/openapi.json", "")
	tag := first.Header.Get("ETag")
	if first.Status != 200 || first.Header.Get("Content-Type") != "application/json" || first.Header.Get("Cache-Control") != "public, max-age=300" || tag == "" {
		t.Errorf("got %d, %v", first.Status, first.Header)
	}
	request, _ := http.NewRequest("GET", w.URL+"/api/openapi.json", nil)
	request.Header.Set("If-None-Match", tag)
	if again := w.Anonymous().Send(request); again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("with the tag: got %d and %d bytes, want 304 and none", again.Status, len(again.Body))
	}
}

// TestResponses_MatchTheirSchemas compares real requests and responses with the document.
func TestResponses_MatchTheirSchemas(t *testing.T) {
	w := newFixture(t)
	d := w.describe()
	paths := d.document["paths"].(object)
	checked, refused := map[string]bool{}, false
	// send fills the placeholders of the path in order, and returns the response.
	send := func(role, method, path string, body object, values ...string) object {
		t.Helper()
		address := path
		for _, value := range values {
			before, after, _ := strings.Cut(address, "{")
			_, after, _ = strings.Cut(after, "}")
			address = before + value + after
		}
		operation, ok := paths[path].(object)[strings.ToLower(method)].(object)
		if !ok {
			t.Fatalf("%s %s isn't described", method, path)
		}
		var sent any // not a nil object, which would be sent as null
		if body != nil {
			sent = body
			d.validate(body, "paths", path, strings.ToLower(method), "requestBody", "content", "application/json", "schema")
		}
		status, reply := w.callAs(role, method, address, sent)
		checked[method+" "+path] = true
		switch {
		case status == 200:
			d.validate(reply, "paths", path, strings.ToLower(method), "responses", "200", "content", "application/json", "schema")
		case operation["responses"].(object)[toJSON(status)] == nil:
			t.Errorf("%s %s: got the status %d, which isn't described: %s", method, path, status, toJSON(reply))
		default:
			d.validate(reply, "components", "schemas", "Error")
			d.knows(reply)
		}
		if (status == 200) == refused {
			t.Errorf("%s %s as %s: got %d %s, want a refusal: %v", method, address, role, status, toJSON(reply), refused)
		}
		return reply
	}
	team, member := w.team.Id, w.accounts["member"].Id
	const at = "/api/teams/{team}"

	send("owner", "GET", "/api/teams", nil)
	send("stranger", "POST", "/api/teams", object{"name": "New"})
	send("owner", "GET", at, nil, team)
	send("guest", "GET", at, nil, team)
	send("owner", "PATCH", at, object{"description": "Post.", "timezone": "Europe/Lisbon"}, team)
	send("owner", "GET", at+"/seats", nil, team)
	send("owner", "GET", at+"/licences", nil, team)
	send("owner", "POST", at+"/test-email", nil, team)

	lucia := w.newAccount("lucia@halation.example")
	results := send("owner", "POST", at+"/invitations", object{"emails": []string{lucia.Email(), "no-address", "pia@halation.example"}, "roles": []string{"organizer"}}, team)["results"].([]any)
	send("owner", "POST", at+"/invitations/preview", object{"emails": []string{lucia.Email(), "new@halation.example", "new@halation.example"}}, team)
	send(lucia.Email(), "GET", "/api/invitations", nil)
	send(lucia.Email(), "POST", "/api/invitations/{id}/accept", nil, results[0].(object)["id"].(string))
	send("owner", "POST", "/api/invitations/{id}/revoke", nil, results[2].(object)["id"].(string))
	send("owner", "GET", at+"/users", nil, team)
	send("owner", "GET", at+"/users/{id}", nil, team, lucia.Id)
	send("owner", "PUT", at+"/users/{id}/tags", object{"tags": []string{"Kestrel"}}, team, member)
	send("owner", "GET", at+"/tags", nil, team)
	send("owner", "POST", at+"/users/tags", object{"ids": []string{member, "unknown"}, "add": []string{"Stage"}}, team)
	send("owner", "PUT", at+"/members/{user}/roles", object{"roles": []string{"organizer"}}, team, member)
	organizer := w.newMember("organizer").Id
	send("owner", "PUT", at+"/members/{user}/roles", object{"roles": []string{}}, team, organizer)
	send("owner", "POST", at+"/members/{user}/roles/restore", object{"roles": []string{"organizer"}}, team, organizer)
	send("owner", "POST", at+"/users/clear", object{"ids": []string{results[2].(object)["id"].(string), lucia.Id}}, team)
	send("owner", "POST", at+"/users/preview", object{"ids": []string{member, lucia.Id}, "action": "remove"}, team)
	send("owner", "POST", at+"/users/remove", object{"ids": []string{lucia.Id}}, team)
	send("owner", "DELETE", at+"/members/{user}", object{"revokeSent": true}, team, w.newMember("admin").Id)

	started := send("owner", "POST", at+"/imports", object{"csv": "Name,Mail\nUma,uma@halation.example\n"}, team)
	send("owner", "GET", at+"/imports", nil, team)
	send("owner", "GET", at+"/imports/{id}", nil, team, started["id"].(string))

	room := send("owner", "POST", at+"/rooms", object{"name": "Stage", "settings": object{"entry": "team", "people": 10}}, team)["id"].(string)
	send("owner", "POST", at+"/sessions", object{"title": "Review", "starts": dayAt(3, 9).UTC().Format("2006-01-02T15:04:05Z"), "minutes": 60, "room": room,
		"guests": []string{"gita@guest.example"}, "settings": object{"fps": 30}}, team)
	send("owner", "GET", at+"/rooms", nil, team)
	send("member", "GET", at+"/rooms/{id}", nil, team, room)
	session := send("owner", "GET", at+"/sessions", nil, team)["items"].([]any)[0].(object)["id"].(string)
	send("owner", "GET", "/api/sessions/{id}", nil, session)
	send("guest", "GET", "/api/sessions/{id}", nil, session)
	send("owner", "PATCH", "/api/sessions/{id}", object{"title": "Final", "scope": "this"}, session)
	send("guest", "POST", "/api/sessions/{id}/answer", object{"answer": "yes"}, session)
	send("owner", "POST", "/api/sessions/{id}/cancel", object{}, session)
	send("owner", "POST", "/api/sessions/{id}/undo-cancel", nil, session)
	send("owner", "GET", at+"/feed", nil, team)
	send("owner", "POST", at+"/feed", nil, team)

	send("owner", "GET", at+"/usage", nil, team)
	send("owner", "GET", at+"/audit", nil, team)
	send("owner", "GET", at+"/audit/verify", nil, team)
	send("owner", "GET", "/api/account/devices", nil)

	refused = true
	send("stranger", "POST", "/api/signup", object{"email": "new@nowhere.example", "name": "New", "password": "12345678"})
	send("nobody", "GET", "/api/teams", nil)
	send("member", "GET", at+"/users", nil, team)
	send("stranger", "GET", at+"/users", nil, team)
	send("other", "POST", "/api/sessions/{id}/cancel", object{"scope": "series"}, session)
	if len(checked) < 35 {
		t.Errorf("%d operations are checked: %v, want at least 35", len(checked), slices.Sorted(maps.Keys(checked)))
	}
}

// knows checks that the document lists the codes of a refusal.
func (d *described) knows(refusal object) {
	d.t.Helper()
	known := toJSON(d.document["components"].(object)["schemas"].(object)["ErrorCode"])
	for field, reason := range refusal["data"].(object) {
		if code := reason.(object)["code"]; !strings.Contains(known, `"const":`+toJSON(code)) {
			d.t.Errorf("%s is refused with %v, which the document doesn't list", field, code)
		}
	}
}

func TestDocs_ShowEveryOperation(t *testing.T) {
	w := newFixture(t)
	page := w.sendAs("nobody", "GET", "/api/docs", "")
	if page.Status != 200 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Fatalf("got %d, %v, want 200, it with %q and it with %q", page.Status, page.Header, "text/html", "default-src 'self'")
	}
	ids := map[string]int{}
	for _, found := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page.Body, -1) {
		if ids[found[1]]++; ids[found[1]] > 1 {
			t.Errorf("the id %s is used %d times, want at most 1", found[1], ids[found[1]])
		}
	}
	for _, path := range w.describe().document["paths"].(object) {
		for _, operation := range path.(object) {
			if id := operation.(object)["operationId"].(string); ids[id] != 1 {
				t.Errorf("the page has no section with the id %s, want 1", id)
			}
		}
	}
	for _, found := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page.Body, -1) {
		if ids[found[1]] == 0 {
			t.Errorf("a link leads to #%s, which the page doesn't have, want some", found[1])
		}
	}
	if found := regexp.MustCompile(`(?i) style="|<style|<script>|(?:src|href)="(?:https?:)?//`).FindString(page.Body); found != "" {
		t.Errorf("the page has %q, which its policy refuses, want none", found)
	}
}

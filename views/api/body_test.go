package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestBody_Invalid_IsRefused(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct{ method, path, body, key, code string }{
		{"POST", "/api/teams", `{"name":`, "base", "bad_json"},
		{"POST", "/api/teams", `name=Halation`, "base", "bad_json"},
		{"POST", "/api/teams", `{"name":"A"} {"name":"B"}`, "base", "bad_json"},
		{"POST", "/api/teams", `["A"]`, "base", "bad_json"},
		{"POST", "/api/teams", `"A"`, "base", "bad_json"},
		{"POST", "/api/teams", `null`, "base", "bad_json"},
		{"POST", "/api/teams", `{"name":7}`, "name", "bad_type"},
		{"POST", "/api/teams", `{"name":["A"]}`, "name", "bad_type"},
		{"POST", "/api/teams", ``, "name", "required"},
		{"PATCH", w.path(""), `{"admins_manage_admins":"yes"}`, "admins_manage_admins", "bad_type"},
		{"PATCH", w.path(""), `[]`, "base", "bad_json"},
		{"POST", w.path("/invitations"), `{"emails":"a@halation.example"}`, "emails", "bad_type"},
		{"POST", w.path("/invitations"), `{"emails":["a@halation.example",7]}`, "emails", "bad_type"},
		{"POST", w.path("/invitations"), `{"emails":["a@halation.example"],"roles":{"admin":true}}`, "roles", "bad_type"},
		{"POST", w.path("/invitations"), `{"emails":["a@halation.example"],"roles":["owner"]}`, "roles", "bad_role"},
		{"POST", w.path("/invitations"), `{"emails":["a@halation.example"],"note":1}`, "note", "bad_type"},
		{"POST", w.path("/invitations"), `{"emails":["a@halation.example"],"note":"` + strings.Repeat("n", 501) + `"}`, "note", "too_long"},
		{"PUT", w.path("/members/%s/roles", w.accounts["member"].Id), `{"roles":"admin"}`, "roles", "bad_type"},
		{"PUT", w.path("/members/%s/roles", w.accounts["member"].Id), `[]`, "base", "bad_json"},
		{"POST", "/api/invitations/accept", `{"token":1}`, "token", "bad_type"},
		{"POST", "/api/invitations/accept", `[1]`, "base", "bad_json"},
		{"POST", "/api/signup", `{"email":{}}`, "email", "bad_type"},
		{"POST", "/api/signup", `{`, "base", "bad_json"},
	} {
		reply := w.sendAs("owner", c.method, c.path, c.body)
		answer := object{}
		if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil {
			t.Fatal(reply)
		}
		assertRefused(t, reply.Status, answer, 400, c.key, c.code)
		if t.Failed() {
			t.Fatalf("%s %s %s", c.method, c.path, c.body)
		}
	}
}

func TestBody_TooLarge_IsRefused(t *testing.T) {
	w := newFixture(t)
	big := `{"name":"` + strings.Repeat("a", 1<<20) + `"}`
	declared, err := http.NewRequest("POST", w.URL+"/api/teams", strings.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	streamed, err := http.NewRequest("POST", w.URL+"/api/teams", io.MultiReader(strings.NewReader(big)))
	if err != nil {
		t.Fatal(err)
	}
	declared.Header.Set("Expect", "100-continue") // or the connection is cut while the rest is sent
	for name, request := range map[string]*http.Request{"declared": declared, "streamed": streamed} {
		request.Header.Set("Authorization", w.tokens["owner"])
		client := w.Anonymous()
		client.Transport = &http.Transport{ExpectContinueTimeout: time.Minute}
		reply := client.Send(request)
		answer := object{}
		if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil || reply.Status != 413 || answer["status"] != 413.0 {
			t.Errorf("%s: %d %.200s, want 413 and 413.0", name, reply.Status, reply.Body)
		}
	}
}

// TestServerError_ShowsOnlyReference breaks the database under a request.
func TestServerError_ShowsOnlyReference(t *testing.T) {
	w := newFixture(t)
	w.exec("DROP TABLE invitations", nil)
	reply := w.sendAs("owner", "GET", "/api/invitations", "")
	id := reply.Header.Get("X-Request-Id")
	if reply.Status != 500 || len(id) != 10 || strings.Contains(reply.Body, "invitations") || strings.Contains(reply.Body, "SQL") {
		t.Fatalf("%d %q %s", reply.Status, id, reply.Body)
	}
	answer := object{}
	if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil {
		t.Fatal(err)
	}
	assertJSON(t, answer, `{"status":500,"message":"Something went wrong on the server. Reference: `+id+`.","data":{}}`)
}

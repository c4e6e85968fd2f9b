package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

const signInPath = "/api/collections/users/auth-with-password"

func TestSignIn_ReturnsUsableToken(t *testing.T) {
	w := newFixture(t)
	status, body := w.Call("", "POST", signInPath, object{"identity": "mina@halation.example", "password": hookstest.Password})
	requireOK(t, status, body)
	record := body["record"].(object)
	if record["id"] != w.accounts["member"].Id || record["email"] != "mina@halation.example" || record["verified"] != true {
		t.Error(toJSON(record))
	}
	for _, secret := range []string{"password", "tokenKey"} {
		if _, ok := record[secret]; ok {
			t.Errorf("the record shows %s", secret)
		}
	}
	status, _ = w.Call(body["token"].(string), "GET", w.path(""), nil)
	if status != 200 {
		t.Errorf("with the token: %d, want 200", status)
	}
	status, refreshed := w.Call(body["token"].(string), "POST", "/api/collections/users/auth-refresh", nil)
	requireOK(t, status, refreshed)
	if n := hookstest.Count(t, w.App, "audit", dbx.HashExp{"action": "account.signin", "result": "ok"}); n != 1 {
		t.Errorf("%d sign-ins are recorded, want 1", n)
	}
}

func TestSignIn_UnverifiedOrRateLimited_IsRefused(t *testing.T) {
	w := newFixture(t)
	w.newUnverifiedAccount("half@halation.example")
	status, body := w.Call("", "POST", signInPath, object{"identity": "half@halation.example", "password": hookstest.Password})
	if status != 403 || body["token"] != nil {
		t.Errorf("unverified: %d %s, want 403 and nil", status, toJSON(body))
	}
	var known string
	for _, identity := range []string{"mina@halation.example", "nobody@halation.example"} {
		for n := range 10 {
			if status, body := w.Call("", "POST", signInPath, object{"identity": identity, "password": "wrong"}); status != 400 {
				t.Fatalf("try %d as %s: %d %s, want 400", n+1, identity, status, toJSON(body))
			}
		}
		reply := w.Anonymous().Send(newSignInRequest(t, w, identity, "wrong"))
		if wait := reply.Header.Get("Retry-After"); reply.Status != 429 || wait == "" || wait == "0" {
			t.Errorf("the 11th as %s: %d, Retry-After %q, want 429, it set and anything but %q", identity, reply.Status, wait, "0")
		}
		if known == "" {
			known = reply.Body
		}
		if reply.Body != known {
			t.Errorf("a known address is told %s, an unknown %s, want %v", known, reply.Body, known)
		}
	}
	// The right password does not open it before the time either.
	reply := w.Anonymous().Send(newSignInRequest(t, w, "Mina@Halation.example", hookstest.Password))
	if reply.Status != 429 {
		t.Errorf("the right password: %d, want 429", reply.Status)
	}
}

func newSignInRequest(t *testing.T, w *fixture, identity, password string) *http.Request {
	t.Helper()
	request, err := http.NewRequest("POST", w.URL+signInPath, jsonBody(t, object{"identity": identity, "password": password}))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	return request
}

func TestSignIn_WrongAndUnknown_LookAlike(t *testing.T) {
	w := newFixture(t)
	wrong := w.Anonymous().Send(newSignInRequest(t, w, "mina@halation.example", "wrong"))
	unknown := w.Anonymous().Send(newSignInRequest(t, w, "nobody@halation.example", "wrong"))
	if wrong.Status != 400 || unknown.Status != 400 || wrong.Body != unknown.Body {
		t.Errorf("%d %s and %d %s, want 400, 400 and %v", wrong.Status, wrong.Body, unknown.Status, unknown.Body, unknown.Body)
	}
	answer := object{}
	if err := json.Unmarshal([]byte(wrong.Body), &answer); err != nil || answer["token"] != nil {
		t.Error(wrong.Body)
	}
}

func TestPocketBase_OtherEndpoints_AreClosed(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		role, path string
		body       object
	}{
		{"nobody", "/api/collections/users/request-otp", object{"email": "mina@halation.example"}},
		{"nobody", "/api/collections/users/auth-with-oauth2", object{"provider": "google", "code": "x", "redirectURL": "x"}},
		{"member", "/api/collections/users/request-email-change", object{"newEmail": "mina@evil.example"}},
		{"owner", "/api/collections/users/impersonate/" + w.accounts["admin"].Id, object{}},
		{"owner", "/api/batch", object{"requests": []object{}}},
		{"owner", "/api/sql", object{"query": "SELECT 1"}},
	} {
		if status, body := w.callAs(c.role, "POST", c.path, c.body); status < 400 {
			t.Errorf("%s %s: %d %s, want at least 400", c.role, c.path, status, toJSON(body))
		}
	}
}

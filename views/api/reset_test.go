package api_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

// PocketBase's own endpoint sets a new password under the rules of the page.
func TestPasswordReset_PocketBaseEndpoint(t *testing.T) {
	w := newFixture(t)
	const path, hers = "/api/collections/users/confirm-password-reset", "copper velvet harbour cloud"
	reset := func(email string, extra object) (int, object) {
		account, err := accounts.Find(w.App, email)
		if err != nil {
			t.Fatal(err)
		}
		token, err := account.NewPasswordResetToken()
		if err != nil {
			t.Fatal(err)
		}
		body := object{"token": token, "password": hers, "passwordConfirm": hers}
		for key, value := range extra {
			body[key] = value
		}
		return w.Call("", "POST", path, body)
	}
	begin := func(email string) string {
		w.newUnverifiedAccount(email)
		w.exec("UPDATE users SET timezone = 'Asia/Tokyo' WHERE email = {:e}", map[string]any{"e": email})
		return email
	}
	refusals := begin("half@halation.example")
	for _, c := range []struct {
		extra object
		key   string
		code  string
	}{
		{object{"nmae": "Ada"}, "nmae", "unknown_field"},
		{object{"verified": true}, "verified", "unknown_field"},
		{object{"name": ""}, "name", "required"},
		{object{"password": "fourwords", "passwordConfirm": "fourwords"}, "password", ""},
		{object{"password": "111111111111", "passwordConfirm": "111111111111", "name": "Ada"}, "password", accounts.CodeWeakPassword},
	} {
		status, body := reset(refusals, c.extra)
		data, _ := body["data"].(map[string]any)
		item, _ := data[c.key].(map[string]any)
		if status != 400 || item == nil || c.code != "" && item["code"] != c.code {
			t.Errorf("%v: got %d %s, want 400 with data.%s.code %s", c.extra, status, toJSON(body), c.key, c.code)
		}
	}
	if status, body := reset(refusals, object{"name": 5}); status != 400 {
		t.Errorf("a number as name: got %d %s, want 400", status, toJSON(body))
	}
	if r, err := accounts.Find(w.App, refusals); err != nil || r.Verified() || r.GetString("name") != "Unproven" {
		t.Errorf("got %v, %v, want nothing changed by what was refused", r, err)
	}
	for _, c := range []struct {
		email      string
		extra      object
		name, zone string
	}{
		{begin("one@halation.example"), object{"name": " Ada  Lovelace ", "timezone": "Europe/Lisbon"}, "Ada Lovelace", "Europe/Lisbon"},
		{begin("two@halation.example"), nil, "two", ""},
		{begin("three@halation.example"), object{"name": nil, "timezone": "Mars/Olympus"}, "three", ""},
		{w.accounts["member"].Email(), object{"name": "Someone", "timezone": "Asia/Tokyo"}, w.accounts["member"].GetString("name"), w.accounts["member"].GetString("timezone")},
	} {
		status, body := reset(c.email, c.extra)
		r, err := accounts.Find(w.App, c.email)
		if status != 204 || err != nil || !r.Verified() || r.GetString("name") != c.name || r.GetString("timezone") != c.zone {
			t.Errorf("%s with %v: got %d %s, name %q, zone %q, want name %q, zone %q", c.email, c.extra, status, toJSON(body),
				r.GetString("name"), r.GetString("timezone"), c.name, c.zone)
		}
		if n := hookstest.Count(t, w.App, "audit", dbx.HashExp{"action": "account.reset", "actor": r.Id, "result": "ok"}); n != 1 {
			t.Errorf("%s: got %d entries in the audit log, want 1", c.email, n)
		}
	}
}

package api_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
)

func TestAccount_Permissions(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct{ method, path string }{
		{"GET", "/api/account/devices"}, {"DELETE", "/api/account/devices"}, {"DELETE", "/api/account/devices/aaaaaaaaaaaaaaa"},
		{"POST", "/api/account/password"}, {"POST", "/api/account/address"}, {"DELETE", "/api/account/address"},
		{"POST", "/api/account/address/confirm"}, {"PUT", "/api/account/picture"}, {"DELETE", "/api/account/picture"}, {"DELETE", "/api/account"},
	} {
		for _, role := range []string{"nobody", "bad", "super"} {
			if status, body := w.callAs(role, c.method, c.path, nil); status != 401 {
				t.Errorf("%s as %s: %d %s, want 401", c.path, role, status, toJSON(body))
			}
		}
	}
}

func TestDevices_ListAndEnd(t *testing.T) {
	w := newFixture(t)
	mina := w.accounts["member"]
	agent := "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	secret, err := accounts.StartLogin(w.App, mina, agent, "203.0.113.9")
	if err != nil {
		t.Fatal(err)
	}
	status, body := w.callAs("member", "GET", "/api/account/devices", nil)
	requireOK(t, status, body)
	item := replaceTimes(t, body["items"].([]any)[0], "created", "seen")
	id, _ := item["id"].(string)
	assertJSON(t, item, `{"id":"`+id+`","device":"Firefox on Linux","address":"203.0.113.9","created":"time","seen":"time"}`)

	for _, role := range []string{"stranger", "owner"} {
		status, body = w.callAs(role, "DELETE", "/api/account/devices/"+id, nil)
		_, unknown := w.callAs(role, "DELETE", "/api/account/devices/aaaaaaaaaaaaaaa", nil)
		if status != 404 || toJSON(body) != toJSON(unknown) {
			t.Errorf("%s: %d %s, unknown %s", role, status, toJSON(body), toJSON(unknown))
		}
	}
	status, body = w.callAs("member", "DELETE", "/api/account/devices/"+id, nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"id":"`+id+`","status":"ended"}`)
	if _, _, err := accounts.FindLogin(w.App, secret); err == nil {
		t.Error("the device is still signed in")
	}

	if _, err := accounts.StartLogin(w.App, mina, agent, ""); err != nil {
		t.Fatal(err)
	}
	status, body = w.callAs("member", "DELETE", "/api/account/devices", nil)
	requireOK(t, status, body)
	if n := hookstest.Count(t, w.App, "logins", dbx.HashExp{"user": mina.Id}); n != 0 {
		t.Errorf("%d devices, want 0", n)
	}
	w.expectNewToken("member", body)
}

// expectNewToken expects that the old token of the role is dead and the one of the answer is good.
func (w *fixture) expectNewToken(role string, body object) {
	w.t.Helper()
	if status, _ := w.callAs(role, "GET", "/api/teams", nil); status != 401 {
		w.t.Errorf("the old token: %d, want 401", status)
	}
	w.tokens[role], _ = body["token"].(string)
	if status, _ := w.callAs(role, "GET", "/api/teams", nil); status != 200 {
		w.t.Errorf("the new token: %d, want 200", status)
	}
}

func TestChangePassword(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("member", "POST", "/api/account/password", object{"current": "wrong", "password": "three entirely new words"})
	assertRefused(t, status, body, 400, "current", accounts.CodeBadSignIn)
	status, body = w.callAs("member", "POST", "/api/account/password", object{"current": hookstest.Password, "password": "short"})
	assertRefused(t, status, body, 400, "password", accounts.CodeWeakPassword)
	status, body = w.callAs("member", "POST", "/api/account/password", object{"current": 1})
	assertRefused(t, status, body, 400, "current", "bad_type")
	status, body = w.callAs("member", "POST", "/api/account/password", object{"current": hookstest.Password, "password": "three entirely new words"})
	requireOK(t, status, body)
	w.expectNewToken("member", body)
}

func TestChangeAddress(t *testing.T) {
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	w := newFixtureWith(t, config)
	ask := func(email, password string) (int, object) {
		return w.callAs("member", "POST", "/api/account/address", object{"email": email, "password": password})
	}
	status, body := ask("mina@new.example", "wrong")
	assertRefused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	status, body = ask("nobody", hookstest.Password)
	assertRefused(t, status, body, 400, "email", accounts.CodeBadEmail)
	status, body = ask(w.accounts["owner"].Email(), hookstest.Password)
	requireOK(t, status, body)
	assertJSON(t, body, `{"pending":true}`)
	status, body = ask("mina@new.example", hookstest.Password)
	requireOK(t, status, body)
	assertJSON(t, body, `{"pending":true}`)
	token := tokenOf(post.FindLink(post.WaitFor(t, "mina@new.example"), "/email/"))

	confirm := func(role, token string) (int, object) {
		return w.callAs(role, "POST", "/api/account/address/confirm", object{"token": token})
	}
	status, body = confirm("stranger", token)
	assertRefused(t, status, body, 403, "token", accounts.CodeWrongAccount)
	status, body = confirm("member", "unknown")
	assertRefused(t, status, body, 400, "token", "link_expired")
	status, body = confirm("member", token)
	requireOK(t, status, body)
	if record, _ := body["record"].(object); record["email"] != "mina@new.example" {
		t.Error(toJSON(body))
	}
	w.expectNewToken("member", body)
	status, body = confirm("member", token)
	assertRefused(t, status, body, 400, "token", "link_expired")

	status, body = ask("mina@third.example", hookstest.Password)
	requireOK(t, status, body)
	status, body = w.callAs("member", "DELETE", "/api/account/address", nil)
	requireOK(t, status, body)
	if n := hookstest.Count(t, w.App, "address_changes"); n != 0 {
		t.Errorf("%d changes wait, want 0", n)
	}
}

func TestSetAvatar(t *testing.T) {
	w := newFixture(t)
	mina := w.accounts["member"]
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	status, body := w.callAs("member", "PUT", "/api/account/picture", object{"picture": base64.StdEncoding.EncodeToString(data.Bytes())})
	requireOK(t, status, body)
	if path, _ := body["picture"].(string); !strings.HasPrefix(path, "/avatar/"+mina.Id+"/") {
		t.Error(toJSON(body))
	}
	status, body = w.callAs("member", "PUT", "/api/account/picture", object{"picture": "aGVsbG8="})
	assertRefused(t, status, body, 400, "picture", accounts.CodeBadAvatar)
	status, body = w.callAs("member", "PUT", "/api/account/picture", nil)
	assertRefused(t, status, body, 400, "picture", accounts.CodeBadAvatar)
	for _, body := range []object{{"avatar": ""}, {"avatar": nil}, {"avatar-": hookstest.FindRecord(t, w.App, "users", mina.Id).GetString("avatar")}} {
		if status, answer := w.callAs("member", "PATCH", "/api/collections/users/records/"+mina.Id, body); status != 403 {
			t.Errorf("PocketBase's own way, with %s: %d %s, want 403", toJSON(body), status, toJSON(answer))
		}
	}
	if hookstest.FindRecord(t, w.App, "users", mina.Id).GetString("avatar") == "" {
		t.Error("the picture is gone")
	}
	status, body = w.callAs("member", "DELETE", "/api/account/picture", nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"picture":""}`)
}

func TestDeleteAccount(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("owner", "DELETE", "/api/account", object{"password": hookstest.Password})
	assertRefused(t, status, body, 400, "base", "last_owner")
	if reason := toJSON(body); !strings.Contains(reason, "Halation Post") {
		t.Error(reason)
	}
	status, body = w.callAs("member", "DELETE", "/api/account", object{"password": "wrong"})
	assertRefused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	status, body = w.callAs("member", "DELETE", "/api/account", nil)
	assertRefused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	mina := w.accounts["member"]
	offer := w.invite(mina.Email(), "organizer").ID
	status, body = w.callAs("member", "DELETE", "/api/account", object{"password": hookstest.Password})
	requireOK(t, status, body)
	assertJSON(t, body, `{"id":"`+mina.Id+`","status":"deleted"}`)
	if status, body := w.callAs("member", "GET", "/api/teams", nil); status != 401 {
		t.Errorf("the token of a deleted account: %d %s, want 401", status, toJSON(body))
	}
	if r := hookstest.FindRecord(t, w.App, "invitations", offer); r.GetString("status") != "revoked" {
		t.Error(r.GetString("status"))
	}
	status, body = w.callAs("guest", "DELETE", "/api/account", object{"password": hookstest.Password})
	requireOK(t, status, body)
}

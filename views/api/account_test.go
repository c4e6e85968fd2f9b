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

func TestWhoReachesTheAccount(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ method, path string }{
		{"GET", "/api/account/devices"}, {"DELETE", "/api/account/devices"}, {"DELETE", "/api/account/devices/aaaaaaaaaaaaaaa"},
		{"POST", "/api/account/password"}, {"POST", "/api/account/address"}, {"DELETE", "/api/account/address"},
		{"POST", "/api/account/address/confirm"}, {"PUT", "/api/account/picture"}, {"DELETE", "/api/account/picture"}, {"DELETE", "/api/account"},
	} {
		for _, role := range []string{"nobody", "bad", "super"} {
			if status, body := w.as(role, c.method, c.path, nil); status != 401 {
				t.Errorf("%s as %s: %d %s", c.path, role, status, text(body))
			}
		}
	}
}

func TestDevicesOverTheAPI(t *testing.T) {
	w := newWorld(t)
	mina := w.people["member"]
	agent := "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	secret, err := accounts.StartLogin(w.App, mina, agent, "203.0.113.9")
	if err != nil {
		t.Fatal(err)
	}
	status, body := w.as("member", "GET", "/api/account/devices", nil)
	done(t, status, body)
	item := fixed(t, body["items"].([]any)[0], "created", "seen")
	id, _ := item["id"].(string)
	same(t, item, `{"id":"`+id+`","device":"Firefox on Linux","address":"203.0.113.9","created":"time","seen":"time"}`)

	for _, role := range []string{"stranger", "owner"} {
		status, body = w.as(role, "DELETE", "/api/account/devices/"+id, nil)
		_, unknown := w.as(role, "DELETE", "/api/account/devices/aaaaaaaaaaaaaaa", nil)
		if status != 404 || text(body) != text(unknown) {
			t.Errorf("%s: %d %s, unknown %s", role, status, text(body), text(unknown))
		}
	}
	status, body = w.as("member", "DELETE", "/api/account/devices/"+id, nil)
	done(t, status, body)
	same(t, body, `{"id":"`+id+`","status":"ended"}`)
	if _, _, err := accounts.FindLogin(w.App, secret); err == nil {
		t.Error("the device is still signed in")
	}

	if _, err := accounts.StartLogin(w.App, mina, agent, ""); err != nil {
		t.Fatal(err)
	}
	status, body = w.as("member", "DELETE", "/api/account/devices", nil)
	done(t, status, body)
	if n := hookstest.Count(t, w.App, "logins", dbx.HashExp{"user": mina.Id}); n != 0 {
		t.Errorf("%d devices", n)
	}
	w.goesOn("member", body)
}

// goesOn expects that the old token of the role is dead and the one of the answer is good.
func (w *world) goesOn(role string, body object) {
	w.t.Helper()
	if status, _ := w.as(role, "GET", "/api/teams", nil); status != 401 {
		w.t.Errorf("the old token: %d", status)
	}
	w.tokens[role], _ = body["token"].(string)
	if status, _ := w.as(role, "GET", "/api/teams", nil); status != 200 {
		w.t.Errorf("the new token: %d", status)
	}
}

func TestThePasswordOverTheAPI(t *testing.T) {
	w := newWorld(t)
	status, body := w.as("member", "POST", "/api/account/password", object{"current": "wrong", "password": "three entirely new words"})
	refused(t, status, body, 400, "current", accounts.CodeBadSignIn)
	status, body = w.as("member", "POST", "/api/account/password", object{"current": hookstest.Password, "password": "short"})
	refused(t, status, body, 400, "password", accounts.CodeWeak)
	status, body = w.as("member", "POST", "/api/account/password", object{"current": 1})
	refused(t, status, body, 400, "current", "bad_type")
	status, body = w.as("member", "POST", "/api/account/password", object{"current": hookstest.Password, "password": "three entirely new words"})
	done(t, status, body)
	w.goesOn("member", body)
}

func TestTheAddressOverTheAPI(t *testing.T) {
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	w := newWorldWith(t, config)
	ask := func(email, password string) (int, object) {
		return w.as("member", "POST", "/api/account/address", object{"email": email, "password": password})
	}
	status, body := ask("mina@new.example", "wrong")
	refused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	status, body = ask("nobody", hookstest.Password)
	refused(t, status, body, 400, "email", accounts.CodeBadEmail)
	status, body = ask(w.people["owner"].Email(), hookstest.Password)
	done(t, status, body)
	same(t, body, `{"pending":true}`)
	status, body = ask("mina@new.example", hookstest.Password)
	done(t, status, body)
	same(t, body, `{"pending":true}`)
	token := tokenOf(post.Link(post.WaitFor(t, "mina@new.example"), "/email/"))

	confirm := func(role, token string) (int, object) {
		return w.as(role, "POST", "/api/account/address/confirm", object{"token": token})
	}
	status, body = confirm("stranger", token)
	refused(t, status, body, 403, "token", accounts.CodeWrongAccount)
	status, body = confirm("member", "unknown")
	refused(t, status, body, 400, "token", "link_expired")
	status, body = confirm("member", token)
	done(t, status, body)
	if record, _ := body["record"].(object); record["email"] != "mina@new.example" {
		t.Error(text(body))
	}
	w.goesOn("member", body)
	status, body = confirm("member", token)
	refused(t, status, body, 400, "token", "link_expired")

	status, body = ask("mina@third.example", hookstest.Password)
	done(t, status, body)
	status, body = w.as("member", "DELETE", "/api/account/address", nil)
	done(t, status, body)
	if n := hookstest.Count(t, w.App, "address_changes"); n != 0 {
		t.Errorf("%d changes wait", n)
	}
}

func TestThePictureOverTheAPI(t *testing.T) {
	w := newWorld(t)
	mina := w.people["member"]
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	status, body := w.as("member", "PUT", "/api/account/picture", object{"picture": base64.StdEncoding.EncodeToString(data.Bytes())})
	done(t, status, body)
	if path, _ := body["picture"].(string); !strings.HasPrefix(path, "/avatar/"+mina.Id+"/") {
		t.Error(text(body))
	}
	status, body = w.as("member", "PUT", "/api/account/picture", object{"picture": "aGVsbG8="})
	refused(t, status, body, 400, "picture", accounts.CodeBadPicture)
	status, body = w.as("member", "PUT", "/api/account/picture", nil)
	refused(t, status, body, 400, "picture", accounts.CodeBadPicture)
	for _, body := range []object{{"avatar": ""}, {"avatar": nil}, {"avatar-": hookstest.Stored(t, w.App, "users", mina.Id).GetString("avatar")}} {
		if status, answer := w.as("member", "PATCH", "/api/collections/users/records/"+mina.Id, body); status != 403 {
			t.Errorf("PocketBase's own way, with %s: %d %s", text(body), status, text(answer))
		}
	}
	if hookstest.Stored(t, w.App, "users", mina.Id).GetString("avatar") == "" {
		t.Error("the picture is gone")
	}
	status, body = w.as("member", "DELETE", "/api/account/picture", nil)
	done(t, status, body)
	same(t, body, `{"picture":""}`)
}

func TestTheEndOfAnAccountOverTheAPI(t *testing.T) {
	w := newWorld(t)
	status, body := w.as("owner", "DELETE", "/api/account", object{"password": hookstest.Password})
	refused(t, status, body, 400, "base", "last_owner")
	if reason := text(body); !strings.Contains(reason, "Halation Post") {
		t.Error(reason)
	}
	status, body = w.as("member", "DELETE", "/api/account", object{"password": "wrong"})
	refused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	status, body = w.as("member", "DELETE", "/api/account", nil)
	refused(t, status, body, 400, "password", accounts.CodeBadSignIn)
	mina := w.people["member"]
	offer := w.inviting(mina.Email(), "organizer").ID
	status, body = w.as("member", "DELETE", "/api/account", object{"password": hookstest.Password})
	done(t, status, body)
	same(t, body, `{"id":"`+mina.Id+`","status":"deleted"}`)
	if status, body := w.as("member", "GET", "/api/teams", nil); status != 401 {
		t.Errorf("the token of a deleted account: %d %s", status, text(body))
	}
	if r := hookstest.Stored(t, w.App, "invitations", offer); r.GetString("status") != "revoked" {
		t.Error(r.GetString("status"))
	}
	status, body = w.as("guest", "DELETE", "/api/account", object{"password": hookstest.Password})
	done(t, status, body)
}

package api_test

import (
	"net/http"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
)

// TestSignIn_TwoFactors_TakesCode signs in by PocketBase's endpoint, which every client of the API uses.
func TestSignIn_TwoFactors_TakesCode(t *testing.T) {
	w := newFixture(t)
	account := w.accounts["admin"]
	two := hookstest.EnableTwoFactors(t, w.App, account)
	signIn := func(body object) (int, map[string]any) {
		body["identity"], body["password"] = account.Email(), hookstest.Password
		return w.Call("", http.MethodPost, "/api/collections/users/auth-with-password", body)
	}
	refused := func(what string, body object, code string) {
		t.Helper()
		status, reply := signIn(body)
		field, _ := reply["data"].(map[string]any)["code"].(map[string]any)
		if status != http.StatusBadRequest || field["code"] != code || reply["token"] != nil {
			t.Errorf("%s: got %d %v, want 400 with %s", what, status, reply, code)
		}
	}
	refused("no code", object{}, "two_factors_required")
	refused("an empty code", object{"code": ""}, "two_factors_required")
	refused("a wrong code", object{"code": two.WrongCode(t)}, "wrong_code")
	code := two.Code(t)
	status, reply := signIn(object{"code": code})
	token, _ := reply["token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("the code: got %d %v, want a token", status, reply)
	}
	refused("the code again", object{"code": code}, "code_used")
	if status, reply := signIn(object{"code": two.Recovery[0]}); status != http.StatusOK {
		t.Errorf("a recovery code: got %d %v, want a token", status, reply)
	}
	if status, reply := w.Call(token, http.MethodPost, "/api/collections/users/auth-refresh", nil); status != http.StatusOK {
		t.Errorf("refreshing the token: got %d %v, want a token", status, reply)
	}
	for range 10 {
		signIn(object{"code": two.WrongCode(t)})
	}
	if status, reply := signIn(object{"code": two.Code(t)}); status != http.StatusTooManyRequests {
		t.Errorf("after ten wrong codes: got %d %v, want 429", status, reply)
	}
	for result, want := range map[string]int{"ok": 2, "two_factors_required": 2, "code_used": 1, "bad_password": 0} {
		if n := hookstest.Count(t, w.App, "audit", dbx.HashExp{"action": "account.signin", "actor": account.Id, "result": result}); n != want {
			t.Errorf("got %d entries with the result %s, want %d", n, result, want)
		}
	}
}

// TestPocketBaseEndpoints_AreNoWayAroundTheCode tries PocketBase's other endpoints that give a token.
func TestPocketBaseEndpoints_AreNoWayAroundTheCode(t *testing.T) {
	w := newFixture(t)
	account := w.accounts["admin"]
	hookstest.EnableTwoFactors(t, w.App, account)
	reset, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]object{
		"auth-with-otp":             {"otpId": "aaaaaaaaaaaaaaa", "password": "12345678"},
		"request-otp":               {"email": account.Email()},
		"auth-with-oauth2":          {"provider": "google", "code": "x", "redirectURL": "x"},
		"auth-refresh":              {},
		"confirm-password-reset":    {"token": reset, "password": "copper velvet harbour cloud", "passwordConfirm": "copper velvet harbour cloud"},
		"confirm-verification":      {"token": "x"},
		"confirm-email-change":      {"token": "x", "password": hookstest.Password},
		"impersonate/" + account.Id: {},
	} {
		if status, reply := w.Call("", http.MethodPost, "/api/collections/users/"+path, body); reply["token"] != nil {
			t.Errorf("%s: got %d with a token: %v", path, status, reply)
		}
	}
}

// Disconnecting an identity is recorded and emailed, so it isn't done through PocketBase's own endpoint.
func TestExternalAuths_DirectDelete_IsRefused(t *testing.T) {
	w := newFixture(t)
	link := core.NewExternalAuth(w.App)
	link.SetCollectionRef(w.accounts["member"].Collection().Id)
	link.SetRecordRef(w.accounts["member"].Id)
	link.SetProvider("google")
	link.SetProviderId("1")
	if err := w.App.Save(link); err != nil {
		t.Fatal(err)
	}
	path := "/api/collections/_externalAuths/records/" + link.Id
	for role, want := range map[string]int{"nobody": http.StatusNotFound, "admin": http.StatusNotFound, "member": http.StatusForbidden} {
		if status, body := w.callAs(role, http.MethodDelete, path, nil); status != want {
			t.Errorf("%s: got %d %s, want %d", role, status, toJSON(body), want)
		}
	}
	if status, _ := w.callAs("super", http.MethodDelete, path, nil); status != http.StatusNoContent {
		t.Errorf("a superuser: got %d, want 204", status)
	}
}

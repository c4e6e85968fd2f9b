package accounts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

// newAPIClient sends JSON to PocketBase's own endpoints of users, with a bearer token if one is given.
func newAPIClient(t *testing.T, app core.App) func(path string, body map[string]any, token ...string) *httptest.ResponseRecorder {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	event := &core.ServeEvent{App: app, Router: router, Server: &http.Server{}}
	var mux http.Handler
	err = app.OnServe().Trigger(event, func(e *core.ServeEvent) (err error) {
		mux, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(path string, body map[string]any, token ...string) *httptest.ResponseRecorder {
		t.Helper()
		sent, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodPost, "/api/collections/users/"+path, bytes.NewReader(sent))
		request.Header.Set("Content-Type", "application/json")
		request.Header["Authorization"] = token
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		return answer
	}
}

func TestAPI_SignIn_SharesLimits(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	waiting := hookstest.Account(t, app, "waiting@x.example")
	waiting.SetVerified(false)
	if err := app.Save(waiting); err != nil {
		t.Fatal(err)
	}
	post := newAPIClient(t, app)
	try := func(address, password string) *httptest.ResponseRecorder {
		return post("auth-with-password", map[string]any{"identity": address, "password": password})
	}
	if answer := try("ada@x.example", hookstest.Password); answer.Code != 200 || !strings.Contains(answer.Body.String(), `"token"`) {
		t.Errorf("%d %s, want 200 and it with %q", answer.Code, answer.Body, `"token"`)
	}
	if answer := try("waiting@x.example", hookstest.Password); answer.Code == 200 {
		t.Errorf("unconfirmed: %d %s, want anything but 200", answer.Code, answer.Body)
	}
	wrong, unknown := try("ada@x.example", otherPassword), try("unknown@x.example", otherPassword)
	if wrong.Code != 400 || unknown.Code != 400 || wrong.Body.String() != unknown.Body.String() {
		t.Errorf("%d %s, and %d %s", wrong.Code, wrong.Body, unknown.Code, unknown.Body)
	}
	for range 9 {
		try("ADA@x.example", otherPassword)
	}
	if answer := try("ada@x.example", hookstest.Password); answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") == "" {
		t.Errorf("the eleventh try: %d %s, want %v and it set", answer.Code, answer.Body, http.StatusTooManyRequests)
	}
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1"); err == nil {
		t.Error("the page doesn't share the rate limit of the API")
	}
	for result, want := range map[string]int{"ok": 1, "bad_password": 9} {
		if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.signin", "result": result}); n < want {
			t.Errorf("%d rows of %s in the audit log, want %d", n, result, want)
		}
	}
}

func TestAPI_RequestReset_DoesNotRevealAccounts(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	half := hookstest.Account(t, app, "half@x.example")
	half.SetVerified(false)
	if err := app.Save(half); err != nil {
		t.Fatal(err)
	}
	post := newAPIClient(t, app)
	seen := map[string]string{}
	for _, address := range []string{"ada@x.example", "unknown@x.example", "half@x.example"} {
		for n := range 5 {
			ask := []string{"request-password-reset", "request-verification"}[n%2]
			answer := post(ask, map[string]any{"email": address})
			seen[address] += fmt.Sprintln(ask, answer.Code, answer.Body)
			err := accounts.RequestReset(app, address, "", "192.0.2.1")
			seen[address] += fmt.Sprintln("page", errs.Code(err))
			err = accounts.RequestConfirmation(app, address, "", "192.0.2.1")
			seen[address] += fmt.Sprintln("page", errs.Code(err))
		}
	}
	if seen["ada@x.example"] != seen["unknown@x.example"] || seen["half@x.example"] != seen["unknown@x.example"] {
		t.Errorf("known, unknown and unconfirmed addresses get different responses: %v, want %v and %v", seen, seen["unknown@x.example"], seen["unknown@x.example"])
	}
	if !strings.Contains(seen["unknown@x.example"], "429") || hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": "unknown@x.example"}) != 0 {
		t.Errorf("%v, want %q once", seen, "429")
	}
}

func TestAPI_CreateAndChangeAddress_AreRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	post := newAPIClient(t, app)
	if answer := post("records", map[string]any{"email": "b@x.example", "password": otherPassword, "passwordConfirm": otherPassword}); answer.Code != 403 {
		t.Errorf("an account: %d %s, want 403", answer.Code, answer.Body)
	}
	if answer := post("request-otp", map[string]any{"email": "ada@x.example"}); answer.Code == 200 {
		t.Errorf("a one-time code: %d %s, want anything but 200", answer.Code, answer.Body)
	}
	token, err := ada.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	if answer := post("request-email-change", map[string]any{"newEmail": "new@x.example"}, token); answer.Code != 403 {
		t.Errorf("another address: %d %s, want 403", answer.Code, answer.Body)
	}
}

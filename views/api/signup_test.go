package api_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/views/viewstest"
)

func TestSignUp_FirstAccount_RequiresCode(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	form := object{"email": "Marta@Halation.example", "name": "Marta Oliveira", "password": hookstest.Password, "team": "Halation Post", "code": "guess"}
	status, body := server.Call("", "POST", "/api/signup", form)
	assertRefused(t, status, body, 400, "code", "bad_code")

	form["code"] = accounts.SetupCode(server.App)
	form["password"] = "password"
	status, body = server.Call("", "POST", "/api/signup", form)
	assertRefused(t, status, body, 400, "password", "weak_password")

	form["password"], form["email"] = hookstest.Password, "marta"
	status, body = server.Call("", "POST", "/api/signup", form)
	assertRefused(t, status, body, 400, "email", "bad_email")

	form["email"] = "Marta@Halation.example"
	status, body = server.Call("", "POST", "/api/signup", form)
	requireOK(t, status, body)
	token := body["auth"].(object)["token"].(string)
	id, team := body["id"].(string), body["team"].(object)["id"].(string)
	assertJSON(t, body, `{"id":"`+id+`","email":"marta@halation.example","verified":true,
		"team":{"id":"`+team+`","slug":"halation-post","name":"Halation Post"},
		"auth":{"token":"`+token+`","record":{"id":"`+id+`","email":"marta@halation.example","name":"Marta Oliveira","verified":true}}}`)

	status, body = server.Call(token, "GET", "/api/teams", nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"items":[{"id":"`+team+`","slug":"halation-post","name":"Halation Post","roles":["owner","organizer"],"kind":"member","people":1}]}`)
}

func TestSignUp_AfterFirstAccount_IsClosed(t *testing.T) {
	w := newFixture(t)
	form := object{"email": "new@halation.example", "name": "New", "password": hookstest.Password, "code": accounts.SetupCode(w.App)}
	for range 6 {
		status, body := w.Call("", "POST", "/api/signup", form)
		assertRefused(t, status, body, 400, "base", "signup_closed")
	}
}

func TestSignUp_Open_IsRateLimited(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	w := newFixtureWith(t, config)
	form := func(n int) string {
		return fmt.Sprintf(`{"email":"new%d@halation.example","name":"Somebody","password":"%s"}`, n, hookstest.Password)
	}
	for n := range 5 {
		if reply := w.sendAs("nobody", "POST", "/api/signup", form(n)); reply.Status != 200 {
			t.Fatalf("sign-up %d: %d %s, want 200", n+1, reply.Status, reply.Body)
		}
	}
	reply := w.sendAs("nobody", "POST", "/api/signup", form(5))
	if reply.Status != 429 || reply.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth: %d %s, want 429 and it set", reply.Status, reply.Body)
	}
}

func TestSignUp_KnownAndUnknownAddress_LookAlike(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	w := newFixtureWith(t, config)
	w.newUnverifiedAccount("half@halation.example")
	for _, email := range []string{"new@halation.example", "MINA@halation.example", "half@halation.example"} {
		reply := w.sendAs("nobody", "POST", "/api/signup", `{"email":"`+email+`","name":"Somebody","password":"`+hookstest.Password+`"}`)
		if reply.Status != 200 || reply.Body != "{\"pending\":true}\n" {
			t.Errorf("%s: %d %s, want 200 and %q", email, reply.Status, reply.Body, "{\"pending\":true}\n")
		}
	}
	made, err := w.App.FindAuthRecordByEmail("users", "new@halation.example")
	if err != nil || made.Verified() {
		t.Errorf("%v %v", made, err)
	}
}

// The owner of an address takes over no team that someone else signed up for, through PocketBase's endpoints either.
func TestPasswordReset_PocketBaseEndpoint_CreatesNoTeam(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	w := newFixtureWith(t, config)
	teams := hookstest.Count(t, w.App, "teams")
	reply := w.sendAs("nobody", "POST", "/api/signup", `{"email":"new@halation.example","name":"Somebody","password":"`+hookstest.Password+`","team":"Theirs"}`)
	if reply.Status != 200 {
		t.Fatalf("%d %s, want 200", reply.Status, reply.Body)
	}
	account, err := accounts.Find(w.App, "new@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	confirmation, err := account.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	reset, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	judge := func(when string, verified bool) {
		t.Helper()
		stored := hookstest.FindRecord(t, w.App, "users", account.Id)
		if stored.Verified() != verified || hookstest.Count(t, w.App, "teams") != teams || hookstest.Count(t, w.App, "memberships", dbx.HashExp{"user": account.Id}) != 0 {
			t.Errorf("%s: verified %t, %d teams more, want %v, %v and 0", when, stored.Verified(), hookstest.Count(t, w.App, "teams")-teams, verified, teams)
		}
	}
	if status, body := w.Call("", "POST", "/api/collections/users/confirm-verification", object{"token": confirmation}); status != 403 {
		t.Errorf("confirm-verification: %d %v, want 403", status, body)
	}
	judge("after confirm-verification", false)
	const hers = "copper velvet harbour cloud"
	status, body := w.Call("", "POST", "/api/collections/users/confirm-password-reset", object{"token": reset, "password": hers, "passwordConfirm": hers})
	if status != 204 {
		t.Errorf("confirm-password-reset: %d %v, want 204", status, body)
	}
	judge("after confirm-password-reset", true)
}

func TestAccept_EmailedLink_CreatesAccount(t *testing.T) {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	w := newFixtureWith(t, config)
	status, body := w.callAs("owner", "POST", w.path("/invitations"), object{"emails": []string{"lucia@halation.example"}, "roles": []string{"organizer"}, "note": "Come."})
	requireOK(t, status, body)
	id := body["results"].([]any)[0].(object)["id"].(string)
	assertJSON(t, body, `{"results":[{"email":"lucia@halation.example","status":"invited","id":"`+id+`"}]}`)
	w.exec("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z' WHERE about = {:id}", object{"id": id})
	message := resend.WaitFor(t, "lucia@halation.example")
	token := tokenOf(resend.FindLink(message, "/invite/"))

	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token})
	if status != 401 {
		t.Errorf("without name and password: %d %s, want 401", status, toJSON(body))
	}
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token, "name": "Lucía", "password": "short"})
	assertRefused(t, status, body, 400, "password", "weak_password")
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token, "password": hookstest.Password})
	assertRefused(t, status, body, 400, "name", "required")
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token, "name": "Lucía", "password": hookstest.Password})
	requireOK(t, status, body)
	in := body["auth"].(object)
	user := in["record"].(object)["id"].(string)
	assertJSON(t, body, `{"team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":["organizer"],
		"auth":{"token":"`+in["token"].(string)+`","record":{"id":"`+user+`","email":"lucia@halation.example","name":"Lucía","verified":true}}}`)
	status, body = w.Call(in["token"].(string), "GET", w.path(""), nil)
	requireOK(t, status, body)

	// The second time, the link is used; an existing account is sent to sign in.
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token, "name": "Lucía", "password": hookstest.Password})
	assertRefused(t, status, body, 400, "token", "invitation_accepted")
	w.newAccount("pedro@halation.example")
	w.callAs("owner", "POST", w.path("/invitations"), object{"emails": []string{"pedro@halation.example"}})
	token = tokenOf(resend.FindLink(resend.WaitFor(t, "pedro@halation.example"), "/invite/"))
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", object{"token": token, "name": "Pedro", "password": hookstest.Password})
	assertRefused(t, status, body, 403, "base", "wrong_account")
	status, body = w.callAs("pedro@halation.example", "POST", "/api/invitations/accept", object{"token": token})
	requireOK(t, status, body)
	assertJSON(t, body, `{"team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":[]}`)
}

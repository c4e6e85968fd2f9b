package api_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/views/viewstest"
)

// TestAccountRefusals_EachWay_LogsOneEntry tries what an account, or someone at an account, is refused, on the page and
// over the API: one entry in the log of accounts (or of the team that invited), and the same message.
func TestAccountRefusals_EachWay_LogsOneEntry(t *testing.T) {
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	w := newFixtureWith(t, config)
	mina := w.newAccount("mina2@halation.example")
	eve := w.newAccount("eve@halation.example")
	for _, account := range []string{mina.Id, eve.Id} {
		w.exec("DELETE FROM logins WHERE user = {:u}", map[string]any{"u": account})
	}
	device := func() string {
		if _, err := accounts.StartLogin(w.App, mina, "", ""); err != nil {
			t.Fatal(err)
		}
		logins, err := accounts.Devices(w.App, mina)
		if err != nil || len(logins) == 0 {
			t.Fatal(logins, err)
		}
		return logins[0].Id
	}()
	if err := accounts.RequestAddressChange(w.App, mina, hookstest.Password, "mina2@new.example", ""); err != nil {
		t.Fatal(err)
	}
	change := tokenOf(post.FindLink(post.WaitFor(t, "mina2@new.example"), "/email/"))
	pages := map[string]*viewstest.Browser{mina.Email(): w.As(mina), eve.Email(): w.As(eve), "": w.Anonymous()}

	const new = "three entirely new words"
	for _, c := range []struct {
		name   string
		who    string // the address of the account that is signed in; empty: signed out
		action string
		code   string
		team   string
		api    attempt
		page   attempt
	}{
		{"wrong current password", mina.Email(), "account.password", accounts.CodeBadSignIn, "",
			attempt{"POST", "/api/account/password", object{"current": "wrong", "password": new}, nil},
			attempt{path: "/account/password", form: url.Values{"current": {"wrong"}, "new": {new}}}},
		{"weak new password", mina.Email(), "account.password", accounts.CodeWeakPassword, "",
			attempt{"POST", "/api/account/password", object{"current": hookstest.Password, "password": "short"}, nil},
			attempt{path: "/account/password", form: url.Values{"current": {hookstest.Password}, "new": {"short"}}}},
		{"wrong password at a change of address", mina.Email(), "account.address.request", accounts.CodeBadSignIn, "",
			attempt{"POST", "/api/account/address", object{"email": "x@y.example", "password": "wrong"}, nil},
			attempt{path: "/account/address", form: url.Values{"email": {"x@y.example"}, "password": {"wrong"}}}},
		{"change to what is no address", mina.Email(), "account.address.request", accounts.CodeBadEmail, "",
			attempt{"POST", "/api/account/address", object{"email": "nobody", "password": hookstest.Password}, nil},
			attempt{path: "/account/address", form: url.Values{"email": {"nobody"}, "password": {hookstest.Password}}}},
		{"change to the same address", mina.Email(), "account.address.request", "same_address", "",
			attempt{"POST", "/api/account/address", object{"email": mina.Email(), "password": hookstest.Password}, nil},
			attempt{path: "/account/address", form: url.Values{"email": {mina.Email()}, "password": {hookstest.Password}}}},
		{"another account's change of address", eve.Email(), "account.address", accounts.CodeWrongAccount, "",
			attempt{"POST", "/api/account/address/confirm", object{"token": change}, nil},
			attempt{path: "/email/" + change}},
		{"wrong password at the deletion", mina.Email(), "account.delete", accounts.CodeBadSignIn, "",
			attempt{"DELETE", "/api/account", object{"password": "wrong"}, nil},
			attempt{path: "/account/delete", form: url.Values{"typed": {mina.Email()}, "password": {"wrong"}}}},
		{"another account's device", eve.Email(), "account.device.end", "not_allowed", "",
			attempt{"DELETE", "/api/account/devices/" + device, nil, nil},
			attempt{path: "/account/devices/" + device}},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries := func(where ...dbx.Expression) int { return hookstest.Count(t, w.App, "audit", where...) }
			is := dbx.HashExp{"team": c.team, "action": c.action, "result": c.code}
			if c.who != "" {
				account, err := accounts.Find(w.App, c.who)
				if err != nil {
					t.Fatal(err)
				}
				is["actor"] = account.Id
			}
			all, ours := entries(), entries(is)
			judge := func(way string) {
				t.Helper()
				if entries() != all+1 || entries(is) != ours+1 {
					t.Errorf("%s: got %d entries, %d of %s refused with %s, want one", way, entries()-all, entries(is)-ours, c.action, c.code)
				}
				all, ours = entries(), entries(is)
			}
			var body any
			if c.api.body != nil {
				body = c.api.body
			}
			status, answer := w.Call(w.tokens[c.who], c.api.method, c.api.path, body)
			judge("API")
			if c.action == "account.device.end" { // the answers are those to a device that there isn't
				if status != http.StatusNotFound {
					t.Errorf("API: got %d %s, want 404", status, toJSON(answer))
				}
				reply := pages[c.who].Post(c.page.path, c.page.form)
				judge("page")
				if reply.Status != http.StatusSeeOther {
					t.Errorf("page: got %d, want 303", reply.Status)
				}
				return
			}
			sentence := firstMessage(answer)
			if status < 400 || sentence == "" {
				t.Fatalf("API: got %d %s, want a refusal", status, toJSON(answer))
			}
			reply := pages[c.who].Post(c.page.path, c.page.form)
			judge("page")
			if reply.Status < 400 || !strings.Contains(html.UnescapeString(reply.Body), sentence) {
				t.Errorf("page: got %d, want a refusal that says %q: %s", reply.Status, sentence, reply.Body)
			}
		})
	}
	if n := hookstest.Count(t, w.App, "logins", dbx.HashExp{"id": device}); n != 1 {
		t.Errorf("got %d of the device's logins, want it signed in", n)
	}
}

// firstMessage is what the answer says of its one field.
func firstMessage(answer object) string {
	data, _ := answer["data"].(map[string]any)
	for _, item := range data {
		if fields, ok := item.(map[string]any); ok {
			message, _ := fields["message"].(string)
			return message
		}
	}
	return ""
}

// TestTakeOverRefusals_EachWay_LogsOneEntry holds who may not take over an account that someone began and didn't verify:
// the inviter saw the link, so that it proves no address.
func TestTakeOverRefusals_EachWay_LogsOneEntry(t *testing.T) {
	w := newFixture(t) // sends no email: who invites is shown the link
	w.newUnverifiedAccount("half@halation.example")
	token := tokenOf(w.invite("half@halation.example", "organizer").Link)
	is := dbx.HashExp{"team": w.team.Id, "action": "invitation.accept", "target_name": "half@halation.example", "result": accounts.CodeUnverified}
	form := object{"token": token, "name": "Eve", "password": "three entirely new words"}
	all := hookstest.Count(t, w.App, "audit")

	_, answer := w.Call("", "POST", "/api/invitations/accept", form)
	sentence := firstMessage(answer)
	if n := hookstest.Count(t, w.App, "audit", is); n != 1 || sentence == "" {
		t.Errorf("API: got %d entries and %s, want one and a refusal", n, toJSON(answer))
	}
	reply := w.Anonymous().Post("/invite/"+token+"/accept", url.Values{"name": {"Eve"}, "password": {"three entirely new words"}})
	if n := hookstest.Count(t, w.App, "audit", is); n != 2 || !strings.Contains(html.UnescapeString(reply.Body), sentence) {
		t.Errorf("page: got %d entries and %q, want one more and %q", n, reply.Body, sentence)
	}
	if n := hookstest.Count(t, w.App, "audit"); n != all+2 {
		t.Errorf("got %d entries, want 2", n-all)
	}

	account, err := accounts.Find(w.App, "half@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	confirmation, err := account.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	reply = w.Anonymous().Post("/verify/"+confirmation, url.Values{"password": {"three entirely new words"}})
	is = dbx.HashExp{"team": "", "action": "account.confirm", "actor": account.Id, "result": accounts.CodeBadSignIn}
	if n := hookstest.Count(t, w.App, "audit", is); n != 1 || reply.Status != http.StatusUnprocessableEntity {
		t.Errorf("confirmation with another's password: got %d entries and %d, want one and 422", n, reply.Status)
	}
	if hookstest.FindRecord(t, w.App, "users", account.Id).Verified() {
		t.Error("the account was taken over")
	}
}

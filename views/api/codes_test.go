package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/tools/settings"
)

func TestInvite_SeatsRunOut_InOrder(t *testing.T) {
	w := newFixture(t)
	w.setPlan("free") // one Organizer seat is free
	w.invite("waits@halation.example")
	status, body := w.callAs("admin", "POST", w.path("/invitations"), object{"roles": []string{"organizer"}, "emails": []string{
		"no-address", "Orla@Halation.example", " Fits@halation.example", "late@halation.example", "fits@halation.example"}})
	requireOK(t, status, body)
	results := body["results"].([]any)
	for n, want := range []struct{ email, status, code string }{
		{"no-address", "refused", "bad_email"},
		{"Orla@Halation.example", "refused", "already_member"},
		{" Fits@halation.example", "invited", ""},
		{"late@halation.example", "refused", "seats_full"},
		{"fits@halation.example", "refused", "already_invited"},
	} {
		got := results[n].(object)
		code, _ := got["code"].(string)
		if got["email"] != want.email || got["status"] != want.status || code != want.code {
			t.Errorf("%d is %s, want %+v", n, toJSON(got), want)
		}
		if hasMessage := got["message"] != nil; hasMessage != (want.code != "") {
			t.Errorf("%d has the message %v", n, got["message"])
		}
	}
	_, body = w.callAs("admin", "GET", w.path("/seats"), nil)
	assertJSON(t, body["organizer"], `{"limit":3,"used":2,"reserved":1,"free":0}`)

	member := w.newMember()
	status, body = w.callAs("admin", "PUT", w.path("/members/%s/roles", member.Id), object{"roles": []string{"organizer"}})
	assertRefused(t, status, body, 400, "roles", "seats_full")
	// It was invited as a member: with another role the seats end, too, and the invitation stays what it was.
	_, body = w.callAs("admin", "POST", w.path("/invitations"), object{"emails": []string{"waits@halation.example"}, "roles": []string{"organizer"}})
	if got := body["results"].([]any)[0].(object); got["code"] != "seats_full" {
		t.Error(toJSON(got))
	}
}

func TestInvite_OtherRole_UpdatesPendingInvitation(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	_, body := w.callAs("admin", "POST", w.path("/invitations"), object{"emails": []string{"lucia@halation.example"}, "roles": []string{"organizer"}})
	if got := body["results"].([]any)[0].(object); got["status"] != "updated" || got["id"] != open.ID {
		t.Error(toJSON(body))
	}
	w.newAccount("lucia@halation.example")
	status, body := w.callAs("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	assertRefused(t, status, body, 400, "token", "invitation_replaced")
}

func TestAccept_EndedInvitation_SaysWhy(t *testing.T) {
	w := newFixture(t)
	end := map[string]func(id string){
		"invitation_accepted": func(id string) {
			mustSucceed(t)(w.callAs("lucia@halation.example", "POST", "/api/invitations/"+id+"/accept", nil))
		},
		"invitation_declined": func(id string) {
			mustSucceed(t)(w.callAs("lucia@halation.example", "POST", "/api/invitations/"+id+"/decline", nil))
		},
		"invitation_revoked": func(id string) { mustSucceed(t)(w.callAs("admin", "POST", "/api/invitations/"+id+"/revoke", nil)) },
		"invitation_expired": func(id string) {
			w.exec("UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE id = {:id}", object{"id": id})
		},
	}
	lucia := w.newAccount("lucia@halation.example")
	for code, ended := range end {
		t.Run(code, func(t *testing.T) {
			w.exec("DELETE FROM memberships WHERE user = {:u}", object{"u": lucia.Id})
			open := w.invite(lucia.Email())
			ended(open.ID)
			for _, verb := range []string{"accept", "decline"} {
				status, body := w.callAs(lucia.Email(), "POST", "/api/invitations/"+open.ID+"/"+verb, nil)
				assertRefused(t, status, body, 400, "token", code)
			}
			for _, verb := range []string{"revoke", "resend"} {
				status, body := w.callAs("owner", "POST", "/api/invitations/"+open.ID+"/"+verb, nil)
				assertRefused(t, status, body, 400, "token", code)
			}
			status, body := w.callAs(lucia.Email(), "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
			assertRefused(t, status, body, 400, "token", code)
			status, body = w.callAs("nobody", "POST", "/api/invitations/accept",
				object{"token": tokenOf(open.Link), "name": "Lucía", "password": hookstest.Password})
			assertRefused(t, status, body, 400, "token", code)
			_, body = w.callAs(lucia.Email(), "GET", "/api/invitations", nil)
			assertJSON(t, body, `{"items":[]}`)
		})
	}
}

// mustSucceed is done for a call.
func mustSucceed(t *testing.T) func(int, map[string]any) {
	return func(status int, body map[string]any) { t.Helper(); requireOK(t, status, body) }
}

func TestResend_OldLink_IsReplaced(t *testing.T) {
	w := newFixture(t)
	w.newAccount("lucia@halation.example")
	open := w.invite("lucia@halation.example")
	status, body := w.callAs("owner", "POST", "/api/invitations/"+open.ID+"/resend", nil)
	assertRefused(t, status, body, 400, "base", "too_many") // less than a minute after the first email
	w.exec("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z' WHERE about = {:id}", object{"id": open.ID})
	status, body = w.callAs("owner", "POST", "/api/invitations/"+open.ID+"/resend", nil)
	requireOK(t, status, body)
	newer := tokenOf(body["link"].(string))
	status, body = w.callAs("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	assertRefused(t, status, body, 400, "token", "invitation_replaced")
	mustSucceed(t)(w.callAs("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": newer}))
}

func TestAccept_UnknownTokens_AreRateLimited(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	w.newAccount("lucia@halation.example")
	for n := range 20 {
		role, form := "stranger", object{"token": fmt.Sprintf("usi_guess%d", n)}
		if n%2 == 0 {
			role, form["name"], form["password"] = "nobody", "Guess", hookstest.Password
		}
		status, body := w.callAs(role, "POST", "/api/invitations/accept", form)
		assertRefused(t, status, body, 400, "token", "invitation_unknown")
	}
	reply := w.sendAs("stranger", "POST", "/api/invitations/accept", `{"token":"usi_guess"}`)
	wait, err := time.ParseDuration(reply.Header.Get("Retry-After") + "s")
	if reply.Status != http.StatusTooManyRequests || err != nil || wait < time.Second || wait > time.Minute {
		t.Errorf("%d %s, Retry-After %q", reply.Status, reply.Body, reply.Header.Get("Retry-After"))
	}
	status, body := w.callAs("other", "POST", "/api/invitations/accept", object{"token": "usi_guess"})
	assertRefused(t, status, body, 429, "base", "too_many")
	mustSucceed(t)(w.callAs("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)}))
}

func TestInvite_TooManyAddresses_IsRefused(t *testing.T) {
	w := newFixture(t)
	emails := make([]string, invitations.MaxInvite+1)
	for n := range emails {
		emails[n] = fmt.Sprintf("a%d@halation.example", n)
	}
	status, body := w.callAs("owner", "POST", w.path("/invitations"), object{"emails": emails})
	assertRefused(t, status, body, 400, "emails", "too_many")
	status, body = w.callAs("owner", "POST", w.path("/invitations"), object{"emails": []string{}})
	assertRefused(t, status, body, 400, "emails", "required")
	if n := hookstest.Count(t, w.App, "invitations"); n != 0 {
		t.Errorf("%d were invited, want 0", n)
	}
	// The right is judged before the list.
	status, body = w.callAs("member", "POST", w.path("/invitations"), object{"emails": emails})
	assertRefused(t, status, body, 403, "base", "not_allowed")
}

func TestInvite_RateLimit_PerTeam(t *testing.T) {
	w := newFixture(t)
	for range 60 {
		mustSucceed(t)(w.callAs("owner", "POST", w.path("/invitations"), object{"emails": []string{"no-address"}}))
	}
	reply := w.sendAs("admin", "POST", w.path("/invitations"), `{"emails":["a@halation.example"]}`)
	if reply.Status != 429 || reply.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %s, Retry-After %q, want 429 and %q", reply.Status, reply.Body, reply.Header.Get("Retry-After"), "1")
	}
}

func TestAccept_UnconfirmedAddress_IsRefused(t *testing.T) {
	w := newFixture(t)
	w.newUnverifiedAccount("lucia@halation.example")
	open := w.invite("lucia@halation.example")
	status, body := w.callAs("lucia@halation.example", "POST", "/api/invitations/"+open.ID+"/accept", nil)
	assertRefused(t, status, body, 400, "base", "unverified")
	status, body = w.callAs("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	assertRefused(t, status, body, 400, "base", "unverified")
	status, body = w.callAs("lucia@halation.example", "POST", "/api/teams", object{"name": "Mine"})
	assertRefused(t, status, body, 400, "base", "unverified")
}

func TestAccept_EmailOff_LinkDoesNotConfirmAddress(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	form := object{"token": tokenOf(open.Link), "name": "Lucía", "password": hookstest.Password}
	status, body := w.callAs("nobody", "POST", "/api/invitations/accept", form)
	assertRefused(t, status, body, 400, "base", "unverified")
	if _, err := w.App.FindAuthRecordByEmail("users", "lucia@halation.example"); err != nil {
		t.Error("the account was not made:", err)
	}
	status, body = w.callAs("nobody", "POST", "/api/invitations/accept", form)
	assertRefused(t, status, body, 400, "base", "unverified")
}

func TestSetRoles_Owner_StaysOwner(t *testing.T) {
	w := newFixture(t)
	owner := w.accounts["owner"].Id
	// Admin is in Owner already, and Owner is no role that can be asked for.
	status, body := w.callAs("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{"organizer"}})
	requireOK(t, status, body)
	assertJSON(t, body, `{"roles":["owner","organizer"],"sessions":{"handedOver":0,"cancelled":0}}`)
	status, body = w.callAs("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{"owner"}})
	assertRefused(t, status, body, 400, "roles", "bad_role")
	status, body = w.callAs("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{}})
	requireOK(t, status, body)
	assertJSON(t, body, `{"roles":["owner"],"sessions":{"handedOver":0,"cancelled":0}}`)
}

// TestSetRoles_NoChange_StillRequiresPermission holds that a change which changes nothing is judged by right, too.
func TestSetRoles_NoChange_StillRequiresPermission(t *testing.T) {
	w := newFixture(t)
	admin := w.newMember("admin")
	status, body := w.callAs("member", "PUT", w.path("/members/%s/roles", w.accounts["member"].Id), object{"roles": []string{}})
	assertRefused(t, status, body, 403, "base", "not_allowed")
	for id, held := range map[string][]string{w.accounts["owner"].Id: {"organizer"}, admin.Id: {"admin"}} {
		status, body = w.callAs("admin", "PUT", w.path("/members/%s/roles", id), object{"roles": held})
		assertRefused(t, status, body, 403, "base", "not_allowed")
	}
}

func TestUpdateTeam_InvalidField_IsRefused(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		body      object
		key, code string
	}{
		{object{"name": " "}, "name", "required"},
		{object{"name": "See https://evil.example"}, "name", "bad_text"},
		{object{"name": strings.Repeat("a", 61)}, "name", "too_long"},
		{object{"description": "a\u202eb"}, "description", "bad_text"},
		{object{"timezone": "Mars/Base"}, "timezone", "bad_timezone"},
		{object{"logo": "not base64!"}, "logo", "bad_type"},
		{object{"logo": "aGVsbG8="}, "logo", "bad_logo"},
	} {
		status, body := w.callAs("owner", "PATCH", w.path(""), c.body)
		assertRefused(t, status, body, 400, c.key, c.code)
	}
	status, body := w.callAs("owner", "POST", "/api/teams", object{})
	assertRefused(t, status, body, 400, "name", "required")
}

func TestCreateTeam_OperatorOnly_IsRefused(t *testing.T) {
	w := newFixture(t)
	settings.Of(w.App).Teams = "operator"
	status, body := w.callAs("owner", "POST", "/api/teams", object{"name": "More"})
	assertRefused(t, status, body, 403, "base", "not_allowed")
}

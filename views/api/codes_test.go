package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/settings"
)

func TestAListIsInvitedInOrderUntilTheSeatsEnd(t *testing.T) {
	w := newWorld(t)
	w.plan("free") // one Organizer seat is free
	w.inviting("waits@halation.example")
	status, body := w.as("admin", "POST", w.path("/invitations"), object{"roles": []string{"organizer"}, "emails": []string{
		"no-address", "Orla@Halation.example", " Fits@halation.example", "late@halation.example", "fits@halation.example"}})
	done(t, status, body)
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
			t.Errorf("%d is %s, want %+v", n, text(got), want)
		}
		if hasMessage := got["message"] != nil; hasMessage != (want.code != "") {
			t.Errorf("%d has the message %v", n, got["message"])
		}
	}
	_, body = w.as("admin", "GET", w.path("/seats"), nil)
	same(t, body["organizer"], `{"limit":3,"used":2,"reserved":1,"free":0}`)

	member := w.newMember()
	status, body = w.as("admin", "PUT", w.path("/members/%s/roles", member.Id), object{"roles": []string{"organizer"}})
	refused(t, status, body, 400, "roles", "seats_full")
	// It was invited as a member: with another role the seats end, too, and the invitation stays what it was.
	_, body = w.as("admin", "POST", w.path("/invitations"), object{"emails": []string{"waits@halation.example"}, "roles": []string{"organizer"}})
	if got := body["results"].([]any)[0].(object); got["code"] != "seats_full" {
		t.Error(text(got))
	}
}

func TestAnotherRoleUpdatesTheOpenInvitation(t *testing.T) {
	w := newWorld(t)
	open := w.inviting("lucia@halation.example")
	_, body := w.as("admin", "POST", w.path("/invitations"), object{"emails": []string{"lucia@halation.example"}, "roles": []string{"organizer"}})
	if got := body["results"].([]any)[0].(object); got["status"] != "updated" || got["id"] != open.ID {
		t.Error(text(body))
	}
	w.person("lucia@halation.example")
	status, body := w.as("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	refused(t, status, body, 400, "token", "invitation_replaced")
}

func TestAnInvitationThatEndedSaysHow(t *testing.T) {
	w := newWorld(t)
	end := map[string]func(id string){
		"invitation_accepted": func(id string) {
			must(t)(w.as("lucia@halation.example", "POST", "/api/invitations/"+id+"/accept", nil))
		},
		"invitation_declined": func(id string) {
			must(t)(w.as("lucia@halation.example", "POST", "/api/invitations/"+id+"/decline", nil))
		},
		"invitation_revoked": func(id string) { must(t)(w.as("admin", "POST", "/api/invitations/"+id+"/revoke", nil)) },
		"invitation_expired": func(id string) {
			w.sql("UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE id = {:id}", object{"id": id})
		},
	}
	lucia := w.person("lucia@halation.example")
	for code, ended := range end {
		t.Run(code, func(t *testing.T) {
			w.sql("DELETE FROM memberships WHERE user = {:u}", object{"u": lucia.Id})
			open := w.inviting(lucia.Email())
			ended(open.ID)
			for _, verb := range []string{"accept", "decline"} {
				status, body := w.as(lucia.Email(), "POST", "/api/invitations/"+open.ID+"/"+verb, nil)
				refused(t, status, body, 400, "token", code)
			}
			for _, verb := range []string{"revoke", "resend"} {
				status, body := w.as("owner", "POST", "/api/invitations/"+open.ID+"/"+verb, nil)
				refused(t, status, body, 400, "token", code)
			}
			status, body := w.as(lucia.Email(), "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
			refused(t, status, body, 400, "token", code)
			status, body = w.as("nobody", "POST", "/api/invitations/accept",
				object{"token": tokenOf(open.Link), "name": "Lucía", "password": hookstest.Password})
			refused(t, status, body, 400, "token", code)
			_, body = w.as(lucia.Email(), "GET", "/api/invitations", nil)
			same(t, body, `{"items":[]}`)
		})
	}
}

// must is done for a call.
func must(t *testing.T) func(int, map[string]any) {
	return func(status int, body map[string]any) { t.Helper(); done(t, status, body) }
}

func TestTheOldLinkOfAResentInvitationIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.person("lucia@halation.example")
	open := w.inviting("lucia@halation.example")
	status, body := w.as("owner", "POST", "/api/invitations/"+open.ID+"/resend", nil)
	refused(t, status, body, 400, "base", "too_many") // less than a minute after the first letter
	w.sql("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z' WHERE about = {:id}", object{"id": open.ID})
	status, body = w.as("owner", "POST", "/api/invitations/"+open.ID+"/resend", nil)
	done(t, status, body)
	newer := tokenOf(body["link"].(string))
	status, body = w.as("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	refused(t, status, body, 400, "token", "invitation_replaced")
	must(t)(w.as("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": newer}))
}

func TestUnknownLinksAreSlowedDownAndKnownOnesAreNot(t *testing.T) {
	w := newWorld(t)
	open := w.inviting("lucia@halation.example")
	w.person("lucia@halation.example")
	for n := range 20 {
		role, form := "stranger", object{"token": fmt.Sprintf("usi_guess%d", n)}
		if n%2 == 0 {
			role, form["name"], form["password"] = "nobody", "Guess", hookstest.Password
		}
		status, body := w.as(role, "POST", "/api/invitations/accept", form)
		refused(t, status, body, 400, "token", "invitation_unknown")
	}
	reply := w.raw("stranger", "POST", "/api/invitations/accept", `{"token":"usi_guess"}`)
	wait, err := time.ParseDuration(reply.Header.Get("Retry-After") + "s")
	if reply.Status != http.StatusTooManyRequests || err != nil || wait < time.Second || wait > time.Minute {
		t.Errorf("%d %s, Retry-After %q", reply.Status, reply.Body, reply.Header.Get("Retry-After"))
	}
	status, body := w.as("other", "POST", "/api/invitations/accept", object{"token": "usi_guess"})
	refused(t, status, body, 429, "base", "too_many")
	must(t)(w.as("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)}))
}

func TestMoreAddressesThanOneRequestTakes(t *testing.T) {
	w := newWorld(t)
	emails := make([]string, invitations.MaxInvite+1)
	for n := range emails {
		emails[n] = fmt.Sprintf("a%d@halation.example", n)
	}
	status, body := w.as("owner", "POST", w.path("/invitations"), object{"emails": emails})
	refused(t, status, body, 400, "emails", "too_many")
	status, body = w.as("owner", "POST", w.path("/invitations"), object{"emails": []string{}})
	refused(t, status, body, 400, "emails", "required")
	if n := hookstest.Count(t, w.App, "invitations"); n != 0 {
		t.Errorf("%d were invited", n)
	}
	// The right is judged before the list.
	status, body = w.as("member", "POST", w.path("/invitations"), object{"emails": emails})
	refused(t, status, body, 403, "base", "not_allowed")
}

func TestSixtyRequestsAMinuteForATeam(t *testing.T) {
	w := newWorld(t)
	for range 60 {
		must(t)(w.as("owner", "POST", w.path("/invitations"), object{"emails": []string{"no-address"}}))
	}
	reply := w.raw("admin", "POST", w.path("/invitations"), `{"emails":["a@halation.example"]}`)
	if reply.Status != 429 || reply.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %s, Retry-After %q", reply.Status, reply.Body, reply.Header.Get("Retry-After"))
	}
}

func TestAcceptNeedsAConfirmedAddress(t *testing.T) {
	w := newWorld(t)
	w.unverified("lucia@halation.example")
	open := w.inviting("lucia@halation.example")
	status, body := w.as("lucia@halation.example", "POST", "/api/invitations/"+open.ID+"/accept", nil)
	refused(t, status, body, 400, "base", "unverified")
	status, body = w.as("lucia@halation.example", "POST", "/api/invitations/accept", object{"token": tokenOf(open.Link)})
	refused(t, status, body, 400, "base", "unverified")
	status, body = w.as("lucia@halation.example", "POST", "/api/teams", object{"name": "Mine"})
	refused(t, status, body, 400, "base", "unverified")
}

func TestWithoutMailALinkProvesNoAddress(t *testing.T) {
	w := newWorld(t)
	open := w.inviting("lucia@halation.example")
	form := object{"token": tokenOf(open.Link), "name": "Lucía", "password": hookstest.Password}
	status, body := w.as("nobody", "POST", "/api/invitations/accept", form)
	refused(t, status, body, 400, "base", "unverified")
	if _, err := w.App.FindAuthRecordByEmail("users", "lucia@halation.example"); err != nil {
		t.Error("the account was not made:", err)
	}
	status, body = w.as("nobody", "POST", "/api/invitations/accept", form)
	refused(t, status, body, 400, "base", "unverified")
}

func TestOwnersStayOwners(t *testing.T) {
	w := newWorld(t)
	owner := w.people["owner"].Id
	// Admin is in Owner already, and Owner is no role that can be asked for.
	status, body := w.as("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{"organizer"}})
	done(t, status, body)
	same(t, body, `{"roles":["owner","organizer"],"sessions":{"handedOver":0,"cancelled":0}}`)
	status, body = w.as("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{"owner"}})
	refused(t, status, body, 400, "roles", "bad_role")
	status, body = w.as("owner", "PUT", w.path("/members/%s/roles", owner), object{"roles": []string{}})
	done(t, status, body)
	same(t, body, `{"roles":["owner"],"sessions":{"handedOver":0,"cancelled":0}}`)
}

// TestAskingForWhatIsTellsNobodyAnything holds that a change which changes nothing is judged by right, too.
func TestAskingForWhatIsTellsNobodyAnything(t *testing.T) {
	w := newWorld(t)
	admin := w.newMember("admin")
	status, body := w.as("member", "PUT", w.path("/members/%s/roles", w.people["member"].Id), object{"roles": []string{}})
	refused(t, status, body, 403, "base", "not_allowed")
	for id, held := range map[string][]string{w.people["owner"].Id: {"organizer"}, admin.Id: {"admin"}} {
		status, body = w.as("admin", "PUT", w.path("/members/%s/roles", id), object{"roles": held})
		refused(t, status, body, 403, "base", "not_allowed")
	}
}

func TestATeamIsRefusedByItsField(t *testing.T) {
	w := newWorld(t)
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
		status, body := w.as("owner", "PATCH", w.path(""), c.body)
		refused(t, status, body, 400, c.key, c.code)
	}
	status, body := w.as("owner", "POST", "/api/teams", object{})
	refused(t, status, body, 400, "name", "required")
}

func TestTeamsAreTheOperatorsWhereHeSaysSo(t *testing.T) {
	w := newWorld(t)
	settings.Of(w.App).Teams = "operator"
	status, body := w.as("owner", "POST", "/api/teams", object{"name": "More"})
	refused(t, status, body, 403, "base", "not_allowed")
}

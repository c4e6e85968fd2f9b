package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

// resultCodes is what came of each row of a receipt: its status, or the code of who was passed over.
func resultCodes(t *testing.T, status int, body object) (all []string) {
	t.Helper()
	requireOK(t, status, body)
	for _, item := range body["results"].([]any) {
		l := item.(object)
		said := l["status"].(string)
		if said == "skipped" {
			said = l["code"].(string)
			if l["message"] == "" {
				t.Errorf("got no reason: %s", toJSON(l))
			}
		}
		all = append(all, said)
	}
	return all
}

func TestBulkRemove_ReportsEachResult(t *testing.T) {
	w := newFixture(t)
	organizer := w.accounts["organizer"]
	open := w.invite("lucia@halation.example", "organizer")
	ids := []string{w.accounts["owner"].Id, w.accounts["admin"].Id, organizer.Id, open.ID, w.accounts["other"].Id, "abcdefghijklmno", organizer.Id}
	status, body := w.callAs("admin", "POST", w.path("/users/remove"), object{"ids": ids})
	want := []string{"not_allowed", "remove_self", "removed", "revoked", "not_found", "not_found"}
	if got := resultCodes(t, status, body); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	assertJSON(t, body["freed"], `{"admin":0,"organizer":2}`)
	lines := body["results"].([]any)
	assertJSON(t, lines[2], `{"id":"`+organizer.Id+`","name":"Orla","email":"orla@halation.example","status":"removed"}`)
	theirs, unknown := lines[4].(object), lines[5].(object)
	theirs["id"] = unknown["id"]
	if toJSON(theirs) != toJSON(unknown) {
		t.Errorf("somebody of another team is told apart from nobody: %s, %s", toJSON(theirs), toJSON(unknown))
	}
	status, body = w.callAs("organizer", "GET", w.path(""), nil)
	if status != 404 {
		t.Errorf("who was removed: %d %s, want 404", status, toJSON(body))
	}
	status, body = w.callAs("owner", "POST", w.path("/users/remove"), object{"ids": ids[2:4]})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"not_found", "invitation_revoked"}) {
		t.Errorf("once more: %v", got)
	}
}

func TestBulk_OtherActions_ReportEachResult(t *testing.T) {
	w := newFixture(t)
	first, second := w.invite("lucia@halation.example", "organizer"), w.invite("theo@halation.example")
	w.exec("DELETE FROM outbox WHERE about = {:id}", object{"id": first.ID})
	ids := []string{first.ID, second.ID, w.accounts["organizer"].Id, w.accounts["member"].Id}

	status, body := w.callAs("admin", "POST", w.path("/users/resend"), object{"ids": ids})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"resent", "too_many", "nothing_to_do", "nothing_to_do"}) {
		t.Errorf("resend: %v", got)
	}
	if link, _ := body["results"].([]any)[0].(object)["link"].(string); !strings.HasPrefix(link, w.URL+"/invite/usi_") {
		t.Errorf("without mail there is no link: %s, want it to contain %q", toJSON(body), w.URL+"/invite/usi_")
	}
	status, body = w.callAs("admin", "POST", w.path("/users/revoke"), object{"ids": ids})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"revoked", "revoked", "nothing_to_do", "nothing_to_do"}) {
		t.Errorf("revoke: %v", got)
	}
	status, body = w.callAs("admin", "POST", w.path("/users/revoke-role"), object{"ids": ids, "role": "organizer"})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"nothing_to_do", "nothing_to_do", "role_revoked", "no_such_role"}) {
		t.Errorf("revoke the role: %v", got)
	}
	status, body = w.callAs("admin", "POST", w.path("/users/tags"), object{"ids": ids, "add": []string{"Kestrel"}, "remove": []string{"Vendor"}})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"tagged", "tagged", "tagged", "tagged"}) {
		t.Errorf("tag: %v", got)
	}
	status, body = w.callAs("admin", "POST", w.path("/users/clear"), object{"ids": ids})
	if got := resultCodes(t, status, body); !slices.Equal(got, []string{"cleared", "cleared", "nothing_to_do", "nothing_to_do"}) {
		t.Errorf("clear: %v", got)
	}
	restore := w.path("/members/%s/roles/restore", w.accounts["organizer"].Id)
	assertStatus(t, w, "owner", "POST", restore, object{"roles": []string{"organizer"}}, "400") // the Admin revoked it
	status, body = w.callAs("admin", "POST", restore, object{"roles": []string{"organizer"}})
	requireOK(t, status, body)
	assertJSON(t, body["roles"], `["organizer"]`)
}

func TestSetTags(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	for _, id := range []string{w.accounts["member"].Id, open.ID} {
		status, body := w.callAs("admin", "PUT", w.path("/users/%s/tags", id), object{"tags": []string{"vendor", " Kestrel  Pictures ", "VENDOR"}})
		requireOK(t, status, body)
		assertJSON(t, body, `{"id":"`+id+`","tags":["Kestrel Pictures","vendor"]}`)
	}
	_, body := w.callAs("owner", "GET", w.path("/tags"), nil)
	assertJSON(t, body, `{"items":[{"name":"Kestrel Pictures","people":2},{"name":"vendor","people":2}]}`)
	_, body = w.callAs("owner", "GET", w.path("/users?tag=VENDOR"), nil)
	if body["totalItems"] != 2.0 {
		t.Errorf("with the tag: %s, want 2.0", toJSON(body))
	}
	status, body := w.callAs("admin", "PUT", w.path("/users/%s/tags", open.ID), object{"tags": []string{}})
	requireOK(t, status, body)
	assertJSON(t, body, `{"id":"`+open.ID+`","tags":[]}`)
}

func TestBulk_InvalidInput_IsRefused(t *testing.T) {
	w := newFixture(t)
	member := []string{w.accounts["member"].Id}
	thousands := make([]string, 1001)
	for n := range thousands {
		thousands[n] = fmt.Sprintf("%015d", n)
	}
	put := "/users/" + member[0] + "/tags"
	for _, c := range []struct {
		method, path string
		body         object
		key, code    string
	}{
		{"POST", "/users/remove", object{}, "ids", "required"},
		{"POST", "/users/remove", object{"ids": []string{}}, "ids", "required"},
		{"POST", "/users/remove", object{"ids": thousands}, "ids", "too_many"},
		{"POST", "/users/remove", object{"ids": "all"}, "ids", "bad_type"},
		{"POST", "/users/remove", object{"ids": []int{1}}, "ids", "bad_type"},
		{"POST", "/users/revoke-role", object{"ids": member}, "role", "bad_role"},
		{"POST", "/users/revoke-role", object{"ids": member, "role": "owner"}, "role", "bad_role"},
		{"POST", "/members/" + member[0] + "/roles/restore", object{}, "roles", "required"},
		{"POST", "/members/" + member[0] + "/roles/restore", object{"roles": []string{"owner"}}, "roles", "bad_role"},
		{"POST", "/members/" + member[0] + "/roles/restore", object{"roles": []string{"organizer"}}, "roles", "too_late"},
		{"POST", "/users/tags", object{"ids": member}, "add", "required"},
		{"POST", "/users/tags", object{"ids": member, "add": []string{strings.Repeat("x", 500)}}, "add", "too_long"},
		{"POST", "/users/tags", object{"ids": member, "remove": thousands[:1000]}, "remove", "too_many"},
		{"PUT", put, object{}, "tags", "required"},
		{"PUT", put, object{"tags": []string{""}}, "tags", "required"},
		{"PUT", put, object{"tags": []string{strings.Repeat("x", 500)}}, "tags", "too_long"},
		{"PUT", put, object{"tags": thousands[:1000]}, "tags", "too_many"},
		{"DELETE", "", object{}, "name", "wrong_name"},
		{"DELETE", "", object{"name": "halation post"}, "name", "wrong_name"},
	} {
		status, body := w.callAs("owner", c.method, w.path("%s", c.path), c.body)
		assertRefused(t, status, body, 400, c.key, c.code)
	}
}

func TestDeleteTeam_IsGoneForEveryone(t *testing.T) {
	w := newFixture(t)
	open := w.invite("stefan@nowhere.example")
	status, body := w.callAs("owner", "DELETE", w.path(""), object{"name": " Halation Post "})
	requireOK(t, status, body)
	assertJSON(t, body, `{"deleted":"`+w.team.Id+`"}`)
	for _, role := range []string{"owner", "admin", "organizer", "member", "guest"} {
		if status, body := w.callAs(role, "GET", w.path(""), nil); status != 404 {
			t.Errorf("%s: %d %s, want 404", role, status, toJSON(body))
		}
		_, body := w.callAs(role, "GET", "/api/teams", nil)
		if items := body["items"].([]any); len(items) != 0 {
			t.Errorf("%s is still in %s, want 0", role, toJSON(body))
		}
	}
	status, body = w.callAs("stranger", "POST", "/api/invitations/"+open.ID+"/accept", nil)
	if status != 404 {
		t.Errorf("its invitation: %d %s, want 404", status, toJSON(body))
	}
	if hookstest.Count(t, w.App, "audit", dbx.HashExp{"team": w.team.Id, "action": "team.delete", "result": "ok"}) != 1 {
		t.Error("not in the audit log")
	}
}

func TestRemove_RevokeSent_OnlyWhenRequested(t *testing.T) {
	for name, c := range map[string]struct {
		call  func(w *fixture, body object) (int, object)
		count string
	}{
		"one": {func(w *fixture, body object) (int, object) {
			return w.callAs("owner", "DELETE", w.path("/members/%s", w.accounts["admin"].Id), body)
		}, "sentRevoked"},
		"roles of one": {func(w *fixture, body object) (int, object) {
			body["roles"] = []string{}
			return w.callAs("owner", "PUT", w.path("/members/%s/roles", w.accounts["admin"].Id), body)
		}, "sentRevoked"},
		"many": {func(w *fixture, body object) (int, object) {
			body["ids"] = []string{w.accounts["admin"].Id}
			return w.callAs("owner", "POST", w.path("/users/remove"), body)
		}, "sentRevoked"},
	} {
		for _, asked := range []bool{false, true} {
			w := newFixture(t)
			id := hookstest.Invite(t, w.App, w.accounts["admin"], w.team, "nia@halation.example").ID
			body := object{}
			if asked {
				body["revokeSent"] = true
			}
			status, reply := c.call(w, body)
			requireOK(t, status, reply)
			state := hookstest.FindRecord(t, w.App, "invitations", id).GetString("status")
			if (state == "revoked") != asked || (reply[c.count] == 1.0) != asked {
				t.Errorf("%s, asked for %v: the invitation is %s, the reply %s, want %v and %v", name, asked, state, toJSON(reply), asked, asked)
			}
		}
	}
}

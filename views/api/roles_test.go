package api_test

import (
	"strconv"
	"strings"
	"testing"
)

type object = map[string]any

// TestRoutes_Permissions calls every route in every role, each time on a target of its own.
func TestRoutes_Permissions(t *testing.T) {
	w := newFixture(t)
	post, put, del, get, patch := "POST", "PUT", "DELETE", "GET", "PATCH"
	team := func(rest string) func(string) string { return func(string) string { return w.path("%s", rest) } }
	at := func(path string) func(string) string { return func(string) string { return path } }
	member := func(rest string, roles ...string) func(string) string {
		return func(string) string { return w.path("/members/%s%s", w.newMember(roles...).Id, rest) }
	}
	users := func(rest string) func(string) string {
		return func(string) string { return w.path("/users/%s%s", w.newMember().Id, rest) }
	}
	these := func(extra object) func(string) any {
		return func(string) any {
			body := object{"ids": []string{w.newMember("organizer").Id, w.newInvitation().ID}}
			for key, value := range extra {
				body[key] = value
			}
			return body
		}
	}
	held := func(role, rest string) func(string) string {
		return func(string) string { return w.path("/members/%s%s", w.accounts[role].Id, rest) }
	}
	asked := func(verb string, roles ...string) func(string) string {
		return func(string) string {
			id := w.newInvitation(roles...).ID
			w.exec("DELETE FROM outbox WHERE about = {:id}", object{"id": id})
			return "/api/invitations/" + id + "/" + verb
		}
	}
	toAccept := func(string) any { return object{"token": tokenOf(w.newInvitation().Link)} }
	say := func(body object) func(string) any { return func(string) any { return body } }
	some := func(extra object) func(string) any {
		return func(string) any {
			w.counter++
			body := object{"emails": []string{"some" + strconv.Itoa(w.counter) + "@halation.example"}}
			for key, value := range extra {
				body[key] = value
			}
			return body
		}
	}
	another := func(string) any {
		w.counter++
		return object{"email": "right" + strconv.Itoa(w.counter) + "@halation.example"}
	}
	organizer, admin := object{"roles": []string{"organizer"}}, object{"roles": []string{"admin"}}

	for _, c := range []struct {
		method string
		path   func(role string) string
		body   func(role string) any
		name   string
		want   string // in the order of roles; 403 is not_allowed unless another code stands there
	}{
		//                                                                nobody bad stranger guest member organizer admin owner other super
		{post, at("/api/teams"), say(object{"name": "New"}), "found", "401 401 200 200 200 200 200 200 200 401"},
		{get, at("/api/teams"), nil, "my teams", "401 401 200 200 200 200 200 200 200 401"},
		{get, team(""), nil, "show", "401 401 404 200 200 200 200 200 404 401"},
		{patch, team(""), say(object{"description": "Film."}), "edit", "401 401 404 403 403 403 200 200 404 401"},
		{patch, team(""), say(object{"admins_manage_admins": true}), "open Admins", "401 401 404 403 403 403 403 200 404 401"},
		{patch, team(""), say(object{"admins_manage_admins": false}), "close Admins", "401 401 404 403 403 403 403 200 404 401"},
		{get, team("/seats"), nil, "seats", "401 401 404 403 403 403 200 200 404 401"},
		{get, team("/licences"), nil, "licences", "401 401 404 403 403 403 200 200 404 401"},
		{get, team("/users"), nil, "users", "401 401 404 403 403 403 200 200 404 401"},
		{get, team("/audit"), nil, "audit log", "401 401 404 403 403 403 200 200 404 401"},
		{get, team("/audit/verify"), nil, "check the audit log", "401 401 404 403 403 403 200 200 404 401"},
		{get, team("/tags"), nil, "tags", "401 401 404 403 403 403 200 200 404 401"},
		{put, users("/tags"), say(object{"tags": []string{"Kestrel"}}), "tag", "401 401 404 403 403 403 200 200 404 401"},
		{put, team("/users/abcdefghijklmno/tags"), say(object{"tags": []string{"Kestrel"}}), "tag nobody", "401 401 404 403 403 403 404 404 404 401"},
		{post, team("/users/tags"), these(object{"add": []string{"Kestrel"}}), "tag many", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/users/remove"), these(nil), "remove many", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/users/revoke"), these(nil), "revoke many", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/users/clear"), these(nil), "clear many", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/users/resend"), these(nil), "resend many", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/users/revoke-role"), these(object{"role": "organizer"}), "revoke a role of many", "401 401 404 403 403 403 200 200 404 401"},
		{del, team(""), say(object{"name": "wrong"}), "delete the team", "401 401 404 403 403 403 403 400 404 401"},
		{post, team("/invitations"), some(nil), "invite", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/invitations"), some(organizer), "invite an Organizer", "401 401 404 403 403 403 200 200 404 401"},
		{post, team("/invitations"), some(admin), "invite an Admin", "401 401 404 403 403 403 403 200 404 401"},
		{get, at("/api/invitations"), nil, "my invitations", "401 401 200 200 200 200 200 200 200 401"},
		{post, asked("accept"), nil, "accept somebody's", "401 401 404 404 404 404 404 404 404 401"},
		{post, asked("undo-decline"), nil, "undo declining somebody's", "401 401 404 404 404 404 404 404 404 401"},
		{post, asked("decline"), nil, "decline somebody's", "401 401 404 404 404 404 404 404 404 401"},
		{post, asked("revoke"), nil, "revoke", "401 401 404 403 403 403 200 200 404 401"},
		{post, asked("revoke", "admin"), nil, "revoke an Admin's", "401 401 404 403 403 403 403 200 404 401"},
		{post, asked("resend"), nil, "resend", "401 401 404 403 403 403 200 200 404 401"},
		{post, asked("resend", "admin"), nil, "resend an Admin's", "401 401 404 403 403 403 403 200 404 401"},
		{post, asked("correct"), another, "correct", "401 401 404 403 403 403 200 200 404 401"},
		{post, asked("correct", "admin"), another, "correct an Admin's", "401 401 404 403 403 403 403 200 404 401"},
		{post, at("/api/invitations/accept"), toAccept, "accept somebody's link", "401 401 403:wrong_account 403:wrong_account 403:wrong_account 403:wrong_account 403:wrong_account 403:wrong_account 403:wrong_account 401"},
		{put, member("/roles"), say(organizer), "offer Organizer", "401 401 404 403 403 403 200 200 404 401"},
		{put, member("/roles"), say(admin), "offer Admin", "401 401 404 403 403 403 403 200 404 401"},
		{put, member("/roles", "organizer"), say(object{"roles": []string{}}), "revoke Organizer", "401 401 404 403 403 403 200 200 404 401"},
		{post, member("/roles/restore"), say(organizer), "restore Organizer", "401 401 404 403 403 403 400 400 404 401"},
		{put, member("/roles", "admin"), say(object{"roles": []string{}}), "revoke Admin", "401 401 404 403 403 403 403 200 404 401"},
		{put, member("/roles", "admin"), say(object{"roles": []string{"admin", "organizer"}}), "offer an Admin Organizer", "401 401 404 403 403 403 403 200 404 401"},
		{put, held("owner", "/roles"), say(object{"roles": []string{}}), "revoke the Owner's", "401 401 404 403 403 403 403 200 404 401"},
		{put, held("other", "/roles"), say(organizer), "roles of another team's", "401 401 404 403 403 403 404 404 404 401"},
		{del, member(""), nil, "remove", "401 401 404 403 403 403 200 200 404 401"},
		{del, member("", "admin"), nil, "remove an Admin", "401 401 404 403 403 403 403 200 404 401"},
		{del, held("owner", ""), nil, "remove the Owner", "401 401 404 403 403 403 403 400:last_owner 404 401"},
		{del, held("other", ""), nil, "remove another team's", "401 401 404 404 404 404 404 404 404 401"},
		{del, func(role string) string {
			if account, ok := w.accounts[role]; ok {
				return w.path("/members/%s", account.Id)
			}
			return w.path("/members/nobody")
		}, nil, "leave", "401 401 404 200 200 200 200 400:last_owner 404 401"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.Fields(c.want)
			for n, role := range roles {
				var body any
				if c.body != nil {
					body = c.body(role)
				}
				assertStatus(t, w, role, c.method, c.path(role), body, want[n])
			}
		})
	}
}

func assertStatus(t *testing.T, w *fixture, role, method, path string, body any, want string) {
	t.Helper()
	number, code, _ := strings.Cut(want, ":")
	status, answer := w.callAs(role, method, path, body)
	if strconv.Itoa(status) != number {
		t.Errorf("%s: %d %s, want %s", role, status, toJSON(answer), want)
		return
	}
	switch {
	case status == 403 && code == "":
		assertRefused(t, status, answer, status, "base", "not_allowed")
	case code != "":
		assertRefused(t, status, answer, status, "base", code)
	case status == 401:
		assertJSON(t, answer, `{"status":401,"message":"The request requires valid record authorization token.","data":{}}`)
	case status == 404:
		assertJSON(t, answer, `{"status":404,"message":"The requested resource wasn't found.","data":{}}`)
	}
}

package api_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestShowUser(t *testing.T) {
	w := newFixture(t)
	first := w.newSession(sessions.Form{Title: "Kestrel", Guests: []string{"mina@halation.example"}})
	asked := hookstest.Invite(t, w.App, w.accounts["owner"], w.team, "mina@halation.example", "organizer")
	_, body := w.callAs("admin", "GET", w.path("/users/%s", w.accounts["organizer"].Id), nil)
	shown, _ := body["sessions"].(map[string]any)
	if body["id"] != w.accounts["organizer"].Id || toJSON(body["roles"]) != `["organizer"]` || body["invited"] != nil || body["added"] == "" ||
		shown["hosting"] != 1.0 || shown["total"] != 1.0 || toJSON(shown["recent"]) != "[]" {
		t.Errorf("%s", toJSON(body))
	}
	assertJSON(t, shown["upcoming"], `[{"id":"`+first.Id+`","title":"Kestrel","starts":"`+first.Starts().Format("2006-01-02T15:04:05Z")+`","status":"scheduled","host":true}]`)
	history, _ := body["history"].(map[string]any)
	if history["joined"] != body["added"] || history["memberSince"] != body["added"] || history["inviter"] != "" || history["sessionsHosted"] != 0.0 || history["lastJoined"] != "" {
		t.Errorf("got the history %s, want a member without sessions that took place", toJSON(history))
	}
	_, body = w.callAs("admin", "GET", w.path("/users/%s", hookstest.Invite(t, w.App, w.accounts["owner"], w.team, "new@halation.example").ID), nil)
	history, _ = body["history"].(map[string]any)
	if history["joined"] != "" || history["memberSince"] != "" || history["inviter"] != "Olga" || history["invitedAt"] != body["added"] {
		t.Errorf("got the history %s, want an invitee of Olga", toJSON(history))
	}
	_, body = w.callAs("admin", "GET", w.path("/users/%s", w.accounts["member"].Id), nil)
	shown, _ = body["sessions"].(map[string]any)
	invited, _ := body["invited"].(map[string]any)
	delivery, _ := invited["delivery"].(map[string]any)
	if shown["hosting"] != 0.0 || shown["total"] != 1.0 || invited["id"] != asked.ID || invited["status"] != "pending" || invited["inviter"] != "Olga" ||
		toJSON(invited["roles"]) != `["organizer"]` || invited["expires"] == "" || delivery["status"] == "" || delivery["at"] == "" {
		t.Errorf("%s", toJSON(body))
	}
	for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
		if status, body := w.callAs(role, "GET", w.path("/users/%s", w.accounts["member"].Id), nil); status != want {
			t.Errorf("%s: %d %s, want %v", role, status, toJSON(body), want)
		}
	}
	for _, id := range []string{w.accounts["other"].Id, "abcdefghijklmno"} {
		if status, body := w.callAs("admin", "GET", w.path("/users/%s", id), nil); status != 404 {
			t.Errorf("%s: %d %s, want 404", id, status, toJSON(body))
		}
	}
}

func TestPreviews_ChangeNothing(t *testing.T) {
	w := newFixture(t)
	w.setPlan("free")
	w.exec("UPDATE teams SET organizer_seats = 3 WHERE id = {:id}", object{"id": w.team.Id})
	w.newSession(sessions.Form{})
	w.newSession(sessions.Form{Title: "Two"})
	before := w.stateFingerprint()
	status, body := w.callAs("admin", "POST", w.path("/invitations/preview"), object{"roles": []string{"organizer"},
		"emails": []string{"a@b.example", "no address", "a@b.example", "c@d.example", "orla@halation.example"}})
	requireOK(t, status, body)
	results, _ := body["results"].([]any)
	var got []string
	for _, r := range results {
		line := r.(map[string]any)
		code, _ := line["code"].(string)
		got = append(got, line["status"].(string)+" "+code)
	}
	if toJSON(got) != `["invited ","refused bad_email","refused duplicate","refused seats_full","refused already_member"]` || body["emails"] != 1.0 {
		t.Errorf("%s", toJSON(body))
	}
	assertJSON(t, body["seats"].(map[string]any)["organizer"], `{"limit":3,"used":2,"reserved":1,"free":0}`)

	status, body = w.callAs("admin", "POST", w.path("/users/preview"), object{"ids": []string{w.accounts["organizer"].Id, w.accounts["owner"].Id}})
	requireOK(t, status, body)
	assertJSON(t, body["freed"], `{"admin":0,"organizer":1}`)
	assertJSON(t, body["sessions"], `{"handedOver":0,"cancelled":2}`)
	lines, _ := body["results"].([]any)
	if lines[0].(map[string]any)["status"] != "removed" || lines[1].(map[string]any)["code"] != "not_allowed" {
		t.Errorf("%s, want %q and %q", toJSON(body), "removed", "not_allowed")
	}
	status, body = w.callAs("admin", "POST", w.path("/users/preview"), object{"action": "revoke-role", "role": "organizer",
		"ids": []string{w.accounts["organizer"].Id}, "handOver": w.accounts["owner"].Id})
	requireOK(t, status, body)
	assertJSON(t, body["sessions"], `{"handedOver":2,"cancelled":0}`)
	status, body = w.callAs("admin", "POST", w.path("/users/preview"), object{"action": "delete", "ids": []string{"x"}})
	assertRefused(t, status, body, 400, "action", "bad_action")
	if after := w.stateFingerprint(); after != before {
		t.Errorf("the previews changed something:\n%s\n%s, want %v", before, after, before)
	}
	for _, path := range []string{"/invitations/preview", "/users/preview"} {
		for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
			if status, body := w.callAs(role, "POST", w.path("%s", path), nil); status != want {
				t.Errorf("%s %s: %d %s, want %v", role, path, status, toJSON(body), want)
			}
		}
	}
}

func TestSendTestEmail_SentAndTracked(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("admin", "POST", w.path("/test-email"), nil)
	requireOK(t, status, body)
	delivery, _ := body["delivery"].(map[string]any)
	if body["to"] != "ada@halation.example" || delivery["status"] == "" {
		t.Errorf("%s, want %q and it set", toJSON(body), "ada@halation.example")
	}
	id := body["id"].(string)
	status, body = w.callAs("admin", "GET", w.path("/test-email/%s", id), nil)
	requireOK(t, status, body)
	if body["id"] != id {
		t.Errorf("%s, want %v", toJSON(body), id)
	}
	if status, _ := w.callAs("owner", "GET", w.path("/test-email/%s", id), nil); status != 404 {
		t.Errorf("another's: %d, want 404", status)
	}
	for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
		if status, body := w.callAs(role, "POST", w.path("/test-email"), nil); status != want {
			t.Errorf("%s: %d %s, want %v", role, status, toJSON(body), want)
		}
	}
}

func TestShowTeam_EmailAndPlan_ForOwnerAndAdminsOnly(t *testing.T) {
	w := newFixture(t)
	for _, role := range roles {
		_, body := w.callAs(role, "GET", w.path(""), nil)
		if want := role == "admin" || role == "owner"; (body["email"] != nil) != want || (body["plan"] != nil) != want {
			t.Errorf("%s: %s, want %v and %v", role, toJSON(body), want, want)
		}
	}
	_, body := w.callAs("admin", "GET", w.path(""), nil)
	assertJSON(t, body["email"], `{"on":false,"transport":"console"}`)
	if plan, _ := body["plan"].(map[string]any); plan["name"] != "Unlimited" || plan["key"] != "unlimited" {
		t.Errorf("%s, want %q and %q", toJSON(body), "Unlimited", "unlimited")
	}
}

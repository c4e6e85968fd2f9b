package api_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestUserDetails_TellWhatThePanelShows(t *testing.T) {
	w := newWorld(t)
	first := w.session(sessions.Form{Title: "Kestrel", Guests: []string{"mina@halation.example"}})
	asked := hookstest.Invite(t, w.App, w.people["owner"], w.team, "mina@halation.example", "organizer")
	_, body := w.as("admin", "GET", w.path("/users/%s", w.people["organizer"].Id), nil)
	shown, _ := body["sessions"].(map[string]any)
	if body["id"] != w.people["organizer"].Id || text(body["roles"]) != `["organizer"]` || body["invited"] != nil || body["added"] == "" ||
		shown["hosting"] != 1.0 || shown["total"] != 1.0 || text(shown["recent"]) != "[]" {
		t.Errorf("%s", text(body))
	}
	same(t, shown["upcoming"], `[{"id":"`+first.Id+`","title":"Kestrel","starts":"`+first.Starts().Format("2006-01-02T15:04:05Z")+`","status":"scheduled","host":true}]`)
	_, body = w.as("admin", "GET", w.path("/users/%s", w.people["member"].Id), nil)
	shown, _ = body["sessions"].(map[string]any)
	invited, _ := body["invited"].(map[string]any)
	delivery, _ := invited["delivery"].(map[string]any)
	if shown["hosting"] != 0.0 || shown["total"] != 1.0 || invited["id"] != asked.ID || invited["status"] != "pending" || invited["inviter"] != "Olga" ||
		text(invited["roles"]) != `["organizer"]` || invited["expires"] == "" || delivery["status"] == "" || delivery["at"] == "" {
		t.Errorf("%s", text(body))
	}
	for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
		if status, body := w.as(role, "GET", w.path("/users/%s", w.people["member"].Id), nil); status != want {
			t.Errorf("%s: %d %s", role, status, text(body))
		}
	}
	for _, id := range []string{w.people["other"].Id, "abcdefghijklmno"} {
		if status, body := w.as("admin", "GET", w.path("/users/%s", id), nil); status != 404 {
			t.Errorf("%s: %d %s", id, status, text(body))
		}
	}
}

func TestPreviews_TellAndChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.plan("free")
	w.sql("UPDATE teams SET organizer_seats = 3 WHERE id = {:id}", object{"id": w.team.Id})
	w.session(sessions.Form{})
	w.session(sessions.Form{Title: "Two"})
	before := w.fingerprint()
	status, body := w.as("admin", "POST", w.path("/invitations/preview"), object{"roles": []string{"organizer"},
		"emails": []string{"a@b.example", "no address", "a@b.example", "c@d.example", "orla@halation.example"}})
	done(t, status, body)
	results, _ := body["results"].([]any)
	var got []string
	for _, r := range results {
		line := r.(map[string]any)
		code, _ := line["code"].(string)
		got = append(got, line["status"].(string)+" "+code)
	}
	if text(got) != `["invited ","refused bad_email","refused duplicate","refused seats_full","refused already_member"]` || body["emails"] != 1.0 {
		t.Errorf("%s", text(body))
	}
	same(t, body["seats"].(map[string]any)["organizer"], `{"limit":3,"used":2,"reserved":1,"free":0}`)

	status, body = w.as("admin", "POST", w.path("/users/preview"), object{"ids": []string{w.people["organizer"].Id, w.people["owner"].Id}})
	done(t, status, body)
	same(t, body["freed"], `{"admin":0,"organizer":1}`)
	same(t, body["sessions"], `{"handedOver":0,"cancelled":2}`)
	lines, _ := body["results"].([]any)
	if lines[0].(map[string]any)["status"] != "removed" || lines[1].(map[string]any)["code"] != "not_allowed" {
		t.Errorf("%s", text(body))
	}
	status, body = w.as("admin", "POST", w.path("/users/preview"), object{"action": "revoke-role", "role": "organizer",
		"ids": []string{w.people["organizer"].Id}, "handOver": w.people["owner"].Id})
	done(t, status, body)
	same(t, body["sessions"], `{"handedOver":2,"cancelled":0}`)
	status, body = w.as("admin", "POST", w.path("/users/preview"), object{"action": "delete", "ids": []string{"x"}})
	refused(t, status, body, 400, "action", "bad_action")
	if after := w.fingerprint(); after != before {
		t.Errorf("the previews changed something:\n%s\n%s", before, after)
	}
	for _, path := range []string{"/invitations/preview", "/users/preview"} {
		for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
			if status, body := w.as(role, "POST", w.path("%s", path), nil); status != want {
				t.Errorf("%s %s: %d %s", role, path, status, text(body))
			}
		}
	}
}

func TestTestEmail_IsSentAndFollowed(t *testing.T) {
	w := newWorld(t)
	status, body := w.as("admin", "POST", w.path("/test-email"), nil)
	done(t, status, body)
	delivery, _ := body["delivery"].(map[string]any)
	if body["to"] != "ada@halation.example" || delivery["status"] == "" {
		t.Errorf("%s", text(body))
	}
	id := body["id"].(string)
	status, body = w.as("admin", "GET", w.path("/test-email/%s", id), nil)
	done(t, status, body)
	if body["id"] != id {
		t.Errorf("%s", text(body))
	}
	if status, _ := w.as("owner", "GET", w.path("/test-email/%s", id), nil); status != 404 {
		t.Errorf("another's: %d", status)
	}
	for role, want := range map[string]int{"guest": 403, "member": 403, "organizer": 403, "stranger": 404, "other": 404, "nobody": 401} {
		if status, body := w.as(role, "POST", w.path("/test-email"), nil); status != want {
			t.Errorf("%s: %d %s", role, status, text(body))
		}
	}
}

func TestTeam_EmailAndPlan_AreForOwnerAndAdmins(t *testing.T) {
	w := newWorld(t)
	for _, role := range roles {
		_, body := w.as(role, "GET", w.path(""), nil)
		if want := role == "admin" || role == "owner"; (body["email"] != nil) != want || (body["plan"] != nil) != want {
			t.Errorf("%s: %s", role, text(body))
		}
	}
	_, body := w.as("admin", "GET", w.path(""), nil)
	same(t, body["email"], `{"on":false,"transport":"console"}`)
	if plan, _ := body["plan"].(map[string]any); plan["name"] != "Unlimited" || plan["key"] != "unlimited" {
		t.Errorf("%s", text(body))
	}
}

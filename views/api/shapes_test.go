package api_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
)

// replaceTimes replaces what differs from run to run, once its form is checked.
func replaceTimes(t *testing.T, item any, times ...string) object {
	t.Helper()
	row := item.(object)
	for _, name := range times {
		value, _ := row[name].(string)
		if _, err := time.Parse("2006-01-02T15:04:05Z", value); err != nil {
			t.Errorf("%s is %v", name, row[name])
		}
		row[name] = "time"
	}
	return row
}

func TestTeams_CreateShowUpdate(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("stranger", "POST", "/api/teams", object{"name": "  Café   Zürich "})
	requireOK(t, status, body)
	id := body["id"].(string)
	assertJSON(t, body, `{"id":"`+id+`","slug":"cafe-zurich","name":"Café Zürich"}`)

	status, body = w.callAs("stranger", "PATCH", "/api/teams/cafe-zurich", object{
		"name": "Café", "description": "Coffee.", "timezone": "Europe/Zurich", "admins_manage_admins": true})
	requireOK(t, status, body)
	status, refusal := w.callAs("stranger", "PATCH", "/api/teams/cafe-zurich", object{"name": "X", "plan": "x", "licences": 99})
	assertRefused(t, status, refusal, 400, "plan", "unknown_field")
	assertRefused(t, status, refusal, 400, "licences", "unknown_field")
	want := `{"id":"` + id + `","slug":"cafe-zurich","name":"Café","description":"Coffee.","timezone":"Europe/Zurich","logo":"",
		"admins_manage_admins":true,"require_two_factors":false,"members_host":false,"keep_chats":false,"open_links":false,"roles":["owner","organizer"],"kind":"member"}`
	assertJSON(t, body, want)
	_, refusal = w.callAs("stranger", "PATCH", "/api/teams/"+id, object{"slug": "Zürich"})
	assertRefused(t, 400, refusal, 400, "slug", "bad_slug")
	for _, slug := range []string{"cafe", "cafe-zurich"} {
		_, body = w.callAs("stranger", "PATCH", "/api/teams/cafe-zurich", object{"slug": slug})
		assertJSON(t, body, strings.Replace(want, "cafe-zurich", slug, 1))
	}
	_, body = w.callAs("stranger", "GET", "/api/teams/"+id, nil)
	assertJSON(t, body, strings.TrimSuffix(want, "}")+`,"email":{"on":false,"transport":"console"},
		"plan":{"key":"free","name":"Free","session_minutes":120,"session_people":25}}`)
	_, body = w.callAs("stranger", "PATCH", "/api/teams/"+id, nil)
	assertJSON(t, body, want)
	_, body = w.callAs("stranger", "GET", "/api/teams/"+id+"/seats", nil)
	assertJSON(t, body, `{"admin":{"limit":2,"used":1,"reserved":0,"free":1},"organizer":{"limit":3,"used":1,"reserved":0,"free":2},
		"licences":{"limit":1,"used":0,"free":1}}`)
	_, body = w.callAs("owner", "GET", w.path("/seats"), nil)
	assertJSON(t, body["admin"], `{"limit":-1,"used":2,"reserved":0,"free":-1}`)
}

func TestUpdateTeam_Logo_SetAndRemoved(t *testing.T) {
	w := newFixture(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	_, body := w.callAs("admin", "PATCH", w.path(""), object{"logo": base64.StdEncoding.EncodeToString(picture.Bytes())})
	if logo, _ := body["logo"].(string); !strings.HasPrefix(logo, w.URL+"/logo/halation-post/") {
		t.Error(toJSON(body))
	}
	// What is larger than a request usually may be is judged as a picture.
	status, body := w.callAs("admin", "PATCH", w.path(""), object{"logo": base64.StdEncoding.EncodeToString(make([]byte, 1<<20))})
	assertRefused(t, status, body, 400, "logo", "bad_logo")
	_, body = w.callAs("admin", "PATCH", w.path(""), object{"logo": nil, "name": "Halation"})
	if body["logo"] == "" || body["name"] != "Halation" {
		t.Error(toJSON(body))
	}
	_, body = w.callAs("admin", "PATCH", w.path(""), object{"logo": ""})
	if body["logo"] != "" {
		t.Error(toJSON(body))
	}
}

func TestListUsers(t *testing.T) {
	w := newFixture(t)
	member, admin := w.accounts["member"], w.accounts["admin"]
	asked := w.invite("zoe@halation.example", "admin", "organizer")
	offered := w.invite("mina@halation.example", "organizer")
	gone := w.invite("zach@halation.example")
	w.callAs("owner", "POST", "/api/invitations/"+gone.ID+"/revoke", nil)

	status, body := w.callAs("admin", "GET", w.path("/users?perPage=3&page=2&sort=person"), nil)
	requireOK(t, status, body)
	items := body["items"].([]any)
	if len(items) != 3 || body["page"] != 2.0 || body["perPage"] != 3.0 || body["totalItems"] != 7.0 || body["totalPages"] != 3.0 {
		t.Fatal(toJSON(body))
	}
	if got := sortedKeys(body); strings.Join(got, " ") != "items page perPage totalItems totalPages" {
		t.Error(got)
	}
	find := func(query string) object {
		t.Helper()
		_, body := w.callAs("owner", "GET", w.path("/users?%s", query), nil)
		if body["totalItems"] != 1.0 {
			t.Fatalf("%s: %s, want 1.0", query, toJSON(body))
		}
		item := body["items"].([]any)[0].(object)
		if item["active"] != "" {
			replaceTimes(t, item, "active")
		}
		return replaceTimes(t, item, "added")
	}
	assertJSON(t, find("q=ada"), `{"id":"`+admin.Id+`","user":"`+admin.Id+`","invitation":"","name":"Ada","email":"ada@halation.example",
		"kind":"member","roles":["admin"],"status":"accepted","pending":null,"tags":[],"added":"time","active":"time"}`)
	row := find("q=zoe@&status=pending&role=admin")
	delivery, _ := replaceTimes(t, row["pending"], "expires")["delivery"].(string)
	if !strings.Contains("queued sending sent", delivery) || delivery == "" {
		t.Error("delivery is", delivery)
	}
	assertJSON(t, row, `{"id":"`+asked.ID+`","user":"","invitation":"`+asked.ID+`","name":"","email":"zoe@halation.example","kind":"member",
		"roles":[],"status":"pending","pending":{"roles":["admin","organizer"],"expires":"time","delivery":"`+delivery+`"},"tags":[],"added":"time","active":""}`)
	row = find("q=mina&status=pending")
	replaceTimes(t, row["pending"], "expires")["delivery"] = ""
	assertJSON(t, row, `{"id":"`+member.Id+`","user":"`+member.Id+`","invitation":"`+offered.ID+`","name":"Mina","email":"mina@halation.example",
		"kind":"member","roles":[],"status":"accepted","pending":{"roles":["organizer"],"expires":"time","delivery":""},"tags":[],"added":"time","active":""}`)
	row = find("status=revoked")
	if _, dropped := row["notSent"]; dropped { // it was revoked before its email left
		assertJSON(t, row["notSent"], `{"code":"invitation_revoked","message":"Not sent: the invitation was revoked."}`)
		delete(row, "notSent")
	}
	assertJSON(t, row, `{"id":"`+gone.ID+`","user":"","invitation":"`+gone.ID+`","name":"","email":"zach@halation.example",
		"kind":"member","roles":[],"status":"revoked","pending":null,"tags":[],"added":"time","active":""}`)
	if row := find("kind=guest"); row["email"] != "gita@guest.example" {
		t.Error(toJSON(row))
	}
	w.exec("UPDATE memberships SET created = '2025-01-01 00:00:00.000Z' WHERE kind = 'guest'", nil)
	if row := find("inactive=true"); row["email"] != "gita@guest.example" {
		t.Errorf("inactive: got %s, want the guest who joined long ago", toJSON(row))
	}
	_, body = w.callAs("owner", "GET", w.path("/users?q=%s", url.QueryEscape("%' OR 1=1 --")), nil)
	assertJSON(t, body, `{"page":1,"perPage":50,"totalItems":0,"totalPages":0,"items":[]}`)
	status, body = w.callAs("owner", "GET", w.path("/users?page=two"), nil)
	assertRefused(t, status, body, 400, "page", "bad_type")
}

func TestListInvitations_AcceptDecline(t *testing.T) {
	w := newFixture(t)
	lucia := w.newAccount("lucia@halation.example")
	first := w.invite(lucia.Email(), "admin")
	second := hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, lucia.Email())
	w.exec("UPDATE invitations SET created = '2020-01-01 00:00:00.000Z' WHERE id = {:id}", object{"id": first.ID})
	status, body := w.callAs(lucia.Email(), "GET", "/api/invitations", nil)
	requireOK(t, status, body)
	for _, item := range body["items"].([]any) {
		replaceTimes(t, item, "expires")
	}
	assertJSON(t, body, `{"items":[
		{"id":"`+second.ID+`","team":{"id":"`+w.otherTeam.Id+`","slug":"other-works","name":"Other Works"},"roles":[],"inviter":"Otto","expires":"time"},
		{"id":"`+first.ID+`","team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":["admin"],"inviter":"Olga","expires":"time"}]}`)

	status, body = w.callAs(lucia.Email(), "POST", "/api/invitations/"+first.ID+"/accept", nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":["admin"]}`)
	status, body = w.callAs(lucia.Email(), "POST", "/api/invitations/"+second.ID+"/decline", nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"id":"`+second.ID+`","status":"declined"}`)
	status, body = w.callAs(lucia.Email(), "POST", "/api/invitations/"+second.ID+"/undo-decline", nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"id":"`+second.ID+`","status":"pending"}`)
	status, body = w.callAs(lucia.Email(), "POST", "/api/invitations/"+second.ID+"/decline", nil)
	requireOK(t, status, body)
	_, body = w.callAs(lucia.Email(), "GET", "/api/invitations", nil)
	assertJSON(t, body, `{"items":[]}`)
	_, body = w.callAs(lucia.Email(), "GET", w.path(""), nil)
	if body["name"] != "Halation Post" {
		t.Error(toJSON(body))
	}
}

// An inviter who left the team is named as they were then.
func TestListInvitations_InviterLeft_KeepsTheirNameOfThen(t *testing.T) {
	w := newFixture(t)
	lucia := w.newAccount("lucia@halation.example")
	inviter := hookstest.Member(t, w.App, w.team, "ines@halation.example", "admin")
	hookstest.Invite(t, w.App, inviter, w.team, lucia.Email())
	if _, err := members.Remove(w.App, hookstest.Actor(t, w.App, w.accounts["owner"], w.team), inviter.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	w.exec("UPDATE users SET name = '', email = 'secret@elsewhere.example' WHERE id = {:id}", object{"id": inviter.Id})
	_, body := w.callAs(lucia.Email(), "GET", "/api/invitations", nil)
	if items := body["items"].([]any); len(items) != 1 || items[0].(object)["inviter"] != inviter.GetString("name") {
		t.Errorf("got %s, want %q as inviter", toJSON(body), inviter.GetString("name"))
	}
}

func TestSetRoles_LoweredImmediately_RaisedByInvitation(t *testing.T) {
	w := newFixture(t)
	organizer := w.accounts["organizer"]
	put := func(roles ...string) object {
		t.Helper()
		status, body := w.callAs("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{"roles": roles})
		requireOK(t, status, body)
		return body
	}
	body := put("admin")
	offered := body["invitation"].(object)
	link, _ := offered["link"].(string)
	if !strings.HasPrefix(link, w.URL+"/invite/usi_") {
		t.Error(toJSON(body))
	}
	id := offered["id"].(string)
	delete(offered, "link")
	assertJSON(t, body, `{"roles":[],"invitation":{"id":"`+id+`","roles":["admin"],"status":"pending"},"sessions":{"handedOver":0,"cancelled":0}}`)
	assertJSON(t, put("admin"), `{"roles":[],"invitation":{"id":"`+id+`","roles":["admin"],"status":"pending"},"sessions":{"handedOver":0,"cancelled":0}}`)
	assertJSON(t, put([]string{}...), `{"roles":[],"sessions":{"handedOver":0,"cancelled":0}}`)
	_, body = w.callAs("organizer", "GET", "/api/invitations", nil)
	assertJSON(t, body, `{"items":[]}`)

	status, body := w.callAs("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{})
	assertRefused(t, status, body, 400, "roles", "required")
	status, body = w.callAs("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{"roles": []string{"king"}})
	assertRefused(t, status, body, 400, "roles", "bad_role")
}

func TestRemoveMember_LosesAccessImmediately(t *testing.T) {
	w := newFixture(t)
	organizer := w.accounts["organizer"].Id
	open := w.invite("orla@halation.example", "admin")
	status, body := w.callAs("owner", "DELETE", w.path("/members/%s", organizer), nil)
	requireOK(t, status, body)
	assertJSON(t, body, `{"removed":"`+organizer+`","freed":{"admin":1,"organizer":1},"sessions":{"handedOver":0,"cancelled":0}}`)
	for _, path := range []string{w.path(""), w.path("/seats")} {
		if status, _ := w.callAs("organizer", "GET", path, nil); status != 404 {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
	status, body = w.callAs("organizer", "POST", "/api/invitations/"+open.ID+"/accept", nil)
	assertRefused(t, status, body, 400, "token", "invitation_revoked")
	_, body = w.callAs("organizer", "GET", "/api/teams", nil)
	assertJSON(t, body, `{"items":[]}`)
}

func TestNotFound_ForeignAndUnknownIDs_AreIdentical(t *testing.T) {
	w := newFixture(t)
	foreign := hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, "lucia@halation.example").ID
	own := w.invite("pedro@halation.example").ID
	user := w.accounts["other"].Id
	const unknown = "aaaaaaaaaaaaaaa"
	know := w.sendAs("owner", "GET", "/api/collections/teams/records/"+unknown, "")
	if know.Status != 404 {
		t.Fatal(know)
	}
	for _, c := range []struct{ role, method, path string }{
		{"owner", "GET", "/api/teams/" + unknown}, {"owner", "GET", "/api/teams/" + w.otherTeam.Id}, {"owner", "GET", "/api/teams/other-works"},
		{"owner", "GET", "/api/teams/no-such-team"}, {"owner", "PATCH", "/api/teams/" + w.otherTeam.Id}, {"owner", "GET", "/api/teams/other-works/users"},
		{"owner", "POST", "/api/teams/" + w.otherTeam.Id + "/invitations"}, {"owner", "GET", "/api/teams/" + w.otherTeam.Id + "/seats"},
		{"owner", "DELETE", "/api/teams/" + w.otherTeam.Id + "/members/" + user}, {"owner", "DELETE", w.path("/members/%s", user)},
		{"owner", "DELETE", w.path("/members/%s", unknown)},
		{"owner", "POST", "/api/invitations/" + foreign + "/revoke"}, {"owner", "POST", "/api/invitations/" + unknown + "/revoke"},
		{"owner", "POST", "/api/invitations/" + foreign + "/resend"}, {"owner", "POST", "/api/invitations/" + foreign + "/accept"},
		{"owner", "POST", "/api/invitations/" + own + "/accept"}, {"owner", "POST", "/api/invitations/" + unknown + "/accept"},
		{"owner", "POST", "/api/invitations/" + unknown + "/decline"}, {"owner", "GET", "/api/collections/teams/records/" + w.otherTeam.Id},
		{"owner", "GET", "/api/collections/invitations/records/" + foreign}, {"owner", "GET", "/api/no/such/address"}, {"owner", "DELETE", "/api/teams"},
	} {
		reply := w.sendAs(c.role, c.method, c.path, "")
		if reply.Status != 404 || reply.Body != know.Body || reply.Header.Get("Content-Type") != know.Header.Get("Content-Type") {
			t.Errorf("%s %s: %d %q, want %q", c.method, c.path, reply.Status, reply.Body, know.Body)
		}
	}
	reply := w.sendAs("owner", "PUT", w.path("/members/%s/roles", user), `{"roles":[]}`)
	if reply.Status != 404 || reply.Body != know.Body {
		t.Error(reply)
	}
}

func TestToken_Cookie_IsNotAccepted(t *testing.T) {
	w := newFixture(t)
	secret, err := accounts.StartLogin(w.App, w.accounts["owner"], "test", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range []string{secret, w.tokens["owner"]} {
		request, _ := http.NewRequest("GET", w.URL+"/api/teams", nil)
		request.Header.Set("Cookie", "usher="+cookie)
		if reply := w.Anonymous().Send(request); reply.Status != 401 {
			t.Errorf("with a cookie: %d, want 401", reply.Status)
		}
	}
	request, _ := http.NewRequest("GET", w.URL+"/api/teams", nil)
	request.Header.Set("Authorization", "Bearer "+w.tokens["owner"])
	if reply := w.Anonymous().Send(request); reply.Status != 200 || reply.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("with Bearer: %d, kept as %q, want 200 and %q", reply.Status, reply.Header.Get("Cache-Control"), "private, no-store")
	}
}

func TestToken_Invalidated_IsRefused(t *testing.T) {
	w := newFixture(t)
	account := w.accounts["owner"]
	account.RefreshTokenKey()
	if err := w.App.Save(account); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"owner", "bad"} {
		// An invalid token is refused on public routes, too.
		for _, path := range []string{"/api/teams", "/api/invitations/accept"} {
			status, body := w.callAs(role, "POST", path, object{"name": "New", "token": "usi_x", "password": hookstest.Password})
			if status != 401 {
				t.Errorf("%s %s: %d %s, want 401", role, path, status, toJSON(body))
			}
		}
	}
}

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
)

// fixed replaces what differs from run to run, once its form is checked.
func fixed(t *testing.T, item any, times ...string) object {
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

func TestATeamIsFoundedShownAndChanged(t *testing.T) {
	w := newWorld(t)
	status, body := w.as("stranger", "POST", "/api/teams", object{"name": "  Café   Zürich "})
	done(t, status, body)
	id := body["id"].(string)
	same(t, body, `{"id":"`+id+`","slug":"cafe-zurich","name":"Café Zürich"}`)

	status, body = w.as("stranger", "PATCH", "/api/teams/cafe-zurich", object{
		"name": "Café", "description": "Coffee.", "timezone": "Europe/Zurich", "admins_manage_admins": true})
	done(t, status, body)
	status, refusal := w.as("stranger", "PATCH", "/api/teams/cafe-zurich", object{"name": "X", "slug": "x", "licences": 99})
	refused(t, status, refusal, 400, "slug", "unknown_field")
	refused(t, status, refusal, 400, "licences", "unknown_field")
	want := `{"id":"` + id + `","slug":"cafe-zurich","name":"Café","description":"Coffee.","timezone":"Europe/Zurich","logo":"",
		"admins_manage_admins":true,"members_host":false,"roles":["owner","organizer"],"kind":"member"}`
	same(t, body, want)
	_, body = w.as("stranger", "GET", "/api/teams/"+id, nil)
	same(t, body, strings.TrimSuffix(want, "}")+`,"email":{"on":false,"transport":"console"},
		"plan":{"key":"free","name":"Free","session_minutes":120,"session_people":25}}`)
	_, body = w.as("stranger", "PATCH", "/api/teams/"+id, nil)
	same(t, body, want)
	_, body = w.as("stranger", "GET", "/api/teams/"+id+"/seats", nil)
	same(t, body, `{"admin":{"limit":2,"used":1,"reserved":0,"free":1},"organizer":{"limit":3,"used":1,"reserved":0,"free":2},
		"licences":{"limit":1,"used":0,"free":1}}`)
	_, body = w.as("owner", "GET", w.path("/seats"), nil)
	same(t, body["admin"], `{"limit":-1,"used":2,"reserved":0,"free":-1}`)
}

func TestALogoComesAndGoes(t *testing.T) {
	w := newWorld(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	_, body := w.as("admin", "PATCH", w.path(""), object{"logo": base64.StdEncoding.EncodeToString(picture.Bytes())})
	if logo, _ := body["logo"].(string); !strings.HasPrefix(logo, w.URL+"/logo/halation-post/") {
		t.Error(text(body))
	}
	// What is larger than a request usually may be is judged as a picture.
	status, body := w.as("admin", "PATCH", w.path(""), object{"logo": base64.StdEncoding.EncodeToString(make([]byte, 1<<20))})
	refused(t, status, body, 400, "logo", "bad_logo")
	_, body = w.as("admin", "PATCH", w.path(""), object{"logo": nil, "name": "Halation"})
	if body["logo"] == "" || body["name"] != "Halation" {
		t.Error(text(body))
	}
	_, body = w.as("admin", "PATCH", w.path(""), object{"logo": ""})
	if body["logo"] != "" {
		t.Error(text(body))
	}
}

func TestTheListOfPeople(t *testing.T) {
	w := newWorld(t)
	member, admin := w.people["member"], w.people["admin"]
	asked := w.inviting("zoe@halation.example", "admin", "organizer")
	offered := w.inviting("mina@halation.example", "organizer")
	gone := w.inviting("zach@halation.example")
	w.as("owner", "POST", "/api/invitations/"+gone.ID+"/revoke", nil)

	status, body := w.as("admin", "GET", w.path("/users?perPage=3&page=2&sort=person"), nil)
	done(t, status, body)
	items := body["items"].([]any)
	if len(items) != 3 || body["page"] != 2.0 || body["perPage"] != 3.0 || body["totalItems"] != 7.0 || body["totalPages"] != 3.0 {
		t.Fatal(text(body))
	}
	if got := keys(body); strings.Join(got, " ") != "items page perPage totalItems totalPages" {
		t.Error(got)
	}
	find := func(query string) object {
		t.Helper()
		_, body := w.as("owner", "GET", w.path("/users?%s", query), nil)
		if body["totalItems"] != 1.0 {
			t.Fatalf("%s: %s", query, text(body))
		}
		item := body["items"].([]any)[0].(object)
		if item["active"] != "" {
			fixed(t, item, "active")
		}
		return fixed(t, item, "added")
	}
	same(t, find("q=ada"), `{"id":"`+admin.Id+`","user":"`+admin.Id+`","invitation":"","name":"Ada","email":"ada@halation.example",
		"kind":"member","roles":["admin"],"status":"accepted","pending":null,"tags":[],"added":"time","active":"time"}`)
	row := find("q=zoe@&status=pending&role=admin")
	delivery, _ := fixed(t, row["pending"], "expires")["delivery"].(string)
	if !strings.Contains("queued sending sent", delivery) || delivery == "" {
		t.Error("delivery is", delivery)
	}
	same(t, row, `{"id":"`+asked.ID+`","user":"","invitation":"`+asked.ID+`","name":"","email":"zoe@halation.example","kind":"member",
		"roles":[],"status":"pending","pending":{"roles":["admin","organizer"],"expires":"time","delivery":"`+delivery+`"},"tags":[],"added":"time","active":""}`)
	row = find("q=mina&status=pending")
	fixed(t, row["pending"], "expires")["delivery"] = ""
	same(t, row, `{"id":"`+member.Id+`","user":"`+member.Id+`","invitation":"`+offered.ID+`","name":"Mina","email":"mina@halation.example",
		"kind":"member","roles":[],"status":"accepted","pending":{"roles":["organizer"],"expires":"time","delivery":""},"tags":[],"added":"time","active":""}`)
	row = find("status=revoked")
	if _, dropped := row["notSent"]; dropped { // it was revoked before its email left
		same(t, row["notSent"], `{"code":"invitation_revoked","message":"Not sent: the invitation was revoked."}`)
		delete(row, "notSent")
	}
	same(t, row, `{"id":"`+gone.ID+`","user":"","invitation":"`+gone.ID+`","name":"","email":"zach@halation.example",
		"kind":"member","roles":[],"status":"revoked","pending":null,"tags":[],"added":"time","active":""}`)
	if row := find("kind=guest"); row["email"] != "gita@guest.example" {
		t.Error(text(row))
	}
	_, body = w.as("owner", "GET", w.path("/users?q=%s", url.QueryEscape("%' OR 1=1 --")), nil)
	same(t, body, `{"page":1,"perPage":50,"totalItems":0,"totalPages":0,"items":[]}`)
	status, body = w.as("owner", "GET", w.path("/users?page=two"), nil)
	refused(t, status, body, 400, "page", "bad_type")
}

func TestMyInvitations(t *testing.T) {
	w := newWorld(t)
	lucia := w.person("lucia@halation.example")
	first := w.inviting(lucia.Email(), "admin")
	second := hookstest.Invite(t, w.App, w.people["other"], w.other, lucia.Email())
	w.sql("UPDATE invitations SET created = '2020-01-01 00:00:00.000Z' WHERE id = {:id}", object{"id": first.ID})
	status, body := w.as(lucia.Email(), "GET", "/api/invitations", nil)
	done(t, status, body)
	for _, item := range body["items"].([]any) {
		fixed(t, item, "expires")
	}
	same(t, body, `{"items":[
		{"id":"`+second.ID+`","team":{"id":"`+w.other.Id+`","slug":"other-works","name":"Other Works"},"roles":[],"inviter":"Otto","expires":"time"},
		{"id":"`+first.ID+`","team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":["admin"],"inviter":"Olga","expires":"time"}]}`)

	status, body = w.as(lucia.Email(), "POST", "/api/invitations/"+first.ID+"/accept", nil)
	done(t, status, body)
	same(t, body, `{"team":{"id":"`+w.team.Id+`","slug":"halation-post","name":"Halation Post"},"roles":["admin"]}`)
	status, body = w.as(lucia.Email(), "POST", "/api/invitations/"+second.ID+"/decline", nil)
	done(t, status, body)
	same(t, body, `{"id":"`+second.ID+`","status":"declined"}`)
	_, body = w.as(lucia.Email(), "GET", "/api/invitations", nil)
	same(t, body, `{"items":[]}`)
	_, body = w.as(lucia.Email(), "GET", w.path(""), nil)
	if body["name"] != "Halation Post" {
		t.Error(text(body))
	}
}

func TestRolesAreLoweredAtOnceAndRaisedByInvitation(t *testing.T) {
	w := newWorld(t)
	organizer := w.people["organizer"]
	put := func(roles ...string) object {
		t.Helper()
		status, body := w.as("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{"roles": roles})
		done(t, status, body)
		return body
	}
	body := put("admin")
	offered := body["invitation"].(object)
	link, _ := offered["link"].(string)
	if !strings.HasPrefix(link, w.URL+"/invite/usi_") {
		t.Error(text(body))
	}
	id := offered["id"].(string)
	delete(offered, "link")
	same(t, body, `{"roles":[],"invitation":{"id":"`+id+`","roles":["admin"],"status":"pending"},"sessions":{"handedOver":0,"cancelled":0}}`)
	same(t, put("admin"), `{"roles":[],"invitation":{"id":"`+id+`","roles":["admin"],"status":"pending"},"sessions":{"handedOver":0,"cancelled":0}}`)
	same(t, put([]string{}...), `{"roles":[],"sessions":{"handedOver":0,"cancelled":0}}`)
	_, body = w.as("organizer", "GET", "/api/invitations", nil)
	same(t, body, `{"items":[]}`)

	status, body := w.as("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{})
	refused(t, status, body, 400, "roles", "required")
	status, body = w.as("owner", "PUT", w.path("/members/%s/roles", organizer.Id), object{"roles": []string{"king"}})
	refused(t, status, body, 400, "roles", "bad_role")
}

func TestRemovedIsOutAtTheNextRequest(t *testing.T) {
	w := newWorld(t)
	organizer := w.people["organizer"].Id
	open := w.inviting("orla@halation.example", "admin")
	status, body := w.as("owner", "DELETE", w.path("/members/%s", organizer), nil)
	done(t, status, body)
	same(t, body, `{"removed":"`+organizer+`","freed":{"admin":1,"organizer":1},"sessions":{"handedOver":0,"cancelled":0}}`)
	for _, path := range []string{w.path(""), w.path("/seats")} {
		if status, _ := w.as("organizer", "GET", path, nil); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	status, body = w.as("organizer", "POST", "/api/invitations/"+open.ID+"/accept", nil)
	refused(t, status, body, 400, "token", "invitation_revoked")
	_, body = w.as("organizer", "GET", "/api/teams", nil)
	same(t, body, `{"items":[]}`)
}

func TestForeignAndUnknownIdsAnswerWithTheSameBytes(t *testing.T) {
	w := newWorld(t)
	foreign := hookstest.Invite(t, w.App, w.people["other"], w.other, "lucia@halation.example").ID
	own := w.inviting("pedro@halation.example").ID
	user := w.people["other"].Id
	const unknown = "aaaaaaaaaaaaaaa"
	know := w.raw("owner", "GET", "/api/collections/teams/records/"+unknown, "")
	if know.Status != 404 {
		t.Fatal(know)
	}
	for _, c := range []struct{ role, method, path string }{
		{"owner", "GET", "/api/teams/" + unknown}, {"owner", "GET", "/api/teams/" + w.other.Id}, {"owner", "GET", "/api/teams/other-works"},
		{"owner", "GET", "/api/teams/no-such-team"}, {"owner", "PATCH", "/api/teams/" + w.other.Id}, {"owner", "GET", "/api/teams/other-works/users"},
		{"owner", "POST", "/api/teams/" + w.other.Id + "/invitations"}, {"owner", "GET", "/api/teams/" + w.other.Id + "/seats"},
		{"owner", "DELETE", "/api/teams/" + w.other.Id + "/members/" + user}, {"owner", "DELETE", w.path("/members/%s", user)},
		{"owner", "DELETE", w.path("/members/%s", unknown)},
		{"owner", "POST", "/api/invitations/" + foreign + "/revoke"}, {"owner", "POST", "/api/invitations/" + unknown + "/revoke"},
		{"owner", "POST", "/api/invitations/" + foreign + "/resend"}, {"owner", "POST", "/api/invitations/" + foreign + "/accept"},
		{"owner", "POST", "/api/invitations/" + own + "/accept"}, {"owner", "POST", "/api/invitations/" + unknown + "/accept"},
		{"owner", "POST", "/api/invitations/" + unknown + "/decline"}, {"owner", "GET", "/api/collections/teams/records/" + w.other.Id},
		{"owner", "GET", "/api/collections/invitations/records/" + foreign}, {"owner", "GET", "/api/no/such/address"}, {"owner", "DELETE", "/api/teams"},
	} {
		reply := w.raw(c.role, c.method, c.path, "")
		if reply.Status != 404 || reply.Body != know.Body || reply.Header.Get("Content-Type") != know.Header.Get("Content-Type") {
			t.Errorf("%s %s: %d %q, want %q", c.method, c.path, reply.Status, reply.Body, know.Body)
		}
	}
	reply := w.raw("owner", "PUT", w.path("/members/%s/roles", user), `{"roles":[]}`)
	if reply.Status != 404 || reply.Body != know.Body {
		t.Error(reply)
	}
}

func TestTheCookieIsNoTokenForPrograms(t *testing.T) {
	w := newWorld(t)
	secret, err := accounts.StartLogin(w.App, w.people["owner"], "test", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range []string{secret, w.tokens["owner"]} {
		request, _ := http.NewRequest("GET", w.URL+"/api/teams", nil)
		request.Header.Set("Cookie", "usher="+cookie)
		if reply := w.Visitor().Send(request); reply.Status != 401 {
			t.Errorf("with a cookie: %d", reply.Status)
		}
	}
	request, _ := http.NewRequest("GET", w.URL+"/api/teams", nil)
	request.Header.Set("Authorization", "Bearer "+w.tokens["owner"])
	if reply := w.Visitor().Send(request); reply.Status != 200 || reply.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("with Bearer: %d, kept as %q", reply.Status, reply.Header.Get("Cache-Control"))
	}
}

func TestATokenOfBeforeIsNone(t *testing.T) {
	w := newWorld(t)
	account := w.people["owner"]
	account.RefreshTokenKey()
	if err := w.App.Save(account); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"owner", "bad"} {
		// A token that is no good is not passed over where nobody may ask, too.
		for _, path := range []string{"/api/teams", "/api/invitations/accept"} {
			status, body := w.as(role, "POST", path, object{"name": "New", "token": "usi_x", "password": hookstest.Password})
			if status != 401 {
				t.Errorf("%s %s: %d %s", role, path, status, text(body))
			}
		}
	}
}

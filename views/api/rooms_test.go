package api_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
)

// newRoom makes a room of the team, and returns its id.
func (w *fixture) newRoom(name string) string {
	w.t.Helper()
	room, err := rooms.Create(w.App, hookstest.Actor(w.t, w.App, w.accounts["owner"], w.team), rooms.Profile{Name: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	return room.Id
}

func TestRooms_Permissions(t *testing.T) {
	w := newFixture(t)
	n := 0
	fresh := func() object { n++; return object{"name": fmt.Sprintf("Room %d", n)} }
	for _, c := range []struct{ method, action, want string }{
		{"GET", "", "401 401 404 403 200 200 200 200 404 401"},
		{"PATCH", "", "401 401 404 403 403 403 200 200 404 401"},
		{"POST", "/archive", "401 401 404 403 403 403 200 200 404 401"},
		{"POST", "/restore", "401 401 404 403 403 403 400:not_archived 400:not_archived 404 401"},
		{"POST", "/rotate", "401 401 404 403 403 403 200 200 404 401"},
	} {
		for i, role := range roles {
			assertStatus(t, w, role, c.method, w.path("/rooms/%s%s", w.newRoom(fresh()["name"].(string)), c.action), nil, strings.Fields(c.want)[i])
		}
	}
	for i, role := range roles {
		assertStatus(t, w, role, "GET", w.path("/rooms"), nil, strings.Fields("401 401 404 403 200 200 200 200 404 401")[i])
		assertStatus(t, w, role, "POST", w.path("/rooms"), fresh(), strings.Fields("401 401 404 403 403 403 200 200 404 401")[i])
	}
}

func TestRooms_Lifecycle(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("admin", "POST", w.path("/rooms"), object{"name": " Grading  suite ", "slug": "suite", "description": "Two projectors.",
		"settings": object{"entry": "team", "lobby": true, "early": true, "muted": true, "recording": "off", "people": 12, "quality": "1080p"}})
	requireOK(t, status, body)
	id := body["id"].(string)
	settings := `"settings":{"entry":"team","lobby":true,"early":true,"muted":true,"recording":"off","people":12,"quality":"1080p"}`
	want := `{"id":"` + id + `","slug":"suite","url":"` + w.URL + `/r/suite","name":"Grading suite","description":"Two projectors.",` + settings + `,"archived":""}`
	assertJSON(t, body, want)
	_, body = w.callAs("member", "GET", w.path("/rooms"), nil)
	assertJSON(t, body, `{"items":[`+want+`]}`)
	status, body = w.callAs("owner", "PATCH", w.path("/rooms/%s", id), object{"description": "", "settings": object{"lobby": false}})
	requireOK(t, status, body)
	want = strings.Replace(strings.Replace(want, "Two projectors.", "", 1), `"lobby":true`, `"lobby":false`, 1)
	assertJSON(t, body, want)

	status, body = w.callAs("owner", "POST", w.path("/rooms/%s/rotate", id), nil)
	requireOK(t, status, body)
	slug := body["slug"].(string)
	if !strings.HasPrefix(slug, "grading-suite-") || body["url"] != w.URL+"/r/"+slug {
		t.Errorf("%v, want it to contain %q and %v", body, "grading-suite-", w.URL+"/r/"+slug)
	}
	status, body = w.callAs("owner", "POST", w.path("/rooms/%s/archive", id), nil)
	requireOK(t, status, body)
	if at, err := time.Parse(time.RFC3339, body["archived"].(string)); err != nil || time.Since(at) > time.Minute {
		t.Errorf("%v, want at most %v", body, time.Minute)
	}
	_, body = w.callAs("member", "GET", w.path("/rooms"), nil)
	assertJSON(t, body, `{"items":[]}`)
	_, body = w.callAs("member", "GET", w.path("/rooms?archived=true"), nil)
	if items := body["items"].([]any); len(items) != 1 {
		t.Errorf("%v, want 1", body)
	}
	status, body = w.callAs("owner", "POST", w.path("/rooms/%s/archive", id), nil)
	assertRefused(t, status, body, 400, "base", "room_archived")
	status, body = w.callAs("owner", "POST", w.path("/rooms/%s/restore", id), nil)
	requireOK(t, status, body)
	assertJSON(t, body, strings.Replace(want, `"slug":"suite","url":"`+w.URL+`/r/suite"`, `"slug":"`+slug+`","url":"`+w.URL+`/r/`+slug+`"`, 1))
}

func TestUpdateRoom_OpenedToAnyone_GetsNewLink(t *testing.T) {
	w := newFixture(t)
	id := w.newRoom("Open house")
	status, body := w.callAs("admin", "PATCH", w.path("/rooms/%s", id), object{"settings": object{"entry": "anyone"}})
	requireOK(t, status, body)
	slug := body["slug"].(string)
	if !strings.HasPrefix(slug, "open-house-") || rooms.IsGuessable(slug) || body["url"] != w.URL+"/r/"+slug {
		t.Errorf("%v", body)
	}
	_, shown := w.callAs("member", "GET", w.path("/rooms/%s", id), nil)
	assertJSON(t, shown["slug"], `"`+slug+`"`)
}

func TestShowRoom_BookingTitle_Visibility(t *testing.T) {
	w := newFixture(t)
	id := w.newRoom("Grading suite")
	from := time.Now().Add(time.Hour).UTC().Truncate(time.Minute)
	r := hookstest.NewRecord(t, w.App, "sessions", object{"team": w.team.Id, "host": w.accounts["organizer"].Id, "host_name": "Orla", "title": "Reel 4",
		"room": id, "starts": from, "minutes": 60, "ends": from.Add(time.Hour), "timezone": "UTC", "status": "scheduled", "code": "abcdefghijkl",
		"resolution": "720p", "fps": 25, "codec": "vp8", "audio": "speech"})
	if err := w.App.Save(r); err != nil {
		t.Fatal(err)
	}
	times := `"host":"Orla","starts":"` + from.Format(time.RFC3339) + `","ends":"` + from.Add(time.Hour).Format(time.RFC3339) + `"}]`
	for role, want := range map[string]string{"member": "[{" + times, "organizer": `[{"id":"` + r.Id + `","title":"Reel 4",` + times,
		"admin": `[{"id":"` + r.Id + `","title":"Reel 4",` + times} {
		_, body := w.callAs(role, "GET", w.path("/rooms/%s", id), nil)
		assertJSON(t, body["bookings"], want)
	}
}

func TestRooms_OtherTeam_IsNotFound(t *testing.T) {
	w := newFixture(t)
	theirs, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.accounts["other"], w.otherTeam), rooms.Profile{Name: new("Theirs")})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{theirs.Id, theirs.Slug(), "abcdefghijklmno", "%27%20OR%201=1"} {
		for _, c := range []struct{ method, action string }{{"GET", ""}, {"PATCH", ""}, {"POST", "/archive"}, {"POST", "/restore"}, {"POST", "/rotate"}} {
			assertStatus(t, w, "owner", c.method, w.path("/rooms/%s%s", id, c.action), nil, "404")
		}
	}
	if now, err := rooms.Find(w.App, w.otherTeam.Id, theirs.Id); errors.Is(err, errs.ErrNotFound) || now.Slug() != "theirs" || !now.Archived().IsZero() {
		t.Error(now, err)
	}
}

func TestRooms_InvalidInput_IsRefused(t *testing.T) {
	w := newFixture(t)
	w.setPlan("free")
	id := w.newRoom("Grading suite")
	for _, c := range []struct {
		body      object
		key, code string
	}{
		{object{"name": ""}, "name", "required"},
		{object{"name": 7}, "name", "bad_type"},
		{object{"name": "Line\u0007"}, "name", "bad_text"},
		{object{"name": "Grading\u202e"}, "name", "bad_text"},
		{object{"name": strings.Repeat("x", 61)}, "name", "too_long"},
		{object{"slug": "abcdefghij12345"}, "slug", "bad_slug"},
		{object{"slug": "Two Words"}, "slug", "bad_slug"},
		{object{"slug": "<script>"}, "slug", "bad_slug"},
		{object{"description": strings.Repeat("x", 501)}, "description", "too_long"},
		{object{"settings": "all"}, "settings", "bad_type"},
		{object{"settings": object{"people": "many"}}, "settings", "bad_type"},
		{object{"settings": object{"people": 26}}, "people", "plan_limit"},
		{object{"settings": object{"people": -1}}, "people", "bad_number"},
		{object{"settings": object{"entry": "all"}}, "entry", "bad_entry"},
		{object{"settings": object{"quality": "8k"}}, "quality", "bad_quality"},
		{object{"settings": object{"recording": "yes"}}, "recording", "bad_recording"},
	} {
		status, body := w.callAs("owner", "PATCH", w.path("/rooms/%s", id), c.body)
		assertRefused(t, status, body, 400, c.key, c.code)
		if c.body["name"] == nil {
			c.body["name"] = "Another"
		}
		status, body = w.callAs("owner", "POST", w.path("/rooms"), c.body)
		assertRefused(t, status, body, 400, c.key, c.code)
	}
	status, body := w.callAs("owner", "POST", w.path("/rooms"), object{})
	assertRefused(t, status, body, 400, "name", "required")
	status, body = w.callAs("owner", "POST", w.path("/rooms"), object{"name": "grading SUITE"})
	assertRefused(t, status, body, 400, "name", "taken")
	status, body = w.callAs("owner", "PATCH", w.path(""), object{"members_host": true})
	assertRefused(t, status, body, 400, "members_host", "seats_limited")
	status, body = w.callAs("owner", "PATCH", w.path("/rooms/%s", id), object{"name": `<img src=x onerror="alert(1)">`})
	requireOK(t, status, body)
}

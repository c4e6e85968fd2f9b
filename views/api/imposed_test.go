package api_test

import "testing"

func TestSessionSettings_SetByRoom_ShowEffectiveValues(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	room := w.newRoom("Stage")
	status, body := w.callAs("admin", "PATCH", w.path("/rooms/%s", room), object{"settings": object{"lobby": true, "muted": true}})
	requireOK(t, status, body)
	status, body = w.callAs("organizer", "POST", w.path("/sessions"), object{"title": "A", "starts": dayAt(1, 9).Format("2006-01-02T15:04:05Z"), "minutes": 30, "room": room,
		"settings": object{"muted": true}})
	requireOK(t, status, body)
	path := "/api/sessions/" + body["id"].(string)
	check := func(what string, body map[string]any, lobby, muted, early bool, byRoom string) {
		t.Helper()
		settings, _ := body["settings"].(map[string]any)
		if settings["lobby"] != lobby || settings["muted"] != muted || settings["early"] != early || toJSON(settings["byRoom"]) != byRoom {
			t.Errorf("%s: %s", what, toJSON(settings))
		}
	}
	check("scheduled", body, true, true, false, `["lobby","muted"]`)
	_, body = w.callAs("organizer", "GET", path, nil)
	check("read", body, true, true, false, `["lobby","muted"]`)
	_, body = w.callAs("organizer", "GET", w.path("/sessions"), nil)
	check("in the list", body["items"].([]any)[0].(map[string]any), true, true, false, `["lobby","muted"]`)
	_, body = w.callAs("organizer", "PATCH", path, object{"settings": object{"lobby": false, "early": true}})
	check("turned off in vain", body, true, true, true, `["lobby","muted"]`)
	_, body = w.callAs("organizer", "PATCH", path, object{"room": ""})
	check("without the room: its own", body, false, true, true, "null")
}

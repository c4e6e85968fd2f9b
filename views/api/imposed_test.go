package api_test

import "testing"

func TestSessionSettings_SetByTheRoom_AreShownAsTheyApply(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	room := w.room("Stage")
	status, body := w.as("admin", "PATCH", w.path("/rooms/%s", room), object{"settings": object{"lobby": true, "muted": true}})
	done(t, status, body)
	status, body = w.as("organizer", "POST", w.path("/sessions"), object{"title": "A", "starts": on(1, 9).Format("2006-01-02T15:04:05Z"), "minutes": 30, "room": room,
		"settings": object{"muted": true}})
	done(t, status, body)
	path := "/api/sessions/" + body["id"].(string)
	check := func(what string, body map[string]any, lobby, muted, early bool, byRoom string) {
		t.Helper()
		settings, _ := body["settings"].(map[string]any)
		if settings["lobby"] != lobby || settings["muted"] != muted || settings["early"] != early || text(settings["byRoom"]) != byRoom {
			t.Errorf("%s: %s", what, text(settings))
		}
	}
	check("scheduled", body, true, true, false, `["lobby","muted"]`)
	_, body = w.as("organizer", "GET", path, nil)
	check("read", body, true, true, false, `["lobby","muted"]`)
	_, body = w.as("organizer", "GET", w.path("/sessions"), nil)
	check("in the list", body["items"].([]any)[0].(map[string]any), true, true, false, `["lobby","muted"]`)
	_, body = w.as("organizer", "PATCH", path, object{"settings": object{"lobby": false, "early": true}})
	check("turned off in vain", body, true, true, true, `["lobby","muted"]`)
	_, body = w.as("organizer", "PATCH", path, object{"room": ""})
	check("without the room: its own", body, false, true, true, "null")
}

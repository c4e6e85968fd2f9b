package api_test

import (
	"path"
	"testing"
	"time"

	"usher/hooks/sessions"
)

func TestSessions_OpenLink_FieldsAndRefusals(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	form := object{"title": "Review", "starts": dayAt(1, 9).Format(time.RFC3339), "minutes": 60, "settings": object{"link_entry": "wait", "access_code": "tulip-42"}}
	status, body := w.callAs("organizer", "POST", w.path("/sessions"), form)
	assertRefused(t, status, body, 400, "link_entry", sessions.CodeLinksOff)

	status, body = w.callAs("organizer", "PATCH", w.path(""), object{"open_links": true})
	if status != 403 {
		t.Errorf("an Organizer allows it: %d %v", status, body)
	}
	status, body = w.callAs("admin", "PATCH", w.path(""), object{"open_links": true})
	if requireOK(t, status, body); body["open_links"] != true {
		t.Errorf("got %v, want open_links", body)
	}
	status, body = w.callAs("organizer", "POST", w.path("/sessions"), form)
	requireOK(t, status, body)
	address := "/api/sessions/" + body["id"].(string)
	for role, code := range map[string]any{"organizer": "tulip-42", "admin": "tulip-42"} {
		_, body = w.callAs(role, "GET", address, nil)
		if settings, _ := body["settings"].(map[string]any); settings["link_entry"] != "wait" || body["access_code"] != code {
			t.Errorf("%s reads %v and %v, want wait and %v", role, settings["link_entry"], body["access_code"], code)
		}
	}
	status, body = w.callAs("organizer", "PATCH", address, object{"settings": object{"access_code": "abc"}})
	assertRefused(t, status, body, 400, "access_code", sessions.CodeBadAccessCode)
	status, body = w.callAs("organizer", "PATCH", address, object{"settings": object{"link_entry": "", "access_code": ""}})
	if requireOK(t, status, body); body["access_code"] != nil {
		t.Errorf("got %v, want no access code", body["access_code"])
	}
	status, body = w.callAs("owner", "GET", "/api/collections/sessions/records/"+path.Base(address), nil)
	if _, has := body["access_code"]; status != 200 || has {
		t.Errorf("the records API: %d, shows the access code: %v", status, has)
	}
}

package api_test

import (
	"testing"

	"usher/hooks/sessions"
)

func TestInvitees_DeliveryResendAndLink(t *testing.T) {
	w := newFixture(t)
	s := w.newSession(sessions.Form{Guests: []string{"zed@out.example", w.accounts["member"].Email()}})
	status, reply := w.callAs("organizer", "GET", "/api/sessions/"+s.Id, nil)
	people, _ := reply["people"].([]any)
	if status != 200 || len(people) != 3 {
		t.Fatal(status, reply)
	}
	zed := ""
	for _, one := range people {
		p := one.(map[string]any)
		if p["email"] == "zed@out.example" {
			zed = p["id"].(string)
			if d, _ := p["delivery"].(map[string]any); d["status"] == "" || d["status"] == nil {
				t.Errorf("got %v, want a delivery status", p)
			}
		}
	}
	path := "/api/sessions/" + s.Id + "/participants/" + zed
	for role, want := range map[string]int{"organizer": 200, "owner": 200, "admin": 200, "member": 403, "stranger": 404} {
		status, reply := w.callAs(role, "POST", path+"/link", nil)
		if status != want || (want == 200) != (reply["url"] != nil) {
			t.Errorf("%s copies the link: %d %v", role, status, reply)
		}
	}
	if status, reply := w.callAs("member", "POST", path+"/resend", nil); status != 403 {
		t.Errorf("a member resends: %d %v, want 403", status, reply)
	}
	if status, reply := w.callAs("organizer", "POST", path+"/resend", nil); status != 400 {
		t.Errorf("email is off, or an email was sent a moment ago: %d %v, want 400", status, reply)
	}
}

package api_test

import (
	"net/http"
	"strings"
	"testing"

	"usher/hooks/sessions"
)

func TestRSVPAndFeed_Permissions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	everybody := []string{"gita@guest.example", "mina@halation.example", "ada@halation.example", "stefan@nowhere.example"}
	asked, hidden := w.newSession(sessions.Form{Guests: everybody}).Id, w.newSession(sessions.Form{}).Id
	for i, role := range roles {
		at := func(statuses string) string { return strings.Fields(statuses)[i] }
		assertStatus(t, w, role, "POST", "/api/sessions/"+asked+"/answer", object{"answer": "yes"}, at("401 401 404 200 200 400 200 403 404 401"))
		assertStatus(t, w, role, "POST", "/api/sessions/"+hidden+"/answer", object{"answer": "yes"}, at("401 401 404 404 404 400 403 403 404 401"))
		assertStatus(t, w, role, "GET", w.path("/feed"), nil, at("401 401 404 200 200 200 200 200 404 401"))
		assertStatus(t, w, role, "POST", w.path("/feed"), nil, at("401 401 404 200 200 200 200 200 404 401"))
	}
	status, _ := w.Call(w.tokens["member"], http.MethodPost, "/api/sessions/"+asked+"/answer", object{"answer": "never"})
	if status != http.StatusBadRequest {
		t.Error(status)
	}
	_, first := w.Call(w.tokens["member"], http.MethodGet, w.path("/feed"), nil)
	_, second := w.Call(w.tokens["member"], http.MethodPost, w.path("/feed"), nil)
	if a, b := first["url"].(string), second["url"].(string); a == b || !strings.Contains(b, "/calendar/usf_") {
		t.Error(first, second)
	}
}

package panel_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPosts_CrossSite_AreForbidden(t *testing.T) {
	s := newFixture(t, true)
	b, app := s.As(s.owner), "/app/"+s.team.Slug()
	for _, path := range []string{
		s.path("/users/selected"), s.path("/users/import/x/stop"), s.userPath(s.member, "/tags"), s.userPath(s.member, "/correct"),
		s.userPath(s.member, "/remove"), s.path("/settings/delete"), s.path("/settings/test-email"), s.path("/users/add"), s.path("/users/preview"),
		"/account/picture", "/account/picture/remove", "/account/address", "/account/address/cancel", "/account/password",
		"/account/devices/others", "/account/delete", "/email/x", "/teams",
		s.path("/rooms/new"), "/s/x/join", "/s/x/decline", "/s/x/answer", "/s/x/start", "/r/x/start", "/r/x/account",
		"/live/x/token", "/live/x/mute", "/live/x/mute-all", "/live/x/put-out", "/live/x/admit", "/live/x/refuse", "/live/x/extend", "/live/x/end",
		app + "/leave", app + "/calendar/feed", app + "/sessions/new", app + "/sessions/preview", app + "/sessions/x/edit",
		app + "/sessions/x/cancel", app + "/sessions/x/undo-cancel", app + "/sessions/x/start", app + "/sessions/x/answer",
	} {
		request, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader("operation=remove&name=x"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "https://evil.example")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		if r := b.Send(request); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s, want %v", path, r.Status, r.Location, http.StatusForbidden)
		}
	}
}

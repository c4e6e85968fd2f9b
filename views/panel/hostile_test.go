package panel_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestNoOtherSiteDoesADeed(t *testing.T) {
	s := open(t, true)
	b := s.As(s.owner)
	for _, path := range []string{
		s.path("/users/selected"), s.path("/users/import/x/stop"), s.user(s.member, "/tags"), s.user(s.member, "/correct"),
		s.user(s.member, "/remove"), s.path("/settings/delete"), s.path("/settings/test-letter"), s.path("/users/add"), s.path("/users/preview"),
		"/account/picture", "/account/picture/remove", "/account/address", "/account/address/cancel", "/account/password",
		"/account/devices/others", "/account/delete", "/email/x", "/teams",
	} {
		request, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader("deed=remove&name=x"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "https://evil.example")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		if r := b.Send(request); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, r.Status, r.Location)
		}
	}
}

package live_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/active"
	"usher/hooks/sessions"
)

func TestReportQuality_OnlyThoseInSession(t *testing.T) {
	s := newFixture(t, sessions.Form{}).join("host", "cohost", "asked", "guest")
	report := url.Values{"quality": {active.Good}, "camera": {"true"}}
	for who, status := range map[string]int{"host": 204, "cohost": 204, "asked": 204, "guest": 204, "admin": 303, "owner": 303, "organizer": 303, "member": 303,
		"stranger": 404, "foreign": 404, "": 303} {
		b := s.Anonymous()
		if who != "" {
			b = s.As(s.accounts[who])
		}
		if r := b.Post(s.path("/quality"), report); r.Status != status {
			t.Errorf("%q: got %d %s, want %d", who, r.Status, r.Body, status)
		}
		if r := b.Post("/live/nosuchsession00/quality", report); who != "" && r.Status != http.StatusNotFound {
			t.Errorf("%q, an unknown session: got %d, want 404", who, r.Status)
		}
	}
	reports := func() (n int) {
		t.Helper()
		people, err := active.Participants(s.App, s.session.Id)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			if p.Device != nil {
				n++
			}
		}
		return n
	}
	host := s.As(s.accounts["host"])
	for what, c := range map[string]struct {
		body   string
		status int
	}{
		"no body":          {"", http.StatusUnprocessableEntity},
		"unknown quality":  {"quality=superb", http.StatusUnprocessableEntity},
		"two qualities":    {"quality=superb&quality=good", http.StatusUnprocessableEntity},
		"bad encoding":     {"quality=%zz", http.StatusUnprocessableEntity},
		"JSON":             {`{"quality":"good"}`, http.StatusUnprocessableEntity},
		"4 KB":             {"quality=good&x=" + strings.Repeat("x", 4<<10-len("quality=good&x=")), http.StatusNoContent},
		"more than 4 KB":   {"quality=good&x=" + strings.Repeat("x", 4<<10), http.StatusRequestEntityTooLarge},
		"camera with text": {"quality=good&camera=yes", http.StatusNoContent},
	} {
		request, _ := http.NewRequest(http.MethodPost, s.URL+s.path("/quality"), strings.NewReader(c.body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		if r := host.Send(request); r.Status != c.status {
			t.Errorf("%s: got %d %.200s, want %d", what, r.Status, r.Body, c.status)
		}
	}
	if n := reports(); n != 0 { // no one has connected to the media server
		t.Errorf("got %d reports of participants who aren't connected, want 0", n)
	}
}

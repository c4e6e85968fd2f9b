package live_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/sessions"
)

func TestChat_LateComersReadWhatTheyMay_HostsDownloadIt(t *testing.T) {
	s := newFixture(t, sessions.Form{Title: "Kestrel"}).join("host", "asked", "guest")
	send := func(who, words, to string) {
		t.Helper()
		if r := s.As(s.accounts[who]).Post(s.path("/chat"), url.Values{"text": {words}, "to": {to}}); r.Status != http.StatusOK || !strings.Contains(r.Body, `"id":`) {
			t.Fatalf("%s sends %q: got %d %s, want the message", who, words, r.Status, r.Body)
		}
	}
	send("asked", "hello all", "")
	send("asked", "the microphone is broken", "hosts")
	send("host", "first line\n[09:00] Someone else: forged", "")

	s.join("cohost")
	for who, private := range map[string]bool{"guest": false, "asked": true, "cohost": true} {
		r := s.As(s.accounts[who]).Get(s.path("/chat"))
		if r.Status != http.StatusOK || !strings.Contains(r.Body, "hello all") || strings.Contains(r.Body, "broken") != private {
			t.Errorf("%s reads %d %s, want the private message: %v", who, r.Status, r.Body, private)
		}
	}
	if r := s.As(s.accounts["member"]).Get(s.path("/chat")); r.Status == http.StatusOK {
		t.Errorf("someone who isn't in the session reads %s, want nothing", r.Body)
	}

	file := "/app/halation-post/sessions/" + s.session.Id + "/chat.txt"
	r := s.As(s.accounts["cohost"]).Get(file)
	if !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(r.Body, "to hosts: the microphone is broken") || strings.Contains(r.Body, "\n[09:00]") {
		t.Errorf("the file of a co-host: got %v %s, want every message, with further lines indented", r.Header, r.Body)
	}
	for _, who := range []string{"asked", "guest", "admin"} {
		if r := s.As(s.accounts[who]).Get(file); r.Status != http.StatusNotFound {
			t.Errorf("the file for %s: got %d, want %d", who, r.Status, http.StatusNotFound)
		}
	}
	if r := s.As(s.accounts["cohost"]).Get("/app/halation-post/sessions/" + s.session.Id); !strings.Contains(r.Body, "Download chat") {
		t.Error("the details for a co-host have no download")
	}
	if r := s.As(s.accounts["asked"]).Get("/app/halation-post/sessions/" + s.session.Id); strings.Contains(r.Body, "Download chat") {
		t.Error("the details for an attendee have a download, want none")
	}
}

func TestChat_RefusedMessage_SaysWhy(t *testing.T) {
	s := newFixture(t, sessions.Form{}).join("host")
	for text, want := range map[string]string{" ": "Enter a message.", strings.Repeat("x", 2001): "at most 2000 characters"} {
		if r := s.As(s.accounts["host"]).Post(s.path("/chat"), url.Values{"text": {text}}); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, want) {
			t.Errorf("got %d %s, want %d and %q", r.Status, r.Body, http.StatusUnprocessableEntity, want)
		}
	}
}

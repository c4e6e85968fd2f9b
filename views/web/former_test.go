package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// TestFormerMember_EveryArea: a page of a former member says that they are no longer a member, for every kind of request;
// someone who never was one gets the answer of an unknown team.
func TestFormerMember_EveryArea(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	app := server.App
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	gone := hookstest.Member(t, app, team, "gone@x.example", "admin", "organizer")
	stranger := hookstest.Account(t, app, "stranger@x.example")
	session := hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Starts: time.Now().Add(time.Hour), Guests: []string{"gone@x.example"}})
	b, other := server.As(gone), server.As(stranger)
	_, events := openStream(t, server, b, team.Id)
	if _, err := members.Remove(app, hookstest.Actor(t, app, owner, team), gone.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	closed := false
	for late := time.After(2 * time.Second); !closed; {
		select {
		case name := <-events:
			closed = name == "close"
		case <-late:
			t.Fatal("the open page was not told")
		}
	}
	for _, ref := range []string{team.Slug(), team.Id} {
		for _, c := range []struct{ method, path string }{
			{"GET", "/admin/" + ref + "/users"}, {"GET", "/admin/" + ref + "/users/" + gone.Id}, {"GET", "/admin/" + ref + "/rooms"}, {"GET", "/admin/" + ref + "/settings"}, {"GET", "/admin/" + ref + "/audit"},
			{"GET", "/app/" + ref}, {"GET", "/app/" + ref + "/calendar"}, {"GET", "/app/" + ref + "/sessions"}, {"GET", "/app/" + ref + "/sessions/" + session.Id}, {"GET", "/app/" + ref + "/rooms"},
			{"POST", "/app/" + ref + "/sessions/" + session.Id + "/answer"}, {"POST", "/admin/" + ref + "/users/" + owner.Id + "/remove"},
		} {
			for _, fragment := range []bool{false, true} {
				r := sendRequest(b, server, c.method, c.path, fragment)
				if r.Status != http.StatusForbidden || !strings.Contains(r.Body, "You&#39;re no longer a member of Halation Post") || strings.Contains(r.Body, "owner@x.example") {
					t.Errorf("%s %s, fragment %v: %d", c.method, c.path, fragment, r.Status)
				}
				unknown := sendRequest(other, server, c.method, strings.Replace(c.path, ref, "nowhere", 1), fragment)
				if r := sendRequest(other, server, c.method, c.path, fragment); r.Status != unknown.Status || r.Body != unknown.Body || strings.Contains(r.Body, "Halation") {
					t.Errorf("a stranger at %s %s, fragment %v: %d, want the answer of an unknown team, %d", c.method, c.path, fragment, r.Status, unknown.Status)
				}
			}
		}
	}
	if status, _ := server.Call(server.Token(gone), "GET", "/api/teams/"+team.Id, nil); status != http.StatusNotFound {
		t.Errorf("a program gets %d, want %v", status, http.StatusNotFound)
	}
}

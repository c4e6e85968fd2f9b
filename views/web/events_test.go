package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// openStream opens the stream of a team and gives its events by name, until it ends.
func openStream(t *testing.T, server *viewstest.Server, b *viewstest.Browser, team string) (status int, events <-chan string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events?team="+team, nil)
	response, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); response.Body.Close() })
	names := make(chan string, 100)
	if response.StatusCode != http.StatusOK {
		close(names)
		return response.StatusCode, names
	}
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // the first line tells that the stream is open
	go func() {
		defer close(names)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				names <- name
			} else if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && data != "changed" && data != "over" {
				names <- "content: " + data
			}
		}
	}()
	return response.StatusCode, names
}

// drain discards the events of earlier changes, until none arrives for a while.
func drain(names <-chan string) {
	for {
		select {
		case <-names:
		case <-time.After(150 * time.Millisecond):
			return
		}
	}
}

func TestEvents_TeamChange_ReachesItsOwnMembersOnly(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	stranger := hookstest.Account(t, server.App, "eve@x.example")
	other := hookstest.Team(t, server.App, stranger, "Other", "pro")

	if status, _ := openStream(t, server, server.Anonymous(), team.Id); status != http.StatusUnauthorized {
		t.Errorf("signed out: %d, want %v", status, http.StatusUnauthorized)
	}
	if status, _ := openStream(t, server, server.As(stranger), team.Id); status != http.StatusNotFound {
		t.Errorf("a stranger: %d, want %v", status, http.StatusNotFound)
	}
	_, theirs := openStream(t, server, server.As(stranger), other.Id)
	status, ours := openStream(t, server, server.As(owner), team.Id)
	if status != http.StatusOK {
		t.Fatal(status)
	}
	drain(ours)
	drain(theirs)
	hookstest.Invite(t, server.App, owner, team, "lucia@x.example", "organizer")
	if name := <-ours; name != events.Users {
		t.Errorf("ours: %q, want %v", name, events.Users)
	}
	hookstest.Invite(t, server.App, stranger, other, "lucia@x.example", "organizer")
	if name := <-theirs; name != events.Users {
		t.Errorf("theirs: %q, want %v", name, events.Users)
	}
	select {
	case name := <-theirs:
		t.Errorf("the other team heard %q more than its own change", name)
	default:
	}
}

func TestEvents_AccessLost_StreamCloses(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	ends := func(what string, events <-chan string) {
		t.Helper()
		last := ""
		for name := range events {
			last = name
		}
		if last != "close" {
			t.Errorf("%s: the stream ended with %q, want %q", what, last, "close")
		}
	}

	gone := hookstest.Member(t, server.App, team, "gone@x.example", "admin")
	b := server.As(gone)
	_, events := openStream(t, server, b, team.Id)
	b.Post("/signout", nil)
	hookstest.Invite(t, server.App, owner, team, "lucia@x.example")
	ends("signed out", events)

	for n, way := range []struct {
		name string
		lose func(account *core.Record) error
	}{
		{"removed", func(account *core.Record) error {
			_, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), account.Id, members.Handover{})
			return err
		}},
		{"left", func(account *core.Record) error {
			_, err := members.Leave(server.App, hookstest.Actor(t, server.App, account, team), members.Handover{})
			return err
		}},
		{"removed with others", func(account *core.Record) error {
			_, err := bulk.Do(server.App, hookstest.Actor(t, server.App, owner, team), bulk.Action{Kind: bulk.Remove}, []string{account.Id, "nobody"})
			return err
		}},
		{"account deleted", func(account *core.Record) error { return server.App.Delete(account) }},
		{"team deleted", func(*core.Record) error {
			return teams.Delete(server.App, hookstest.Actor(t, server.App, owner, team), team.Name())
		}},
	} {
		account := hookstest.Member(t, server.App, team, fmt.Sprintf("p%d@x.example", n), "admin")
		b := server.As(account)
		_, events := openStream(t, server, b, team.Id)
		if err := way.lose(account); err != nil {
			t.Fatal(err)
		}
		ends(way.name, events)
		for _, path := range []string{"/admin/" + team.Slug() + "/users", "/app/" + team.Slug(), "/events?team=" + team.Id} {
			if r := b.Get(path); r.Status == http.StatusOK {
				t.Errorf("%s: %s is still shown, want anything but %v", way.name, path, http.StatusOK)
			}
		}
	}
}

func TestEvents_BackgroundRequests_DoNotTouchLogin(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	b := server.As(owner)
	const then = "SELECT count(*) FROM logins WHERE seen < {:now}"
	hookstest.Exec(t, server.App, "UPDATE logins SET seen = {:then}", dbx.Params{"then": time.Now().Add(-time.Hour).UTC().Format("2006-01-02 15:04:05.000Z")})
	untouched := func() (n int) {
		t.Helper()
		if err := server.App.DB().NewQuery(then).Bind(dbx.Params{"now": time.Now().Add(-time.Minute).UTC().Format("2006-01-02 15:04:05.000Z")}).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	openStream(t, server, b, team.Id)
	request, _ := http.NewRequest(http.MethodGet, server.URL+"/admin/halation-post/users", nil)
	request.Header.Set("X-Background", "1")
	b.Send(request)
	if untouched() != 1 {
		t.Error("an open page by itself kept the login alive")
	}
	b.Get("/admin/halation-post/users")
	if untouched() != 0 {
		t.Error("a look at a page did not")
	}
}

func TestEvents_TooManyStreams_IsRefused(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	b := server.As(owner)
	for range events.MaxStreams {
		if status, _ := openStream(t, server, b, team.Id); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	if status, _ := openStream(t, server, b, team.Id); status != http.StatusTooManyRequests {
		t.Errorf("one more: %d, want %v", status, http.StatusTooManyRequests)
	}
}

func TestEvents_ServerStops_StreamEndsWithoutClose(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	_, stream := openStream(t, server, server.As(owner), team.Id)
	events.Stop(server.App)
	for name := range stream {
		t.Errorf("the stream said %q: a page would not come back", name)
	}
}

func TestEvents_RetryDelay_IsRandomized(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	waits := map[string]bool{}
	for range 10 {
		response, err := server.As(owner).Client.Get(server.URL + "/events?team=" + team.Id)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(response.Body)
		lines.Scan()
		response.Body.Close()
		if !strings.HasPrefix(lines.Text(), "retry: ") {
			t.Fatal(lines.Text())
		}
		waits[lines.Text()] = true
	}
	if len(waits) < 5 {
		t.Errorf("ten pages come back after %v, want at least 5", waits)
	}
}

// Each step of a transfer of the team reaches the open pages of the Owner and of the Admin.
func TestEvents_OfferOfOwnership_IsAnnounced(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	admin := hookstest.Member(t, server.App, team, "lucia@x.example", "admin")
	streams := map[string]<-chan string{}
	for who, account := range map[string]*core.Record{"the Owner": owner, "the Admin": admin} {
		_, streams[who] = openStream(t, server, server.As(account), team.Id)
	}
	actor := func(account *core.Record) *actors.Actor { return hookstest.Actor(t, server.App, account, team) }
	offer := func() error {
		_, err := members.OfferOwnership(server.App, actor(owner), admin.Id, hookstest.Password)
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"offered", offer},
		{"withdrawn", func() error { return members.WithdrawOwnership(server.App, actor(owner)) }},
		{"offered again", offer},
		{"declined", func() error { return members.DeclineOwnership(server.App, actor(admin)) }},
		{"offered once more", offer},
		{"accepted", func() error { return members.AcceptOwnership(server.App, actor(admin)) }},
	} {
		for _, names := range streams {
			drain(names)
		}
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		for who, names := range streams {
			for heard := ""; heard != events.Team; {
				select {
				case heard = <-names:
				case <-time.After(5 * time.Second):
					t.Fatalf("%s: %s heard nothing of it", step.name, who)
				}
			}
		}
	}
}

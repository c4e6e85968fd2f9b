package sessions_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestFeed_RemovedMember_IsRevoked(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	hookstest.Exec(t, app, "UPDATE memberships SET organizer = 1 WHERE owner", nil)
	paul := hookstest.Member(t, app, team, "paul@halation.example")
	hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Title: "Dailies", Guests: []string{paul.Email()}})
	hookstest.ScheduleSession(t, app, owner, team, sessions.Form{Title: "Salaries"})
	actor := hookstest.Actor(t, app, paul, team)
	if address, err := sessions.FeedURL(app, actor); address != "" || err != nil {
		t.Fatal("a look made a feed:", address, err)
	}
	read := func() (string, string) {
		t.Helper()
		address, err := sessions.FeedURL(app, actor)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(address[strings.LastIndexByte(address, '/')+1:], ".ics"), address
	}
	fresh := func() {
		t.Helper()
		if err := sessions.ResetFeed(app, actor); err != nil {
			t.Fatal(err)
		}
	}
	fresh()
	secret, address := read()
	if !strings.HasPrefix(address, "http://usher.test/calendar/usf_") || !strings.HasSuffix(address, ".ics") || len(secret) < 40 {
		t.Error(address)
	}
	file, err := sessions.FeedFile(app, secret, "192.0.2.1")
	if text := string(file); err != nil || !strings.Contains(text, "SUMMARY:Dailies") || strings.Contains(text, "Salaries") || !strings.Contains(text, "METHOD:PUBLISH") {
		t.Error(text, err)
	}
	for _, table := range []string{"feeds", "audit"} {
		if n := hookstest.QueryRows(t, app, "SELECT * FROM "+table); strings.Contains(strings.Join(n, "\n"), secret) {
			t.Errorf("the secret is stored in %s, want no %q", table, secret)
		}
	}
	old := secret
	fresh()
	if secret, _ = read(); secret == old {
		t.Error("the new address is the old one")
	}
	for _, dead := range []string{old, "", "usf_", "usf_" + strings.Repeat("x", 43), "../etc"} {
		if _, err := sessions.FeedFile(app, dead, "192.0.2.1"); err != errs.ErrNotFound {
			t.Errorf("%q: %v, want %v", dead, err, errs.ErrNotFound)
		}
	}
	if _, err := members.Remove(app, hookstest.Actor(t, app, owner, team), paul.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, app, "feeds"); n != 0 {
		t.Errorf("%d feeds outlive the membership, want 0", n)
	}
	if _, err := sessions.FeedFile(app, secret, "192.0.2.1"); err != errs.ErrNotFound {
		t.Error("removed:", err)
	}
	if err := sessions.ResetFeed(app, actor); err != errs.ErrNotFound {
		t.Error("who was removed makes a feed:", err)
	}
	if err := app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, team.Id, paul.Id, actor.Roles) }); err != nil {
		t.Fatal(err)
	}
	if _, err := sessions.FeedFile(app, secret, "192.0.2.1"); err != errs.ErrNotFound {
		t.Error("came back:", err)
	}
}

func TestFeedURL_OfAnotherDataFolder_IsEmpty(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	actor := hookstest.Actor(t, app, owner, team)
	if err := sessions.ResetFeed(app, actor); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, app, "UPDATE feeds SET token_hash = {:hash}", dbx.Params{"hash": strings.Repeat("0", 64)})
	if address, err := sessions.FeedURL(app, actor); address != "" || err != nil {
		t.Error(address, err)
	}
}

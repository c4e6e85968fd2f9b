package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/live/livetest"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

// scripts are words without a space: wide Latin letters, Hebrew, ideographs, and Arabic mixed with Latin and punctuation.
var scripts = []string{"Wm", "שלום", "会議室", "مرحبا(ABC)123!"}

// longText returns max characters without a space, in the script with the number.
func longText(script, max int) string {
	return string([]rune(strings.Repeat(scripts[script%len(scripts)], max))[:max])
}

// longAddress returns an email address of almost the longest length.
func longAddress(first string) string {
	part := func(n int) string { return strings.Repeat("w", n) }
	return first + part(64-len(first)) + "@" + part(63) + "." + part(63) + "." + part(50) + ".example"
}

// longFixture is the sample team with the longest texts that users can enter.
type longFixture struct {
	*fixture
	room, session, member, invitee string
	imported                       string
	running                        *sessions.Session
}

func newLongFixture(t *testing.T) *longFixture {
	t.Helper()
	f := &longFixture{fixture: newFixture(t)}
	livetest.Start(t, f.App)
	count := 0
	change := func(collection, filter string, edit func(r *core.Record, script int)) {
		t.Helper()
		records, err := f.App.FindRecordsByFilter(collection, filter, "created", 0, 0)
		must(t, err)
		for _, r := range records {
			edit(r, count)
			count++
			if err := f.App.Save(r); err != nil {
				t.Fatalf("%s %s: %v", collection, r.Id, err)
			}
		}
	}
	text := func(field string, max int) func(r *core.Record, script int) {
		return func(r *core.Record, script int) { r.Set(field, longText(script, max)) }
	}
	change("users", "", text("name", accounts.MaxName))
	change("teams", "", func(r *core.Record, script int) {
		r.Set("name", longText(script, teams.MaxName))
		r.Set("description", longText(script+1, teams.MaxDescription))
	})
	change("rooms", "", func(r *core.Record, script int) {
		r.Set("name", longText(script, rooms.MaxName))
		r.Set("description", longText(script+1, rooms.MaxDescription))
		f.room = r.Id
	})
	member := hookstest.Member(t, f.App, f.Team, longAddress("m"), "organizer")
	member.Set("name", longText(0, accounts.MaxName))
	must(t, f.App.Save(member))
	for n := range 4 {
		tag := hookstest.NewRecord(t, f.App, "tags", map[string]any{"team": f.Team.Id, "email": member.Email(), "name": longText(n, tags.MaxName)})
		must(t, f.App.Save(tag))
	}
	f.member = member.Id
	f.Team.Record = hookstest.FindRecord(t, f.App, "teams", f.Team.Id)
	f.invitee = hookstest.Invite(t, f.App, f.Owner, f.Team, longAddress("i"), "organizer").ID

	list := []string{longText(0, 150), longText(3, 60) + " <" + longAddress("y") + ">", longAddress("z"), longText(2, 150), member.Email()}
	imported, err := invitations.StartImport(f.App, hookstest.Actor(t, f.App, f.Owner, f.Team), invitations.Request{Lines: invitations.ParseLines(list)}, longText(0, 196)+".csv")
	must(t, err)
	f.imported = imported.Id

	tomorrow := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	guests := []string{longAddress("g"), member.Email(), "theo@halation.example", "ida@halation.example", "anneke@halation.example"}
	for n := range 4 {
		s := hookstest.ScheduleSession(t, f.App, f.Owner, f.Team, sessions.Form{Title: longText(n, sessions.MaxTitle), Description: longText(n+1, sessions.MaxDescription),
			Starts: tomorrow.Add(time.Duration(8+n) * time.Hour), Room: f.room, Guests: guests, Passwordless: true})
		f.session = s.Id
	}
	for n := range 4 { // also of past sessions, which can't be changed
		hookstest.Exec(t, f.App, "UPDATE sessions SET title = {:title} WHERE rowid % 4 = {:n}", dbx.Params{"title": longText(n, sessions.MaxTitle), "n": n})
	}
	running := hookstest.ScheduleSession(t, f.App, f.Owner, f.Team, sessions.Form{Title: longText(0, sessions.MaxTitle), Starts: time.Now().Add(time.Minute),
		Guests: guests, Resolution: "360p", FPS: 15, Codec: "vp8", Audio: "speech"})
	_, err = runs.Start(f.App, hookstest.Actor(t, f.App, f.Owner, f.Team), running.Id)
	must(t, err)
	f.running = running
	return f
}

// place is a page in a state.
type place struct {
	name, path string
	enter      func(b *tab) // from the page to the state; nil: the page itself
}

func (f *longFixture) panelPlaces() []place {
	panel := "/admin/halation-post"
	users, list := panel+"/users", strings.Join([]string{longText(0, 60) + " <" + longAddress("a") + ">", longText(1, 150), longAddress("b"), longText(2, 150)}, "\n")
	fill := func(b *tab) {
		b.paste(list)
		b.waitUntil("the preview", `document.querySelectorAll(".fate > li").length > 3`)
	}
	return []place{
		{name: "users", path: users},
		{name: "users by tag", path: users + "?q=" + longText(0, 100)},
		{name: "user menu", path: users, enter: func(b *tab) { eval[bool](b, `document.querySelector(".person details").open = true`) }},
		{name: "row menu", path: users, enter: func(b *tab) {
			eval[bool](b, fmt.Sprintf(`(s => { s.scrollIntoView({ block: "center" }); s.parentElement.open = true; return true })(document.getElementById("menu-%s"))`, f.member))
		}},
		{name: "user's tags", path: users + "/" + f.member + "/tags"},
		{name: "a toast", path: users + "/" + f.member, enter: func(b *tab) {
			b.fill("Add tag", "toast")
			b.pressEnter()
			b.waitForText("Tags saved for")
			b.press("Remove tag toast")
			b.waitUntil("two toasts", `document.querySelectorAll("#toasts > *").length === 2`)
		}},
		{name: "users, selected", path: users, enter: func(b *tab) { eval[bool](b, `(document.querySelector("[data-select]").click(), true)`) }},
		{name: "member details", path: users + "/" + f.member},
		{name: "invitee details", path: users + "/" + f.invitee},
		{name: "remove", path: users + "/" + f.member + "/remove"},
		{name: "revoke", path: users + "/" + f.invitee + "/revoke"},
		{name: "bulk remove", path: users + "/selected?operation=remove&all=1"},
		{name: "bulk tag", path: users + "/selected?operation=tag&all=1"},
		{name: "permissions", path: users + "/permissions"},
		{name: "add users", path: users + "/add", enter: fill},
		{name: "imports", path: users + "/import"},
		{name: "rows of an import", path: users + "/import/" + f.imported, enter: func(b *tab) {
			b.waitUntil("the refused rows", `document.querySelectorAll(".import-rows tbody tr").length > 2`)
		}},
		{name: "rooms", path: panel + "/rooms"},
		{name: "room details", path: panel + "/rooms/" + f.room},
		{name: "room form", path: panel + "/rooms/" + f.room + "/edit"},
		{name: "archive room", path: panel + "/rooms/" + f.room + "/archive"},
		{name: "replace the room's link", path: panel + "/rooms/" + f.room + "/rotate"},
		{name: "audit log", path: panel + "/audit"},
		{name: "audit log of a user", path: panel + "/audit?person=" + f.member},
		{name: "settings", path: panel + "/settings"},
		{name: "delete team", path: panel + "/settings/delete"},
		{name: "search", path: panel + "/find?q=" + longText(0, 10)},
		{name: "search dialog", path: users, enter: func(b *tab) {
			b.waitUntil("the page's script", `document.readyState === "complete"`)
			b.pressCtrl("k")
			eval[bool](b, `(i => { i.value = "Wm"; return i.dispatchEvent(new Event("input", { bubbles: true })) })(document.querySelector("#finder input"))`)
			b.waitUntil("results", `document.querySelectorAll("#finder [role=option]").length > 2`)
		}},
		{name: "teams", path: "/teams"},
		{name: "account", path: "/account"},
		{name: "delete account", path: "/account/delete"},
	}
}

func (f *longFixture) appPlaces() []place {
	app := "/app/halation-post"
	return []place{
		{name: "home", path: app},
		{name: "leave", path: app + "?leave=1"},
		{name: "sessions", path: app + "/sessions"},
		{name: "past sessions", path: app + "/sessions?show=past"},
		{name: "session details", path: app + "/sessions/" + f.session},
		{name: "running session details", path: app + "/sessions/" + f.running.Id},
		{name: "cancel", path: app + "/sessions/" + f.session + "/cancel"},
		{name: "session form", path: app + "/sessions/" + f.session + "/edit"},
		{name: "week", path: app + "/calendar?view=week"},
		{name: "month", path: app + "/calendar?view=month"},
		{name: "agenda", path: app + "/calendar?view=agenda"},
		{name: "week, details", path: app + "/calendar?view=week&session=" + f.session},
		{name: "app rooms", path: app + "/rooms"},
		{name: "app rooms, week", path: app + "/rooms?view=week"},
	}
}

// outsiderPlaces are the pages of people who aren't signed in.
func (f *longFixture) outsiderPlaces(t *testing.T) []place {
	t.Helper()
	room := hookstest.FindRecord(t, f.App, "rooms", f.room).GetString("slug")
	return []place{
		{name: "invitation", path: linkPath(t, f.resend.FindLink(f.resend.WaitFor(t, longAddress("i")), "/invite/"))},
		{name: "join page", path: linkPath(t, f.resend.FindLink(f.resend.WaitFor(t, longAddress("g")), "/s/"))},
		{name: "room page", path: "/r/" + room},
	}
}

// paste puts a list into the form that adds users; typing it would take a minute.
func (b *tab) paste(list string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(list => { list.value = %q; return list.dispatchEvent(new Event("input", { bubbles: true })) })(document.querySelector("#addresses"))`, list))
}

// oneTimePlaces show a link once, because email isn't set up.
func (f *longFixture) oneTimePlaces() []place {
	users := "/admin/halation-post/users"
	return []place{
		{name: "one-time link in the details", path: users + "/" + f.invitee, enter: func(b *tab) { b.press("Resend"); b.waitForText("Invitation link for") }},
	}
}

// livePlaces are the panels of a live session that theo is in, too.
func (f *longFixture) livePlaces(t *testing.T) []place {
	t.Helper()
	m := &liveFixture{Server: f.Server, t: t, resend: f.resend, team: f.Team, host: f.Owner, session: f.running}
	theo, err := accounts.Find(f.App, "theo@halation.example")
	must(t, err)
	m.join(f.Owner)
	m.join(theo)
	guest := f.signIn(t, theo.Email())
	guest.visit(m.path())
	guest.waitForText("Mute")
	return []place{
		{name: "live session", path: m.path(), enter: func(b *tab) { b.waitForVideo(m.participantID(theo.Email())) }},
		{name: "participants", path: m.path(), enter: func(b *tab) {
			b.waitForVideo(m.participantID(theo.Email()))
			b.press("Participants")
			b.waitUntil("the list", `document.querySelectorAll("#everyone > li").length === 2`)
		}},
		{name: "chat", path: m.path(), enter: func(b *tab) {
			b.waitForVideo(m.participantID(theo.Email()))
			b.press("Chat")
			b.waitUntil("the chat", `!document.querySelector("#chat").hidden`)
			eval[bool](guest, fmt.Sprintf(`(f => { f.querySelector("textarea").value = %q; f.requestSubmit(); return true })(document.querySelector("#chat-form"))`, longText(0, 300)))
			b.waitUntil("the message", `document.querySelectorAll("#talk p").length > 0`)
		}},
	}
}

// TestLongNames_EveryPage_StaysInReach opens every list and panel with the longest names, in several scripts and widths.
func TestLongNames_EveryPage_StaysInReach(t *testing.T) {
	t.Parallel()
	f := newLongFixture(t)
	b := f.signIn(t, "marta@halation.example")
	visitor := openTab(t, f.URL)
	walk := func(b *tab, places []place) {
		for _, p := range places {
			b.resize(reachWidths[0], 900)
			b.visit(p.path)
			if p.enter != nil {
				p.enter(b)
			}
			b.assertInReach(p.name)
		}
	}
	walk(b, f.panelPlaces())
	walk(b, f.appPlaces())
	walk(visitor, f.outsiderPlaces(t))
	walk(b, f.livePlaces(t))
	b.expectDisconnects()
	settings.Of(f.App).ResendKey = ""
	hookstest.Exec(t, f.App, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil) // or the invitation could be resent only later
	walk(b, f.oneTimePlaces())
}

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/hookstest"
)

// TestRowMenu_ActsInPlace uses the menus of rows by keyboard, without opening the details.
func TestRowMenu_ActsInPlace(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	hookstest.Invite(t, server.App, owner, team, "pending@halation.example")
	hookstest.Exec(t, server.App, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil) // or the invitation could be resent only later
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users?sort=-person")
	b.waitForStream()
	inPlace := func(what string) {
		t.Helper()
		b.waitUntil("the list in place after "+what, `location.pathname.endsWith("/users") && location.search === "?sort=-person" && !document.querySelector("#details:not([hidden])") &&
			!document.querySelector("dialog[open]") && !document.querySelector("details.menu[open]")`)
	}
	choose := func(user, item string) {
		t.Helper()
		b.focusByTab("Actions for " + user)
		b.sendKeys(kb.ArrowDown)
		b.waitForFocus("Copy link")
		for range 10 {
			if eval[string](b, focusName) == item {
				break
			}
			b.sendKeys(kb.ArrowDown)
		}
		b.waitForFocus(item)
		b.pressEnter()
	}

	choose("Ruth", "Revoke Organizer role…")
	b.waitForText("Revoke the Organizer role from Ruth?")
	b.press("Cancel")
	inPlace("Cancel")
	b.waitForFocus("Actions for Ruth")
	choose("Ruth", "Revoke Organizer role…")
	b.waitForText("Revoke the Organizer role from Ruth?")
	b.press("Revoke role")
	b.waitForText("Ruth is no longer an Organizer.")
	inPlace("revoking a role")
	b.waitForFocus("Actions for Ruth")
	eval[bool](b, `([...document.querySelectorAll("#toasts button[type=submit]")].at(-1).click(), true)`)
	b.waitForText("Ruth is an Organizer again.")
	inPlace("undoing")

	choose("Ruth", "Edit tags…")
	b.waitForFocus("Tags")
	b.sendKeys("Vendor")
	b.pressEnter()
	b.waitForText("Tags saved for Ruth.")
	b.waitUntil("the tag in the row", `document.querySelector("#rows .tag")?.innerText === "Vendor"`)
	inPlace("tagging")

	choose("pending@", "Resend invitation")
	b.waitForText("Invitation resent to pending@halation.example.")
	inPlace("resending")
	b.waitForFocus("Actions for pending@")
	choose("pending@", "Revoke invitation…")
	b.waitForText("Revoke the invitation to pending@halation.example?")
	b.press("Revoke invitation")
	b.waitForText("Its link no longer works.")
	inPlace("revoking an invitation")

	b.resize(390, 844)
	b.visit("/admin/halation-post/users?sort=-person")
	b.press("Actions for Ruth")
	b.assertAccessible("the menu of a row")
	b.press("Remove user…")
	b.waitForText("Remove Ruth")
	b.assertInReach("the dialog of a row menu")
	b.press("Cancel")
	inPlace("Cancel on a phone")
}

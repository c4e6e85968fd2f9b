package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
)

func TestBulkRemove_ByKeyboard(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	hookstest.Member(t, server.App, team, "theo@halation.example", "organizer")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitUntil("no bar while nothing is selected", `getComputedStyle(document.querySelector("[data-bulk]")).display === "none"`)
	for range 3 {
		b.sendKeys("j")
		b.sendKeys("x")
	}
	b.waitForText("3 selected")
	for range 40 { // from the last row to the bar
		if eval[string](b, `document.activeElement.value ?? ""`) == "remove" {
			break
		}
		b.sendKeys("\t")
	}
	b.sendKeys("\r")
	b.waitForText("Remove 2 users from the team?")
	b.waitForText("Skipped")
	b.waitUntil("the breadcrumb to have the focus", `document.activeElement.innerText === "Cancel"`)
	b.sendKeys("\t")
	b.sendKeys("\r")
	b.waitForText("2 users were removed from the team. Freed: 2 Organizer seats.")
	b.waitForText("1 of 25 Organizer seats used")
	b.waitForNoText("ruth@halation.example")
	b.assertAccessible("a result")
	b.press("Dismiss")
	b.waitForNoText("were removed from the team")
}

func TestBulk_SelectionSurvivesRefresh(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for _, name := range []string{"a", "b"} {
		hookstest.Member(t, server.App, team, name+"@halation.example")
	}
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	b.sendKeys("j")
	b.sendKeys("x")
	b.waitForText("1 selected")
	b.sendKeys("b") // to the bar, which keeps the focus
	b.waitForFocus("Tag")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example")
	b.waitForText("lucia@halation.example")
	b.waitForText("1 selected")
	b.waitForFocus("Tag")
	b.assertAccessible("selected rows")
}

func TestBulkRemove_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	ruth := hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.disableScript()
	b.visit("/admin/halation-post/users")
	b.do(chromedp.Click(`input[value="` + ruth.Id + `"]`))
	b.do(chromedp.Click(`button[value="remove"]`))
	b.do(chromedp.WaitVisible(`dialog[open] button[form="confirm-f"]`))
	b.do(chromedp.Click(`dialog[open] button[form="confirm-f"]`))
	b.do(chromedp.WaitVisible(`.receipt`))
	if n := hookstest.Count(t, server.App, "memberships"); n != 1 {
		t.Errorf("got %d users left, want 1", n)
	}
}

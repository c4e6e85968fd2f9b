package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/hookstest"
)

// rowVisible reports whether the current row of the list is in view, below the top bar.
const rowVisible = `(() => { const box = document.querySelector("tr[data-current]")?.getBoundingClientRect(); return !!box && box.top >= 52 && box.bottom <= innerHeight })()`

func TestDetails_NextAndPrevious_FollowTheListAcrossPages(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for n := range 53 {
		hookstest.Member(t, server.App, team, fmt.Sprintf("a-member%02d@halation.example", n))
	}
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	open := func(position string) {
		t.Helper()
		b.waitUntil("the details of "+position, fmt.Sprintf(`document.querySelector("#details header p")?.innerText === %q && document.activeElement.id === "details-title" && %s`, position, rowVisible))
	}
	b.sendKeys("j")
	b.pressEnter()
	open("1 of 54")
	b.press("A-member44")
	open("45 of 54")
	for n := 46; n <= 52; n++ {
		b.sendKeys("j")
		open(fmt.Sprintf("%d of 54", n))
	}
	b.waitForText("51 to 54 of 54")
	b.press("Previous")
	b.press("Previous")
	open("50 of 54")
	b.waitForText("1 to 50 of 54")
	reloaded := eval[string](b, `document.querySelector("#details-title").innerText`)
	b.visit(eval[string](b, `location.href`))
	b.waitForText("50 of 54")
	if got := eval[string](b, `document.querySelector("#details-title").innerText`); got != reloaded {
		t.Errorf("a reload shows %s, want %s", got, reloaded)
	}
	b.sendKeys(kb.Escape)
	b.waitUntil("no details", `document.querySelector("#details").hidden`)
	b.waitUntil("the focus on the row", fmt.Sprintf(`document.activeElement.matches("a[data-row]") && document.activeElement.innerText.includes(%q)`, reloaded))
}

func TestEscape_ClearsTheSelection_UnlessSomethingIsOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	b.sendKeys("j")
	b.sendKeys("x")
	b.sendKeys("j")
	b.sendKeys("x")
	b.waitForText("2 selected")
	here := eval[string](b, focusName)
	selected := func(what string, want int) {
		t.Helper()
		b.waitUntil(what, fmt.Sprintf(`document.querySelectorAll("input[data-select]:checked").length === %d`, want))
	}
	b.pressCtrl("k")
	b.waitForOption("Add users")
	b.sendKeys(kb.Escape)
	b.waitForFocus(here)
	selected("the selection after a dialog", 2)
	b.pressEnter()
	b.waitUntil("the details", `!!document.querySelector("#details-title")`)
	b.sendKeys(kb.Escape)
	b.waitUntil("no details", `document.querySelector("#details").hidden`)
	b.waitForFocus(here)
	selected("the selection after the details", 2)
	b.sendKeys("/")
	b.sendKeys(kb.Escape)
	selected("the selection after a field", 2)
	b.sendKeys(kb.ArrowDown)
	b.sendKeys(kb.Escape)
	selected("no selection", 0)
	b.waitUntil("the focus in the list", `document.activeElement.matches("a[data-row]")`)
}

func TestShortcuts_ListWhatWorksOnThePage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	for path, c := range map[string]struct{ lists, not string }{
		"/admin/halation-post/users":    {"Next row; Select the row; Clear the selection; Search by name or email; Search or go to", "Close the details; New session; Calendar"},
		"/admin/halation-post/settings": {"Search or go to; Show keyboard shortcuts", "Next row; Close the details"},
		"/admin/halation-post/rooms":    {"Next row; Search by name or link", "Select the row"},
		"/app/halation-post/calendar":   {"New session; Today; Next week; Move between sessions and free times", "Next row"},
		"/account":                      {"Show keyboard shortcuts", "Search or go to; Next row"},
	} {
		b.visit(path)
		b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
		b.sendKeys("?")
		b.waitForText("Show keyboard shortcuts")
		text := eval[string](b, `document.querySelector("#shortcuts").innerText`)
		for _, want := range strings.Split(c.lists, "; ") {
			if !strings.Contains(text, want) {
				t.Errorf("%s doesn't list %q: %s", path, want, text)
			}
		}
		for _, not := range strings.Split(c.not, "; ") {
			if strings.Contains(text, not) {
				t.Errorf("%s lists %q: %s", path, not, text)
			}
		}
		b.assertAccessible("the shortcuts of " + path)
		b.sendKeys(kb.Escape)
		b.waitUntil("no dialog", `!document.getElementById("shortcuts")`)
	}
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	b.pressKey("/")
	b.waitUntil("the focus in the field", `document.activeElement.id === "q"`)
	b.sendKeys("?")
	b.waitUntil("a question mark in the field", `document.activeElement.value === "?" && !document.getElementById("shortcuts")`)
	b.press("Account, theme")
	b.press("Keyboard shortcuts")
	b.waitForText("Show keyboard shortcuts")
	b.press("Done")
	b.waitForFocus("Account, theme")
	b.pressCtrl("k")
	b.sendKeys("keyboard")
	b.waitForOption("Keyboard shortcuts")
	b.pressEnter()
	b.waitForText("Show keyboard shortcuts")
	b.press("Done")
	b.waitForFocus("Account, theme")
}

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestUnsaved_LeavingAsks(t *testing.T) {
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	asks := func(what string, want int) {
		t.Helper()
		if got := b.stayOn(true); got != want {
			t.Errorf("%s: asked %d times, want %d", what, got, want)
		}
	}
	touched := loadedScript("unsaved")
	b.stayOn(true)

	b.visit("/admin/halation-post/settings")
	b.waitForStream()
	b.fill("Description", "Post-production in Lisbon")
	b.waitUntil("the script", touched)
	b.press("Audit log")
	b.waitUntil("the page with its text and no busy link", `location.pathname.endsWith("/settings") && document.querySelector("[name=description]").value === "Post-production in Lisbon" && !document.querySelector("a[aria-busy]")`)
	asks("leaving", 1)
	b.press("Save")
	b.waitForText("Settings saved.")
	b.press("Audit log")
	b.waitForURL("/audit")
	asks("after saving", 0)

	b.visit("/admin/halation-post/users")
	b.waitForStream()
	b.fill("Search by name or email", "anneke")
	b.waitForURL("q=anneke")
	b.press("Anneke")
	b.fill("Add tag", "Vendor")
	b.press("Close details")
	b.waitUntil("the details with their text", `document.querySelector("#add-tag")?.value === "Vendor" && !document.querySelector("[aria-busy]")`)
	asks("closing the details", 1)
	b.fill("Add tag", "Vendors")
	b.pressEnter()
	b.waitForText("Tags saved for Anneke")
	b.press("Close details")
	b.waitUntil("no details", `document.querySelector("#details").hidden`)
	b.press("Audit log")
	b.waitForURL("/audit")
	asks("after tagging", 0)

	b.visit("/app/halation-post/sessions/new")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	b.press("Home")
	b.waitUntil("the home page", `location.pathname === "/app/halation-post"`)
	asks("leaving an untouched form", 0)
	b.visit("/app/halation-post/sessions/new")
	b.fill("Title", "Kestrel")
	b.waitUntil("the script", touched)
	b.fill("Title", kb.Backspace)
	b.press("Calendar")
	b.waitForURL("/calendar")
	asks("leaving a form as it was", 0)
}

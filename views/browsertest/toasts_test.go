package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
)

func TestToast_PageIsLeft_AbortedRequestsAreSilent(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	hookstest.Account(t, server.App, "marta@halation.example")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/account")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	const failed = `document.dispatchEvent(new CustomEvent("htmx:error", {detail: {error: new TypeError("NetworkError")}})); document.querySelectorAll(".toast-ours").length`
	if n := eval[int](b, `window.dispatchEvent(new Event("beforeunload")); `+failed); n != 0 {
		t.Errorf("got %d announcements while leaving, want 0", n)
	}
	b.visit("/account")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	if n := eval[int](b, failed); n != 1 {
		t.Errorf("got %d announcements while open, want 1", n)
	}
}

func TestToast_MovedFromUnderThePointer_Disappears(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	b.pressCtrl("k")
	b.waitForOption("Add users")
	eval[bool](b, `(document.dispatchEvent(new CustomEvent("htmx:error", {detail: {}})), document.querySelector("dialog:modal .toast-ours").dispatchEvent(new MouseEvent("mouseover", {bubbles: true})))`)
	b.sendKeys(kb.Escape)
	b.waitUntil("the toast over the page", `!!document.querySelector("body > #toasts > .toast-ours")`)
	b.waitUntil("no toast", `!document.querySelector(".toast-ours")`)
}

// An Undo that was used is gone, and the list stays where it was.
func TestToast_UndoOfARoom_IsUsedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for n := range 30 {
		_, err := rooms.Create(f.App, hookstest.Actor(t, f.App, f.Owner, f.Team), rooms.Profile{Name: new(fmt.Sprintf("Suite %02d", n))})
		must(t, err)
	}
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/rooms")
	b.waitForStream()
	b.press("Suite 20")
	b.press("Archive room…")
	b.waitForText("Archive Suite 20?")
	eval[bool](b, `(window.stays = true, true)`)
	b.press("Archive room")
	b.waitForText("This room is archived.")
	scrolled := eval[float64](b, `window.scrollTo(0, 600), window.scrollY`)
	if scrolled == 0 {
		t.Fatal("the list doesn't scroll")
	}
	eval[bool](b, `(document.querySelector("#toasts button[type=submit]").focus({preventScroll: true}), true)`)
	b.pressEnter()
	b.waitForText("Suite 20 was restored.")
	b.waitUntil("the same page with one toast", fmt.Sprintf(`window.stays && document.querySelectorAll("#toasts .toast-ours").length === 1 && window.scrollY === %v`, scrolled))
	b.waitForFocus("Suite 20")
}

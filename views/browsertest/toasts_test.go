package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/hookstest"
)

func TestToast_PageIsLeft_AbortedRequestsAreSilent(t *testing.T) {
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

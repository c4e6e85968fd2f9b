package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/sessions"
)

// openers are what opens a dialog, as far as it can be pressed now.
const openers = `[...document.querySelectorAll("[data-dialog-open], a[hx-target='#dialog'], [data-find]")].filter(e =>
	e.checkVisibility({visibilityProperty: true}) && !e.closest("dialog, details:not([open])") && !e.matches("[aria-disabled=true], :disabled"))`

// TestEveryDialogTakesTheFocusAndGivesItBack opens all that a page can open, with the keyboard.
func TestEveryDialogTakesTheFocusAndGivesItBack(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	panel, home := "/admin/halation-post", "/app/halation-post"
	opened := 0
	for _, page := range []string{panel, panel + "/users", panel + "/rooms", panel + "/settings", home, home + "/sessions", home + "/calendar", home + "/rooms"} {
		b.visit(page)
		opened += b.dialogs(page)
	}
	for _, list := range []string{panel + "/users", panel + "/rooms", home + "/sessions"} {
		b.visit(list)
		b.until("the page's script", `document.readyState === "complete"`)
		b.keys("j" + kb.Enter)
		b.until("the details", `!!document.querySelector("#details:not([hidden])")`)
		opened += b.dialogs("the details of " + list)
	}
	if opened < 15 {
		t.Errorf("%d dialogs", opened)
	}
}

func TestEveryDialogOfALiveSessionTakesTheFocusAndGivesItBack(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	host.sees(m.person(noor))
	guest.sees(m.person(m.host.Email()))
	if host.dialogs("the session of a host") == 0 {
		t.Error("no dialog")
	}
	for _, words := range []string{"Devices", "Leave"} {
		host.reach(words)
		host.takes("a session", words)
	}
	host.reach("What you can do about Noor")
	host.keys(kb.Enter)
	host.reach("Put out…")
	host.enter()
	host.until("a dialog with the focus", inside)
	host.keys(kb.Escape)
	host.holds("Put out…")
	if guest.dialogs("the session of a guest") == 0 {
		t.Error("no dialog")
	}
	guest.size(390, 844)
	guest.reach("More")
	guest.enter()
	guest.reach("Devices")
	guest.enter()
	guest.until("a dialog with the focus", inside)
	guest.keys(kb.Escape)
	guest.holds("More")
}

// inside says that a modal dialog is open and has the focus: on a field, or on what does no harm.
const inside = `(() => { const dialog = [...document.querySelectorAll("dialog:modal")].at(-1), at = document.activeElement;
	return !!dialog && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling") && dialog.contains(at) && at !== dialog && !at.matches("[data-variant=destructive]") && at.checkVisibility() })()`

// dialogs opens every dialog of the page, and says how many there are.
func (b *tab) dialogs(page string) int {
	b.t.Helper()
	b.until("the page's script", `document.readyState === "complete"`)
	count := eval[int](b, openers+`.length`)
	for n := range count {
		name := eval[string](b, fmt.Sprintf(`(() => { const e = %s[%d]; e.focus(); return %s })()`, openers, n, named))
		b.takes(page, name)
	}
	return count
}

// takes opens with Enter what has the focus, which must come back to it.
func (b *tab) takes(page, name string) {
	b.t.Helper()
	b.enter()
	b.until(fmt.Sprintf("a dialog of %s with the focus, behind %q", page, name), inside)
	b.keys(kb.Escape)
	b.until(fmt.Sprintf("the dialog of %s behind %q closed by Esc", page, name), `!document.querySelector("dialog:modal")`)
	b.holds(name)
}

// TestAToastIsSeenAndHeardOverADialog has the toasts where a modal dialog leaves the page alone.
func TestAToastIsSeenAndHeardOverADialog(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.until("the page's script", `document.readyState === "complete"`)
	const on = `(() => { const toast = document.querySelector("#toasts[role=status] > .toast-ours"), box = toast?.getBoundingClientRect();
		return !!toast && toast.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)) })()`
	for _, width := range []int64{1440, 390} {
		b.size(width, 844)
		b.ctrl("k")
		b.marked("Add users")
		eval[bool](b, `document.dispatchEvent(new CustomEvent("htmx:error", {detail: {}}))`)
		b.until("the toast over the dialog", `!!document.querySelector("dialog:modal #toasts > .toast-ours") && `+on)
		b.accessible("a toast over a dialog")
		b.keys(kb.Escape)
		b.until("the toast over the page", `!!document.querySelector("body > #toasts > .toast-ours") && `+on)
		eval[bool](b, `(document.querySelector(".toast-ours").remove(), true)`)
	}
}

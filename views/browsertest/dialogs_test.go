package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"usher/hooks/sessions"
)

// dialogOpeners selects the visible elements that open a dialog.
const dialogOpeners = `[...document.querySelectorAll("[data-dialog-open], a[hx-target='#dialog'], [data-find]")].filter(e =>
	e.checkVisibility({visibilityProperty: true}) && !e.closest("dialog, details:not([open])") && !e.matches("[aria-disabled=true], :disabled"))`

// TestDialogs_TakeAndReturnFocus opens every dialog of several pages with the keyboard.
func TestDialogs_TakeAndReturnFocus(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	panel, home := "/admin/halation-post", "/app/halation-post"
	opened := 0
	for _, page := range []string{panel, panel + "/users", panel + "/rooms", panel + "/settings", home, home + "/sessions", home + "/calendar", home + "/rooms"} {
		b.visit(page)
		opened += b.checkDialogs(page)
	}
	for _, list := range []string{panel + "/users", panel + "/rooms", home + "/sessions"} {
		b.visit(list)
		b.waitUntil("the page's script", `document.readyState === "complete"`)
		b.sendKeys("j" + kb.Enter)
		b.waitUntil("the details", `!!document.querySelector("#details:not([hidden])")`)
		opened += b.checkDialogs("the details of " + list)
	}
	if opened < 15 {
		t.Errorf("got %d dialogs, want at least 15", opened)
	}
}

func TestDialogs_LivePage_TakeAndReturnFocus(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	host.waitForVideo(m.participantID(noor))
	guest.waitForVideo(m.participantID(m.host.Email()))
	if host.checkDialogs("the session of a host") == 0 {
		t.Error("no dialog")
	}
	for _, words := range []string{"Devices", "Leave"} {
		host.focusByTab(words)
		host.checkDialog("a session", words)
	}
	host.focusByTab("Actions for Noor")
	host.sendKeys(kb.Enter)
	host.focusByTab("Remove…")
	host.pressEnter()
	host.waitUntil("a dialog with the focus", dialogHasFocus)
	host.sendKeys(kb.Escape)
	host.waitForFocus("Remove…")
	if guest.checkDialogs("the session of a guest") == 0 {
		t.Error("no dialog")
	}
	guest.resize(390, 844)
	guest.focusByTab("More")
	guest.pressEnter()
	guest.focusByTab("Devices")
	guest.pressEnter()
	guest.waitUntil("a dialog with the focus", dialogHasFocus)
	guest.sendKeys(kb.Escape)
	guest.waitForFocus("More")
}

// dialogHasFocus reports whether a modal dialog is open and has the focus, on a field or a harmless button.
const dialogHasFocus = `(() => { const dialog = [...document.querySelectorAll("dialog:modal")].at(-1), at = document.activeElement;
	return !!dialog && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling") && dialog.contains(at) && at !== dialog && !at.matches("[data-variant=destructive]") && at.checkVisibility() })()`

// checkDialogs opens every dialog of the page and returns their number.
func (b *tab) checkDialogs(page string) int {
	b.t.Helper()
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	count := eval[int](b, dialogOpeners+`.length`)
	for n := range count {
		name := eval[string](b, fmt.Sprintf(`(() => { const e = %s[%d]; e.focus(); return %s })()`, dialogOpeners, n, focusName))
		b.checkDialog(page, name)
	}
	return count
}

// checkDialog opens a dialog with Enter; afterwards the focus must return.
func (b *tab) checkDialog(page, name string) {
	b.t.Helper()
	b.pressEnter()
	b.waitUntil(fmt.Sprintf("a dialog of %s with the focus, behind %q", page, name), dialogHasFocus)
	b.sendKeys(kb.Escape)
	b.waitUntil(fmt.Sprintf("the dialog of %s behind %q closed by Esc", page, name), `!document.querySelector("dialog:modal")`)
	b.waitForFocus(name)
}

// TestToast_OverADialog_IsVisible shows toasts where a modal dialog leaves the page unobscured.
func TestToast_OverADialog_IsVisible(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	const on = `(() => { const toast = document.querySelector("#toasts[role=status] > .toast-ours"), box = toast?.getBoundingClientRect();
		return !!toast && toast.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)) })()`
	for _, width := range []int64{1440, 390} {
		b.resize(width, 844)
		b.pressCtrl("k")
		b.waitForOption("Add users")
		eval[bool](b, `document.dispatchEvent(new CustomEvent("htmx:error", {detail: {}}))`)
		b.waitUntil("the toast over the dialog", `!!document.querySelector("dialog:modal #toasts > .toast-ours") && `+on)
		eval[bool](b, `document.querySelector(".toast-ours").dispatchEvent(new MouseEvent("mouseover", {bubbles: true}))`) // it stays while it is read
		b.assertAccessible("a toast over a dialog")
		b.sendKeys(kb.Escape)
		b.waitUntil("the toast over the page", `!!document.querySelector("body > #toasts > .toast-ours") && `+on)
		eval[bool](b, `(document.querySelector(".toast-ours").remove(), true)`)
	}
}

// A link in a dialog that opens elsewhere leaves the dialog and what was typed in it, so nothing is asked.
func TestDialog_LinkToANewTab_AsksNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users/add")
	b.waitUntil("the script of the question", loadedScript("discard"))
	b.fill("Email addresses", "lucia@halation.example")
	press := func(how string) bool {
		return eval[bool](b, `(() => { const link = document.querySelector("#add-users a[href]:not([download])"), stop = event => event.preventDefault(); window.addEventListener("click", stop);
			`+how+`; window.removeEventListener("click", stop); const asks = document.getElementById("discard-list"), asked = asks.open; asks.close(); return asked })()`)
	}
	for _, key := range []string{"ctrlKey", "metaKey", "shiftKey", "altKey"} {
		if press(`link.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, ` + key + `: true}))`) {
			t.Errorf("asks although %s opens the link elsewhere", key)
		}
	}
	if press(`link.target = "_blank"; link.click(); link.removeAttribute("target")`) {
		t.Error("asks although the link opens a new tab")
	}
	if !press(`link.click()`) {
		t.Error("leaves the dialog without asking")
	}
}

package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"usher/hooks/hookstest"
)

func TestDetails_Action_KeepsPageAndFocus(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for n := range 30 {
		hookstest.Member(t, server.App, team, fmt.Sprintf("member%02d@halation.example", n))
	}
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users?sort=-person")
	b.waitForStream()
	b.sendKeys("j")
	b.sendKeys("j")
	b.sendKeys("x")
	b.waitForText("1 selected")
	eval[bool](b, `([...document.querySelectorAll("#rows a[data-row]")].find(row => row.innerText.includes("Ruth")).click(), true)`)
	b.waitForText("Revoke role…")
	eval[bool](b, `(window.stays = true, window.scrollTo(0, 300), true)`)
	scrolled := eval[float64](b, `window.scrollY`)
	check := func(action string) {
		t.Helper()
		b.waitUntil("the page as it was after "+action, fmt.Sprintf(`window.stays && location.search === "?sort=-person" && !!document.querySelector("#details:not([hidden])") &&
			document.querySelectorAll("input[data-select]:checked").length === 1 && window.scrollY === %v && !document.querySelector("dialog[open]")`, scrolled))
	}
	b.fill("Add tag", "Vendor, Kestrel")
	b.pressEnter()
	b.waitForText("Tags saved for Ruth.")
	check("tagging")
	b.waitForFocus("Add tag")
	b.focusByTab("Remove tag Kestrel", true)
	b.pressEnter()
	b.waitUntil("one tag", `document.querySelectorAll("#details .chips > .tag").length === 1`)
	check("removing a tag")
	b.waitForFocus("Remove tag Vendor")
	b.press("Revoke role…")
	b.waitForText("Revoke the Organizer role from Ruth?")
	scrolled = eval[float64](b, `window.scrollY`) // a press may scroll to what is pressed
	b.press("Revoke role")
	b.waitForText("Ruth is no longer an Organizer.")
	check("revoking a role")
	b.waitForFocus("Invite as Organizer…")
	eval[bool](b, `([...document.querySelectorAll("#toasts button[type=submit]")].at(-1).focus({preventScroll: true}), true)`)
	b.pressEnter()
	b.waitForText("Ruth is an Organizer again.")
	check("undoing")
	b.waitForFocus("Ruth")
}

// What is focused again after a swap says the same as before, and can be pressed.
func TestReady_Now_FindsTheSameControl(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	b := openTab(t, server.URL)
	b.visit("/signin")
	source, err := os.ReadFile("../../static/js/ready.js") // which is part of a bundle
	must(t, err)
	script := strings.ReplaceAll(string(source), "export function", "function")
	find := func(gone string) string {
		return eval[string](b, fmt.Sprintf(`(() => { %s; const old = document.createElement("div"); old.innerHTML = %q; return now(old.firstChild)?.id ?? "" })()`, script, gone))
	}
	eval[bool](b, `(document.querySelector("main").innerHTML = '<button class="x" disabled id="1">Send</button><button class="x" id="2">Stop</button><button class="x" id="3">Send</button><a href="/y" id="4">New</a><button id="5" disabled>Wait</button>', true)`)
	for gone, want := range map[string]string{
		`<button class="x">Send</button>`:  "3",
		`<button class="x">Other</button>`: "",
		`<a href="/y">Old</a>`:             "4",
		`<button id="5">Resend</button>`:   "",
	} {
		if got := find(gone); got != want {
			t.Errorf("%s is now %q, want %q", gone, got, want)
		}
	}
}

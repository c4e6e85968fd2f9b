package browsertest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// focusName returns the accessible name of the focused element.
const focusName = `(e => (e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "").replace(/\s+/g, " ").trim())(document.activeElement)`

// focusByTab presses Tab, or Shift and Tab, until the named element has the focus.
func (b *tab) focusByTab(words string, back ...bool) {
	b.t.Helper()
	b.focusInSteps(200, words, len(back) > 0 && back[0])
}

// focusInSteps is focusByTab with at most that many presses.
func (b *tab) focusWithin(most int, words string) {
	b.t.Helper()
	b.focusInSteps(most, words, false)
}

func (b *tab) focusInSteps(most int, words string, back bool) {
	b.t.Helper()
	for range most {
		if strings.HasPrefix(eval[string](b, focusName), words) {
			return
		}
		b.pressTab(back)
	}
	b.fatalf("%d Tabs lead to nothing called %q", most, words)
}

func (b *tab) pressTab(back bool) {
	b.t.Helper()
	if back {
		b.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	} else {
		b.sendKeys(kb.Tab)
	}
}

// waitForFocus waits until the named element has the focus.
func (b *tab) waitForFocus(words string) {
	b.t.Helper()
	b.waitUntil("the focus on "+words, fmt.Sprintf(`%s.startsWith(%q)`, focusName, words))
}

// pressKey presses a key as a keyboard does: a key that the page handles isn't typed as well.
func (b *tab) pressKey(key string) {
	b.t.Helper()
	b.dispatchKey(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
}

// pressEnter presses Enter as a keyboard does.
func (b *tab) pressEnter() {
	b.t.Helper()
	b.dispatchKey(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"})
	b.dispatchKey(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
}

func (b *tab) dispatchKey(event input.DispatchKeyEventParams) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event)
		return err
	}))
}

// TestUsers_CleanUpByKeyboard removes users with the keyboard only.
func TestUsers_CleanUpByKeyboard(t *testing.T) {
	t.Parallel()
	defaultBrowser.start(t)
	server := viewstest.Serve(t, hookstest.Config()) // no email: sending would change the list during the test
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "business")
	var crew []string
	for n := range 40 {
		crew = append(crew, hookstest.Member(t, server.App, team, fmt.Sprintf("crew%02d@halation.example", n), "organizer").Id)
	}
	for n := range 19 {
		hookstest.Invite(t, server.App, owner, team, fmt.Sprintf("asked%02d@halation.example", n), "organizer")
	}
	_, err := bulk.Do(server.App, hookstest.Actor(t, server.App, owner, team), bulk.Action{Kind: bulk.Tag, AddTags: []string{"Kestrel"}}, crew[:12])
	must(t, err)

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.waitForStream()
	b.waitForText("41 of 100 Organizer seats used, 19 reserved")

	b.pressKey("/")
	b.waitForFocus("Search by name or email")
	b.sendKeys("crew")
	b.waitForText("1 to 40 of 40")
	b.waitForFocus("Search by name or email")
	b.focusByTab("Tag")
	b.sendKeys("k") // a select jumps to the option with this letter
	b.waitForText("1 to 12 of 12")
	b.waitForURL("tag=Kestrel")
	b.waitForFocus("Tag")
	b.sendKeys(kb.Escape + "jxjxjxkx")
	b.waitForText("2 selected")
	b.focusByTab("Remove")
	b.sendKeys(kb.Enter)
	b.waitForFocus("Cancel")
	b.sendKeys(kb.Escape)
	b.waitForFocus("Remove") // back at the button that asked
	b.waitForText("2 selected")
	b.sendKeys(kb.Enter)
	b.waitForText("Remove 2 users from the team?")
	b.waitForText("Crew00")
	b.waitForFocus("Cancel")
	b.sendKeys(kb.Tab)
	b.waitForFocus("Remove")
	b.sendKeys(kb.Enter)
	b.waitForText("2 users were removed from the team. Freed: 2 Organizer seats.")
	b.waitForFocus("Result")
	b.waitForText("1 to 10 of 10")
	b.waitForURL("tag=Kestrel")
	b.waitForText("39 of 100 Organizer seats used")
	b.focusByTab("Dismiss")
	b.sendKeys(kb.Enter)
	b.waitForNoText("were removed from the team")
	b.waitForStream()
	b.waitForURL("tag=Kestrel")

	b.focusByTab("Pending")
	b.sendKeys(kb.Enter)
	b.waitForText("No users match “crew”.")
	b.focusByTab("Clear filters")
	b.sendKeys(kb.Enter)
	b.waitForText("Pending 19")
	b.focusByTab("Pending 19")
	b.sendKeys(kb.Enter)
	b.waitForText("1 to 19 of 19")
	b.waitForFocus("Pending 19")
	b.focusByTab("Select all on this page")
	b.sendKeys(" ")
	b.waitForText("19 selected")
	b.focusByTab("Revoke")
	b.sendKeys(kb.Enter)
	b.waitForText("What do you want to revoke?")
	b.focusByTab("Pending invitations")
	b.sendKeys(kb.Enter)
	b.waitForText("Revoke 19 invitations?")
	b.waitForFocus("Cancel")
	b.focusByTab("Revoke")
	b.sendKeys(kb.Enter)
	b.waitForText("19 invitations were revoked.")
	b.waitForText("39 of 100 Organizer seats used, 0 reserved")

	b.focusByTab("All 58")
	b.sendKeys(kb.Enter)
	b.waitForText("Crew10")
	b.sendKeys("jxjx")
	b.waitForText("2 selected")
	b.focusByTab("Tag…")
	b.sendKeys(kb.Enter)
	b.waitForFocus("Add")
	b.sendKeys("Vendor" + kb.Enter)
	b.waitForText("Tags were updated for 2 users.")

	b.focusByTab("Dismiss")
	b.sendKeys(kb.Enter)
	b.waitForNoText("Tags were updated for")
	b.waitForStream() // a new page, which listens to keys from now on
	b.sendKeys("jjj" + kb.Enter)
	b.waitForText("All activity")
	b.waitForFocus("asked02")
	b.focusByTab("Add tag")
	b.focusByTab("Close details", true)
	b.sendKeys(kb.Escape)
	b.waitForNoText("All activity")
	b.waitForFocus("AS asked02") // the row

	b.pressCtrl("k")
	b.waitForOption("Add users")
	b.sendKeys("crew20")
	b.waitForOption("Crew20")
	b.sendKeys(kb.Enter)
	b.waitForText("All activity")
	b.waitForFocus("Crew20")
	b.focusWithin(20, "Remove user")
	b.sendKeys(kb.Enter)
	b.waitForText("Remove Crew20 from")
	b.waitForFocus("Cancel")
	b.sendKeys(kb.Escape)
	b.waitForFocus("Remove")
	b.sendKeys(kb.Escape)
	b.waitForNoText("All activity")
	b.pressCtrl("k")
	b.waitForOption("Add users")
	b.sendKeys("settings")
	b.waitForOption("Settings")
	b.sendKeys(kb.Enter)
	b.waitForURL("/admin/halation-post/settings")
	b.waitForFocus("Settings")
}

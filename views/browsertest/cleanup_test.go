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

// named is what is called by these words for somebody who cannot see, at what has the focus.
const named = `(e => (e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "").replace(/\s+/g, " ").trim())(document.activeElement)`

// reach goes on by Tab, or back by Shift and Tab, to what these words name.
func (b *tab) reach(words string, back ...bool) {
	b.t.Helper()
	b.steps(200, words, len(back) > 0 && back[0])
}

// reachWithin is reach where the way is not to be longer than that many Tabs.
func (b *tab) reachWithin(most int, words string) {
	b.t.Helper()
	b.steps(most, words, false)
}

func (b *tab) steps(most int, words string, back bool) {
	b.t.Helper()
	for range most {
		if strings.HasPrefix(eval[string](b, named), words) {
			return
		}
		b.next(back)
	}
	b.fail("%d Tabs lead to nothing called %q", most, words)
}

func (b *tab) next(back bool) {
	b.t.Helper()
	if back {
		b.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	} else {
		b.keys(kb.Tab)
	}
}

// holds waits until what these words name has the focus.
func (b *tab) holds(words string) {
	b.t.Helper()
	b.until("the focus on "+words, fmt.Sprintf(`%s.startsWith(%q)`, named, words))
}

// stroke is one key as a keyboard sends it: what the page takes for itself is not typed as well.
func (b *tab) stroke(key string) {
	b.t.Helper()
	b.sends(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
}

// enter is Enter as a keyboard sends it.
func (b *tab) enter() {
	b.t.Helper()
	b.sends(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"})
	b.sends(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
}

func (b *tab) sends(event input.DispatchKeyEventParams) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event)
		return err
	}))
}

// TestATeamOfSixtyIsCleanedUpByKeyboardAlone is the walk of an admin whose mouse is not plugged in.
func TestATeamOfSixtyIsCleanedUpByKeyboardAlone(t *testing.T) {
	usual.start(t)
	server := viewstest.Serve(t, hookstest.Config()) // no mail: letters that leave would change the list under the walk
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "business")
	var crew []string
	for n := range 40 {
		crew = append(crew, hookstest.Member(t, server.App, team, fmt.Sprintf("crew%02d@halation.example", n), "organizer").Id)
	}
	for n := range 19 {
		hookstest.Invite(t, server.App, owner, team, fmt.Sprintf("asked%02d@halation.example", n), "organizer")
	}
	_, err := bulk.Do(server.App, hookstest.Actor(t, server.App, owner, team), bulk.Deed{Kind: bulk.Tag, Add: []string{"Kestrel"}}, crew[:12])
	must(t, err)

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.connected()
	b.see("41 of 100 Organizer seats used, 19 reserved")

	b.stroke("/")
	b.holds("Search by name or address")
	b.keys("crew")
	b.see("1 to 40 of 40")
	b.holds("Search by name or address")
	b.reach("Tag")
	b.keys("k") // what a select does with a letter
	b.see("1 to 12 of 12")
	b.at("tag=Kestrel")
	b.holds("Tag")
	b.keys(kb.Escape + "jxjxjxkx")
	b.see("2 selected")
	b.reach("Remove")
	b.keys(kb.Enter)
	b.holds("Cancel")
	b.keys(kb.Escape)
	b.holds("Remove") // back where it was asked
	b.see("2 selected")
	b.keys(kb.Enter)
	b.see("Remove 2 users from the team?")
	b.see("Crew00")
	b.holds("Cancel")
	b.keys(kb.Tab)
	b.holds("Remove")
	b.keys(kb.Enter)
	b.see("2 users were removed from the team. Freed: 2 Organizer seats.")
	b.holds("What was done")
	b.see("1 to 10 of 10")
	b.at("tag=Kestrel")
	b.see("39 of 100 Organizer seats used")
	b.reach("Close this receipt")
	b.keys(kb.Enter)
	b.seeNo("were removed from the team")
	b.connected()
	b.at("tag=Kestrel")

	b.reach("Pending")
	b.keys(kb.Enter)
	b.see("Nobody here has “crew” in their name or address.")
	b.reach("Clear search")
	b.keys(kb.Enter)
	b.see("Pending 19")
	b.reach("Pending 19")
	b.keys(kb.Enter)
	b.see("1 to 19 of 19")
	b.holds("Pending 19")
	b.reach("Select all on this page")
	b.keys(" ")
	b.see("19 selected")
	b.reach("Revoke")
	b.keys(kb.Enter)
	b.see("What do you want to revoke?")
	b.reach("Invitations that wait")
	b.keys(kb.Enter)
	b.see("Revoke 19 invitations?")
	b.holds("Cancel")
	b.reach("Revoke")
	b.keys(kb.Enter)
	b.see("19 invitations were revoked.")
	b.see("39 of 100 Organizer seats used, 0 reserved")

	b.reach("All 58")
	b.keys(kb.Enter)
	b.see("Crew10")
	b.keys("jxjx")
	b.see("2 selected")
	b.reach("Tag…")
	b.keys(kb.Enter)
	b.holds("Add")
	b.keys("Vendor" + kb.Enter)
	b.see("The tags of 2 users were changed.")

	b.reach("Close this receipt")
	b.keys(kb.Enter)
	b.seeNo("The tags of 2 users")
	b.connected() // a new page, whose keys are heard from now on
	b.keys("jjj" + kb.Enter)
	b.see("All activity")
	b.holds("asked02")
	b.reach("Add a tag")
	b.reach("Close details", true)
	b.keys(kb.Escape)
	b.seeNo("All activity")
	b.holds("AS asked02") // the row

	b.ctrl("k")
	b.marked("Add users")
	b.keys("crew20")
	b.marked("Crew20")
	b.keys(kb.Enter)
	b.see("All activity")
	b.holds("Crew20")
	b.reachWithin(20, "Remove")
	b.keys(kb.Enter)
	b.see("Remove Crew20 from")
	b.holds("Cancel")
	b.keys(kb.Escape)
	b.holds("Remove")
	b.keys(kb.Escape)
	b.seeNo("All activity")
	b.ctrl("k")
	b.marked("Add users")
	b.keys("settings")
	b.marked("Settings")
	b.keys(kb.Enter)
	b.at("/admin/halation-post/settings")
	b.holds("Settings")
}

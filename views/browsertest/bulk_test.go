package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
)

func TestManyAreRemovedByKeyboardAlone(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	hookstest.Member(t, server.App, team, "theo@halation.example", "organizer")

	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.until("no bar while nothing is chosen", `getComputedStyle(document.querySelector("[data-bulk]")).display === "none"`)
	for range 3 {
		b.keys("j")
		b.keys("x")
	}
	b.see("3 selected")
	for range 40 { // on from the last row to the bar
		if eval[string](b, `document.activeElement.value ?? ""`) == "remove" {
			break
		}
		b.keys("\t")
	}
	b.keys("\r")
	b.see("Remove 2 users from the team?")
	b.see("Left alone")
	b.until("the way back to have the focus", `document.activeElement.innerText === "Cancel"`)
	b.keys("\t")
	b.keys("\r")
	b.see("2 users were removed from the team. Freed: 2 Organizer seats.")
	b.see("1 of 25 Organizer seats used")
	b.seeNo("ruth@halation.example")
	b.accessible("a receipt")
	b.press("Close this receipt")
	b.seeNo("were removed from the team")
}

func TestWhatIsChosenOutlivesARefresh(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	for _, name := range []string{"a", "b"} {
		hookstest.Member(t, server.App, team, name+"@halation.example")
	}
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	b.connected()
	b.keys("j")
	b.keys("x")
	b.see("1 selected")
	b.keys("b") // to the bar, where the focus is to stay
	b.holds("Tag")
	hookstest.Invite(t, server.App, owner, team, "lucia@halation.example")
	b.see("lucia@halation.example")
	b.see("1 selected")
	b.holds("Tag")
	b.accessible("rows that are chosen")
}

func TestManyAreRemovedWithoutScript(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	ruth := hookstest.Member(t, server.App, team, "ruth@halation.example", "organizer")
	b := signIn(t, server, "marta@halation.example")
	b.noScript()
	b.visit("/admin/halation-post/users")
	b.do(chromedp.Click(`input[value="` + ruth.Id + `"]`))
	b.do(chromedp.Click(`button[value="remove"]`))
	b.do(chromedp.WaitVisible(`dialog[open] button[form="deed-f"]`))
	b.do(chromedp.Click(`dialog[open] button[form="deed-f"]`))
	b.do(chromedp.WaitVisible(`.receipt`))
	if n := hookstest.Count(t, server.App, "memberships"); n != 1 {
		t.Errorf("%d people are left", n)
	}
}

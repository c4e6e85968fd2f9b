package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

// tabTo presses Tab until what has the focus fits.
func (b *tab) tabTo(what, script string) {
	b.t.Helper()
	for range 60 {
		if eval[bool](b, `(e => `+script+`)(document.activeElement)`) {
			return
		}
		b.keys(kb.Tab)
	}
	b.fail("Tab never came to %s", what)
}

func TestSchedulingByKeyboardAlone(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	b.visit("/app/halation-post/calendar")
	b.until("the page's script", `document.readyState === "complete"`)
	b.keys("n")
	b.at("/sessions/new")
	b.until("the focus in the title", `document.activeElement.id === "title"`)
	b.keys("Kestrel, reel 4 grade")
	b.tabTo("the date", `e.id === "date"`)
	b.keys("12242027")
	b.tabTo("the repetition", `e.id === "repeat"`)
	b.keys("Every wee" + kb.Tab)
	b.see("10 sessions: every week")
	b.tabTo("the people", `e.id === "guests"`)
	b.keys("pri")
	b.until("Priya offered", `document.querySelector("#people-found [aria-selected=true]")?.innerText.includes("Priya Raman")`)
	b.keys(kb.Enter)
	b.until("Priya on the list", `document.querySelector(".people-chosen").innerText.includes("priya@halation.example")`)
	b.keys("dario@lantern-vfx.example,")
	b.until("Dario on the list", `document.querySelector(".people-chosen").innerText.includes("dario@lantern-vfx.example")`)
	b.tabTo("her part", `e.tagName === "SELECT" && e.ariaLabel === "Part of Priya Raman"`)
	b.keys("Co")
	b.accessible("the form")
	b.tabTo("the button", `e.innerText?.trim() === "Schedule"`)
	b.keys(kb.Enter)
	b.see("The series “Kestrel, reel 4 grade” is scheduled. Invitations go out to 2 people.")
	b.see("number 1 of 10")
	b.see("Co-host")
	b.accessible("the details")
	if n := hookstest.Count(t, house.App, "sessions", dbx.HashExp{"title": "Kestrel, reel 4 grade"}); n != 10 {
		t.Errorf("%d sessions", n)
	}
	b.until("the page's script", `document.readyState === "complete"`)
	b.keys(kb.Escape)
	b.until("the details closed", `!document.querySelector(".details")`)
}

func TestAFreeSlotFillsTheForm(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	b.visit("/app/halation-post/calendar?date=2027-11-18")
	b.see("15 to 21 Nov 2027")
	b.accessible("the week")
	b.until("the page's script", `document.readyState === "complete"`)
	b.keys(kb.ArrowDown)
	b.until("the first slot", `document.activeElement.ariaLabel === "New session, Monday 15 November, 08:00"`)
	b.keys(kb.ArrowRight + kb.ArrowRight + kb.ArrowDown + kb.ArrowDown + kb.ArrowDown)
	b.until("a slot on Wednesday", `document.activeElement.ariaLabel === "New session, Wednesday 17 November, 09:30"`)
	b.keys(kb.Enter)
	b.at("/sessions/new?")
	b.until("the form filled in", `document.getElementById("date").value === "2027-11-17" && document.getElementById("time").value === "09:30"`)
	b.fill("Title", "Conform")
	b.press("Schedule")
	b.see("“Conform” is scheduled.")

	b.visit("/app/halation-post/calendar?date=2027-11-18")
	b.press("Conform")
	b.until("the card", `document.querySelector(".pop h3")?.innerText === "Conform" && document.activeElement.id === "card-title"`)
	b.accessible("a card")
	b.press("Close")
	b.until("the focus back", `!document.querySelector(".pop") && document.activeElement.innerText.includes("Conform")`)
	b.press("Conform")
	b.see("Cancel session…")
	b.press("Cancel session…")
	b.press("Cancel the session")
	b.see("“Conform” is cancelled.")
	for _, view := range []string{"month", "agenda"} {
		b.visit("/app/halation-post/calendar?date=2027-11-18&view=" + view)
		b.accessible("the " + view)
	}
}

func TestSchedulingWithoutJavaScript(t *testing.T) {
	house := furnish(t)
	p := openPlain(t, house.URL)
	p.visit("/signin")
	p.write("email", "marta@halation.example")
	p.write("password", house.Password)
	p.push("Sign in")
	p.read("Later")
	p.visit("/app/halation-post/sessions/new")
	p.write("title", "Dailies")
	p.write("guests", "priya@halation.example, dario@lantern-vfx.example")
	p.push("Schedule")
	p.read("Invitations go out to 2 people.")
	p.read("Priya Raman")
}

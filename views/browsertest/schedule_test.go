package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

// focusMatching presses Tab until the focused element matches.
func (b *tab) focusMatching(what, script string) {
	b.t.Helper()
	for range 60 {
		if eval[bool](b, `(e => `+script+`)(document.activeElement)`) {
			return
		}
		b.sendKeys(kb.Tab)
	}
	b.fatalf("Tab never came to %s", what)
}

func TestSchedule_ByKeyboard(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/app/halation-post/calendar")
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	b.sendKeys("n")
	b.waitForURL("/sessions/new")
	b.waitUntil("the focus in the title", `document.activeElement.id === "title"`)
	b.sendKeys("Kestrel, reel 4 grade")
	b.focusMatching("the date", `e.id === "date"`)
	b.sendKeys("12242027")
	b.focusMatching("the repetition", `e.id === "repeat"`)
	b.sendKeys("Every wee" + kb.Tab)
	b.waitForText("10 sessions: every week")
	b.focusMatching("the people", `e.id === "guests"`)
	b.sendKeys("pri")
	b.waitUntil("Priya offered", `document.querySelector("#people-found [aria-selected=true]")?.innerText.includes("Priya Raman")`)
	b.sendKeys(kb.Enter)
	b.waitUntil("Priya on the list", `document.querySelector(".people-chosen").innerText.includes("priya@halation.example")`)
	b.sendKeys("dario@lantern-vfx.example,")
	b.waitUntil("Dario on the list", `document.querySelector(".people-chosen").innerText.includes("dario@lantern-vfx.example")`)
	b.focusMatching("her part", `e.tagName === "SELECT" && e.ariaLabel === "Role of Priya Raman"`)
	b.sendKeys("Co")
	b.assertAccessible("the form")
	b.focusMatching("the button", `e.innerText?.trim() === "Schedule session"`)
	b.sendKeys(kb.Enter)
	b.waitForText("The series “Kestrel, reel 4 grade” is scheduled. 2 invitations are being sent.")
	b.waitForText("Session 1 of 10")
	b.waitForText("Co-host")
	b.assertAccessible("the details")
	if n := hookstest.Count(t, f.App, "sessions", dbx.HashExp{"title": "Kestrel, reel 4 grade"}); n != 10 {
		t.Errorf("got %d sessions, want 10", n)
	}
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	b.sendKeys(kb.Escape)
	b.waitUntil("the details closed", `!document.querySelector(".details")`)
}

func TestCalendar_FreeSlot_FillsTheForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/app/halation-post/calendar?date=2027-11-18")
	b.waitForText("15 to 21 Nov 2027")
	b.assertAccessible("the week")
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	b.sendKeys(kb.ArrowDown)
	b.waitUntil("the first slot", `document.activeElement.ariaLabel === "New session, Monday 15 November, 08:00"`)
	b.sendKeys(kb.ArrowRight + kb.ArrowRight + kb.ArrowDown + kb.ArrowDown + kb.ArrowDown)
	b.waitUntil("a slot on Wednesday", `document.activeElement.ariaLabel === "New session, Wednesday 17 November, 09:30"`)
	b.sendKeys(kb.Enter)
	b.waitForURL("/sessions/new?")
	b.waitUntil("the form filled in", `document.getElementById("date").value === "2027-11-17" && document.getElementById("time").value === "09:30"`)
	b.fill("Title", "Conform")
	b.press("Schedule session")
	b.waitForText("“Conform” is scheduled.")

	b.visit("/app/halation-post/calendar?date=2027-11-18")
	b.press("Conform")
	b.waitUntil("the card", `document.querySelector(".pop h3")?.innerText === "Conform" && document.activeElement.id === "card-title"`)
	b.assertAccessible("a card")
	b.press("Close")
	b.waitUntil("the focus back", `!document.querySelector(".pop") && document.activeElement.innerText.includes("Conform")`)
	b.press("Conform")
	b.waitForText("Cancel session…")
	b.press("Cancel session…")
	b.waitForText("Keep session")
	b.press("Cancel session")
	b.waitForText("“Conform” was cancelled.")
	for _, view := range []string{"month", "agenda"} {
		b.visit("/app/halation-post/calendar?date=2027-11-18&view=" + view)
		b.assertAccessible("the " + view)
	}
}

func TestSchedule_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := openPlainTab(t, f.URL)
	p.visit("/signin")
	p.fillByName("email", "marta@halation.example")
	p.fillByName("password", f.Password)
	p.clickText("Sign in")
	p.waitForMarkup("Later")
	p.visit("/app/halation-post/sessions/new")
	p.fillByName("title", "Dailies")
	p.fillByName("guests", "priya@halation.example, dario@lantern-vfx.example")
	p.clickText("Schedule session")
	p.waitForMarkup("2 invitations are being sent.")
	p.waitForMarkup("Priya Raman")
}

// A member's name or address that is typed faster than the suggestions appear is that member, and Enter doesn't send the form.
func TestSessionForm_TypedFast_IsTheMember(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	for typed, name := range map[string]string{"priya@halation.example": "Priya Raman", "Priya Raman": "Priya Raman"} {
		b.visit("/app/halation-post/sessions/new")
		b.waitUntil("the list of people", `document.querySelector("[data-people][data-on]")`)
		b.fill("Title", "Dailies")
		b.waitUntil("the focus on the people", `(document.getElementById("guests").focus(), document.activeElement.id === "guests")`)
		b.sendKeys("pri")
		b.waitUntil("suggestions", `document.querySelector("#people-found [aria-selected=true]")`)
		b.waitUntil("an empty field", `(document.getElementById("guests").value = "", true)`)
		b.sendKeys(typed + kb.Enter + kb.Enter)
		b.waitUntil(name+" on the list", `[...document.querySelectorAll(".people-chosen li")].length === 1 && document.querySelector(".people-chosen b").innerText === "`+name+`"`)
		b.waitUntil("the role of a co-host", `document.querySelector(".people-chosen option[value=cohosts]")`)
		if at := eval[string](b, `location.pathname`); at != "/app/halation-post/sessions/new" {
			t.Errorf("%s: Enter led to %s", typed, at)
		}
	}
}

package browsertest

import (
	"fmt"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// crowdedWeek schedules sessions of Marta in the week of 15 November 2027: on Tuesday five at once, on Wednesday three of 15
// minutes and one in the night, on Friday three at once.
func crowdedWeek(t *testing.T, f *fixture) {
	t.Helper()
	add := func(title string, day, hour, minute, minutes int) {
		hookstest.ScheduleSession(t, f.App, f.Owner, f.Team, sessions.Form{Title: title, Starts: time.Date(2027, 11, day, hour, minute, 0, 0, time.UTC), Minutes: minutes})
	}
	for n := range 5 {
		add(fmt.Sprintf("Kestrel, grade review %d", n+1), 16, 10, 0, 60+15*n)
	}
	add("Stand-up of the colour team", 17, 9, 0, 15)
	add("Handover", 17, 9, 15, 15)
	add("Check-in with Lantern", 17, 14, 0, 15)
	add("Overnight conform", 17, 23, 0, 180)
	for n := range 3 {
		add(fmt.Sprintf("Interview %d", n+1), 19, 15, 0, 45)
	}
}

func TestCalendar_CrowdedWeek_StaysReadable(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	crowdedWeek(t, f)
	b := f.signIn(t, "marta@halation.example")
	b.resize(1440, 900)
	b.visit("/app/halation-post/calendar?date=2027-11-16")
	shown := `[...document.querySelectorAll(".cal .ev, .cal .cal-more")].filter(e => e.getClientRects().length)`
	for what, script := range map[string]string{
		"a session of less than 24 pixels":           shown + `.filter(e => e.firstElementChild.getBoundingClientRect().height < 24).length`,
		"a column of less than 40 pixels":            shown + `.filter(e => e.getBoundingClientRect().width < 40).length`,
		"a title beyond its session":                 shown + `.filter(e => e.firstElementChild.scrollHeight > e.firstElementChild.clientHeight + 30).length`,
		"a short session without its title in sight": `["Stand-up", "Handover", "Check-in"].filter(t => !` + shown + `.some(e => e.innerText.includes(t) && e.querySelector("b").getBoundingClientRect().width > 20)).length`,
		"sessions beside each other that were 5":     `2 - ` + shown + `.filter(e => e.innerText.includes("Kestrel, grade review")).length`,
		"hours before the working day":               `+(document.querySelector(".cal-hours li").textContent !== "08:00")`,
		"a night's rest that isn't marked":           `1 - ` + shown + `.filter(e => e.matches("[data-before]") && e.innerText.includes("Overnight conform")).length`,
	} {
		if n := eval[int](b, script); n != 0 {
			t.Errorf("%s: got %d, want 0", what, n)
		}
	}
	b.assertAccessible("the crowded week")
	eval[bool](b, `(document.querySelector(".cal .cal-more a").click(), true)`)
	b.waitForURL("view=agenda")
	b.waitForText("Kestrel, grade review 5")

	b.resize(390, 844)
	b.visit("/app/halation-post/calendar?date=2027-11-16")
	b.waitForText("Kestrel, grade review 5") // a list has room for all
	b.visit("/app/halation-post/calendar?view=month&date=2027-11-16")
	if n := eval[int](b, `[...document.querySelectorAll(".cal-month a")].filter(e => e.getClientRects().length).filter(e => { const r = e.getBoundingClientRect(); return r.width < 40 || r.height < 40; }).length`); n != 0 {
		t.Errorf("got %d days of less than 40 pixels on a phone, want 0", n)
	}
	b.assertAccessible("a month on a phone")
	b.resize(1440, 900)
	if n := eval[int](b, `[...document.querySelectorAll(".cal-month a")].filter(e => e.getClientRects().length).filter(e => e.getBoundingClientRect().height < 24).length`); n != 0 {
		t.Errorf("got %d targets of less than 24 pixels, want 0", n)
	}
	b.assertAccessible("a month")
}

package browsertest

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func TestLicences_FollowStartsAndEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hookstest.Exec(t, f.App, "UPDATE teams SET licences = 2", nil)
	session := hookstest.StartSession(t, f.App, f.Owner, f.Team, sessions.Form{Title: "Kestrel, spotting"})
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/licences")
	b.waitForStream()
	b.waitForText("Kestrel, spotting")
	b.waitUntil("1 licence in use", `document.querySelector("#strip").innerText.includes("1 of 2 in use") && document.querySelector("#count-ticket").innerText.includes("1 of 2")`)
	eval[string](b, `document.body.dataset.same = "yes"`)
	if err := runs.End(f.App, hookstest.Actor(t, f.App, f.Owner, f.Team), session.Id); err != nil {
		t.Fatal(err)
	}
	b.waitForText("No licences are in use.")
	b.waitUntil("no licence in use, without a reload", `document.body.dataset.same === "yes" && document.querySelector("#strip").innerText.includes("0 of 2 in use") &&
		document.querySelector("#count-ticket").innerText.includes("0 of 2")`)
	b.press("Show as table")
	b.assertAccessible("licences")
}

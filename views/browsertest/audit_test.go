package browsertest

import "testing"

func TestAuditLog_FiltersWhileTyping(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/audit")
	b.fill("Search by name or email", "bruno")
	b.waitForURL("person=bruno")
	b.waitForText("Bruno Castel declined the invitation for")
	b.waitUntil("Bruno alone, the focus where it was", `!document.body.innerText.includes("pavel@") && document.activeElement.id === "person" &&
		document.querySelector("a[download]").href.includes("person=bruno")`)
	b.press("Refused")
	b.waitForText("No entries match these filters.")
	b.press("All")
	b.press("bruno@castelsound.example") // opens the user, whose activity leads back
	b.press("All activity")
	b.waitForText("Marta Oliveira invited bruno@castelsound.example as Organizer")
	b.press("Verify log")
	b.waitForText("verified")
	b.press("Clear filter: Bruno Castel")
	b.waitForText("pavel@halation.example")
}

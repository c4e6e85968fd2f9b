package browsertest

import "testing"

func TestTheAuditLogIsFilteredAsPeopleType(t *testing.T) {
	house := furnish(t)
	b := house.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/audit")
	b.fill("Who did it or to whom", "bruno")
	b.at("person=bruno")
	b.see("Bruno Castel declined the invitation for")
	b.until("Bruno alone, the focus where it was", `!document.body.innerText.includes("pavel@") && document.activeElement.id === "person" &&
		document.querySelector("a[download]").href.includes("person=bruno")`)
	b.press("Refused")
	b.see("Nothing like this is written down.")
	b.press("All")
	b.press("bruno@castelsound.example")
	b.see("Marta Oliveira invited bruno@castelsound.example as Organizer")
	b.press("Check now")
	b.see("unbroken")
	b.press("Show more than Bruno Castel")
	b.see("pavel@halation.example")
}

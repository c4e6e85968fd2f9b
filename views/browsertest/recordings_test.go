package browsertest

import "testing"

// TestRecordings_AreRenamedSharedDeletedAndRestored walks from the library to the page of a recording, and through its actions.
func TestRecordings_AreRenamedSharedDeletedAndRestored(t *testing.T) {
	t.Parallel()
	f := newRecordingFixture(t)
	b := f.signIn()
	b.visit("/app/" + f.team.Slug() + "/recordings")
	b.press("Kestrel, reel 4 grade review")
	b.press("More actions")
	b.press("Rename…")
	b.fill("Title", "Kestrel, final approval")
	b.press("Rename recording")
	b.waitForText("Renamed to")
	b.press("Share with participants")
	b.waitForText("is shared with its participants.")
	b.assertAccessible("the page of a recording")
	b.press("More actions")
	b.press("Delete…")
	b.waitForText("Participants can no longer watch it.")
	b.press("Delete recording")
	b.waitForText("was moved to the trash.")
	b.press("Undo")
	b.waitForText("was restored.")
	b.waitUntil("the recording in the library", `location.pathname.endsWith("/recordings") && document.querySelector("#rows").innerText.includes("Kestrel, final approval")`)
}

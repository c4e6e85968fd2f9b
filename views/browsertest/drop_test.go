package browsertest

import "testing"

const dragFile = `(type) => {
	const data = new DataTransfer();
	data.items.add(new File(["Email,Name,Roles,Tags\nlucia@drop.example,Lucía Herrera,Organizer,Sound; Film\nben@drop.example,Ben Okafor,Member,"], "list.csv", { type: "text/csv" }));
	document.querySelector("[data-drop]").dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
	return document.querySelector("[data-drop]").hasAttribute("data-over");
}`

func TestAddUsers_DroppedFile_IsRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users/add?csv")
	b.waitForText("Drop a file here, or choose one.")
	for _, step := range []string{"'dragover') === true", "'dragleave') === false", "'dragover') === true", "'drop') === false"} {
		b.waitUntil("highlighted after "+step, "("+dragFile+")("+step)
	}
	b.waitForText("Organizer · Sound, Film")
	b.waitForText("Send 2 invitations")
}

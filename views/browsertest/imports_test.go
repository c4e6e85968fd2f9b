package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/invitations"
)

// longList returns n addresses to paste.
func longList(n int) string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("Row %d <row%d@lantern-vfx.example>", i, i)
	}
	return strings.Join(lines, "\n")
}

// TestImport_ProgressUpdatesWithoutReload pastes a long list, starts the import, and sees the numbers change without a
// reload.
func TestImport_ProgressUpdatesWithoutReload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.stopWorkers(t)
	importer := invitations.NewImporter(f.App)
	step := func() (worked bool) {
		t.Helper()
		worked, err := importer.Step()
		if err != nil {
			t.Fatal(err)
		}
		return worked
	}
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users/add")
	eval[bool](b, fmt.Sprintf(`(list => { list.value = %q; return list.dispatchEvent(new Event("input", { bubbles: true })) })(document.querySelector("#addresses"))`,
		"no address\n"+longList(230))) // typing it would take a minute
	b.waitForText("231 rows")
	b.press("Start import")
	b.waitForText("Queued")
	b.waitUntil("the stream", `document.querySelector("#live").dataset.connected !== undefined`)
	eval[bool](b, `window.stayed = true`)
	step()
	b.waitForText("50 of 231")
	b.press("Stop import")
	b.waitForText("Stop the import?")
	b.press("Close")
	b.waitForText("50 of 231")
	b.waitUntil("the stream", `document.querySelector("#live").dataset.connected !== undefined`)
	eval[bool](b, `window.stayed = true`)
	for step() {
	}
	b.waitForText("231 of 231")
	b.waitForText("Download report")
	if !eval[bool](b, `window.stayed === true`) {
		t.Error("the page was reloaded")
	}
	b.visit("/admin/halation-post/users/import")
	b.waitForText("231 of 231")
}

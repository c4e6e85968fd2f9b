package browsertest

import (
	"testing"

	"usher/hooks/hookstest"
)

func TestAPageThatIsLeftSaysNothingOfWhatItBreaksOff(t *testing.T) {
	server, _ := withMail(t)
	hookstest.Person(t, server.App, "marta@halation.example")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/account")
	b.until("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	const failed = `document.dispatchEvent(new CustomEvent("htmx:error", {detail: {error: new TypeError("NetworkError")}})); document.querySelectorAll(".toast-ours").length`
	if n := eval[int](b, `window.dispatchEvent(new Event("beforeunload")); `+failed); n != 0 {
		t.Errorf("%d said while it is left", n)
	}
	b.visit("/account")
	b.until("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	if n := eval[int](b, failed); n != 1 {
		t.Errorf("%d said while it is open", n)
	}
}

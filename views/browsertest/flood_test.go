package browsertest

import (
	"testing"

	"usher/hooks/sessions"
)

// A participant may have modified their page.
func TestLivePage_MessageFlood_IsLimited(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}})
	host, evil, other := m.openLivePage(m.host.Email()), m.openLivePage("rafael@lantern.example"), m.openLivePage(noor)
	other.waitForVideo(m.participantID("rafael@lantern.example"))
	other.press("Chat")

	// Only hosts' messages let other pages fetch immediately. The page also polls: polling is stopped, and fetches
	// triggered by messages are immediate. Messages of one sender arrive in order.
	eval[bool](other, `(window.asked = 0, window.stopped = 0, Math.random = () => 0,
		window.fetched ??= window.fetch, window.fetch = (to, ...all) => { if (String(to).endsWith("/state")) window.asked++; return window.fetched(to, ...all) },
		window.later ??= window.setTimeout, window.setTimeout = (f, after, ...all) => after === 15000 ? (window.stopped++, 0) : window.later(f, after, ...all), true)`)
	look := roomScript(`await room.localParticipant.publishData(new Uint8Array([1]), {reliable: true, topic: "look"}); return true`)
	eval[bool](host, look)
	other.waitUntil("a fetch for the host, and the timer stopped", `window.asked > 0 && window.stopped > 0`)
	eval[bool](other, `(window.asked = 0, true)`)
	for range 20 {
		eval[bool](evil, look)
	}
	evil.press("Chat")
	evil.sendKeys("after the signals")
	evil.pressEnter()
	other.waitForText("after the signals")
	if asked := eval[int](other, `new Promise(done => window.later(() => done(window.asked), 20))`); asked > 0 {
		t.Errorf("messages of an attendee: got %d fetches, want 0", asked)
	}
	eval[bool](host, look)
	other.waitUntil("a fetch for the host", `window.asked > 0`)

	// Only the server's messages are shown. The flood takes longer than one evaluation: it is started once and awaited.
	eval[bool](evil, roomScript(`if (window.flood) return true;
		window.flood = (async () => {
			const text = new TextEncoder();
			for (let i = 0; i < 300; i++) await room.localParticipant.publishData(text.encode(JSON.stringify({id: "flood" + i, person: "x", name: "The host", text: "flood", at: Date.now()})), {reliable: true, topic: "chat"});
			window.flooded = true;
		})();
		return true`))
	evil.waitUntil("everything is sent", `window.flooded === true`)
	evil.sendKeys("after the flood")
	evil.pressEnter()
	other.waitForText("after the flood")
	if lines := eval[int](other, `document.querySelectorAll("#talk p").length`); lines != 2 {
		t.Errorf("got %d messages, want 2", lines)
	}

	// A page that is loaded again has the messages, and counts only those that weren't read.
	other.visit(m.path())
	other.press("Chat")
	other.waitForText("after the flood")
	other.sendKeys("One word")
	other.sendKeys("\r")
	host.press("Chat")
	host.waitForText("One word")
}

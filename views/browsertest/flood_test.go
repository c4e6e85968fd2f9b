package browsertest

import (
	"testing"
	"time"

	"usher/hooks/sessions"
)

// Somebody in the session may have written his page himself.
func TestNobodyDrownsThePagesOfOthers(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}})
	host, evil, other := m.enters(m.host.Email()), m.enters("rafael@lantern.example"), m.enters(noor)
	other.sees(m.person("rafael@lantern.example"))
	other.press("Chat")

	// Only who leads lets the others ask the server at once.
	eval[bool](other, `(window.asked = 0, window.fetched = window.fetch, window.fetch = (...all) => { window.asked++; return window.fetched(...all) }, true)`)
	look := inRoom(`await room.localParticipant.publishData(new Uint8Array([1]), {reliable: true, topic: "look"}); return true`)
	for range 20 {
		eval[bool](evil, look)
	}
	time.Sleep(time.Second)
	if asked := eval[int](other, `window.asked`); asked > 1 {
		t.Errorf("asked the server %d times for who does not lead", asked)
	}
	eval[bool](other, `(window.asked = 0, true)`)
	eval[bool](host, look)
	other.until("the server asked for who leads", `window.asked > 0`)

	// The list of messages stays short, however many there are, and a message without end is none.
	eval[bool](evil, inRoom(`const endless = await room.localParticipant.streamText({topic: "chat"});
		for (let i = 0; i < 100; i++) await endless.write("flood ".repeat(2000));
		await endless.close();
		const text = new TextEncoder();
		for (let i = 0; i < 3000; i++) await room.localParticipant.publishData(text.encode("line " + i), {reliable: true, topic: "chat"});
		await room.localParticipant.publishData(text.encode("last " + "x".repeat(10000)), {reliable: true, topic: "chat"});
		return true`))
	other.until("the last message", `document.querySelector("#talk > :last-child p:last-child")?.textContent.startsWith("last x")`)
	if lines := eval[int](other, `document.querySelectorAll("#talk p").length`); lines > 500 {
		t.Errorf("%d messages are kept", lines)
	}
	if long := eval[int](other, `document.querySelector("#talk > :last-child p:last-child").textContent.length`); long > 2000 {
		t.Errorf("a message of %d letters", long)
	}
	other.until("no message without end", `!document.getElementById("talk").textContent.includes("flood")`)
	other.keys("One word")
	other.keys("\r")
	host.press("Chat")
	host.see("One word")
}

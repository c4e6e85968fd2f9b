package browsertest

import (
	"testing"

	"usher/hooks/sessions"
)

const without = "You see and hear the others without."

// insecure makes a page one on http of another machine.
const insecure = `Object.defineProperty(navigator, "mediaDevices", {value: undefined})`

// failing makes the browser's answer to whoever asks for a camera or a microphone.
func failing(name, message string) string {
	return `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("` + message + `", "` + name + `") }`
}

func TestWhatKeepsCameraAndMicrophoneIsSaidAndOneIsIn(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host := m.enters(m.host.Email())
	for what, c := range map[string]struct {
		with      *browser
		before    string
		both, one string
	}{
		"denied":  {with: refusing, both: "The browser keeps the microphone and the camera from this page. Allow them beside the address, then press Unmute and Start video. " + without, one: "from this page"},
		"nothing": {with: bare, both: "There is no microphone and no camera on this device. Connect one, then press Unmute and Start video. " + without, one: "on this device"},
		"busy":    {with: usual, before: failing("NotReadableError", "busy"), both: "Another program holds the microphone and the camera.", one: "Another program holds"},
		"system":  {with: usual, before: failing("NotAllowedError", "Permission denied by system"), both: "The system keeps the microphone and the camera from the browser.", one: "The system keeps"},
		"http":    {with: usual, before: insecure, both: "only to pages on https, and this one is on http.", one: "only to pages on https"},
	} {
		t.Run(what, func(t *testing.T) {
			b := m.arrives(c.with, noor)
			b.t = t
			if c.before != "" {
				b.before(c.before)
			}
			b.visit(m.address())
			b.see(c.both)
			b.sees(m.person(m.host.Email()))
			b.see("Start video")
			host.see("Attendee, picture off")
			b.press("Hide this message")
			b.seeNo(c.one)
			b.press("Start video")
			b.see(c.one)
			b.see("camera")
			b.accessible(what)
		})
	}
}

func TestADeviceThatIsThereAfterAllIsUsed(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host := m.enters(m.host.Email())
	guest := m.arrives(usual, noor)
	guest.before(`const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async how => { if (!window.allowed) throw new DOMException("Permission denied", "NotAllowedError"); return real(how) }`)
	guest.visit(m.address())
	guest.see("The browser keeps the microphone and the camera from this page.")
	eval[bool](guest, `window.allowed = true`)
	guest.press("Start video")
	guest.see("The browser keeps the microphone from this page.")
	host.sees(m.person(noor))
	guest.press("Unmute")
	guest.seeNo("The browser keeps")
	host.hears(m.person(noor))
}

func TestWhatKeepsAScreenIsSaid(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	for what, c := range map[string]struct {
		with         *browser
		before, said string
	}{
		"denied":    {refusing, "", "No screen is shown. If the browser let you choose none, allow it beside the address and press Share again."},
		"by system": {usual, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Permission denied by system", "NotAllowedError") }`, "The system keeps the screen from the browser."},
		"not read":  {usual, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Could not start", "NotReadableError") }`, "The screen cannot be shown. Press Share, and choose another window or a tab."},
		"not sent": {usual, `addEventListener("load", async () => { const main = [...document.scripts].find(s => s.src.includes("/stage/main.js")).src;
			const {room} = await import(main.replace("main.js", "room.js")); window.tracks = [];
			room.localParticipant.publishTrack = async track => { window.tracks.push(track); throw new Error("no") } })`, "The screen did not reach the others. Press Share to try again."},
	} {
		t.Run(what, func(t *testing.T) {
			b := m.arrives(c.with, m.host.Email())
			b.t = t
			if c.before != "" {
				b.before(c.before)
			}
			b.visit(m.address())
			b.until("being in", `document.querySelector('#tiles [data-person="`+m.person(m.host.Email())+`"]') !== null`)
			b.press("Share")
			b.see(c.said)
			b.see("Share")
			if what == "not sent" && !eval[bool](b, `window.tracks.length > 0 && window.tracks.every(t => t.mediaStreamTrack.readyState === "ended")`) {
				t.Error("what the others do not see is still captured")
			}
		})
	}
}

package browsertest

import (
	"testing"

	"usher/hooks/sessions"
)

const withoutDevicesText = "You see and hear the others without."

// insecureScript makes a page one on http of another machine.
const insecureScript = `Object.defineProperty(navigator, "mediaDevices", {value: undefined})`

// deviceErrorScript makes the browser's answer to whoever asks for a camera or a microphone.
func deviceErrorScript(name, message string) string {
	return `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("` + message + `", "` + name + `") }`
}

func TestLivePage_DevicesBlocked_SaysWhyAndJoins(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host := m.openLivePage(m.host.Email())
	for what, c := range map[string]struct {
		with      *browser
		before    string
		both, one string
	}{
		"denied":  {with: denyingBrowser, both: "The browser keeps the microphone and the camera from this page. Allow them beside the address, then press Unmute and Start video. " + withoutDevicesText, one: "from this page"},
		"nothing": {with: bareBrowser, both: "There is no microphone and no camera on this device. Connect one, then press Unmute and Start video. " + withoutDevicesText, one: "on this device"},
		"busy":    {with: defaultBrowser, before: deviceErrorScript("NotReadableError", "busy"), both: "Another program holds the microphone and the camera.", one: "Another program holds"},
		"system":  {with: defaultBrowser, before: deviceErrorScript("NotAllowedError", "Permission denied by system"), both: "The system keeps the microphone and the camera from the browser.", one: "The system keeps"},
		"http":    {with: defaultBrowser, before: insecureScript, both: "only to pages on https, and this one is on http.", one: "only to pages on https"},
	} {
		t.Run(what, func(t *testing.T) {
			b := m.signInJoined(c.with, noor)
			b.t = t
			if c.before != "" {
				b.addInitScript(c.before)
			}
			b.visit(m.path())
			b.waitForText(c.both)
			b.waitForVideo(m.participantID(m.host.Email()))
			b.waitForText("Start video")
			host.waitForText("Attendee, picture off")
			b.press("Hide this message")
			b.waitForNoText(c.one)
			b.press("Start video")
			b.waitForText(c.one)
			b.waitForText("camera")
			b.assertAccessible(what)
		})
	}
}

func TestLivePage_DeviceAllowedLater_IsUsed(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host := m.openLivePage(m.host.Email())
	guest := m.signInJoined(defaultBrowser, noor)
	guest.addInitScript(`const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = async how => { if (!window.allowed) throw new DOMException("Permission denied", "NotAllowedError"); return real(how) }`)
	guest.visit(m.path())
	guest.waitForText("The browser keeps the microphone and the camera from this page.")
	eval[bool](guest, `window.allowed = true`)
	guest.press("Start video")
	guest.waitForText("The browser keeps the microphone from this page.")
	host.waitForVideo(m.participantID(noor))
	guest.press("Unmute")
	guest.waitForNoText("The browser keeps")
	host.waitForAudio(m.participantID(noor))
}

func TestScreenShare_Blocked_SaysWhy(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	for what, c := range map[string]struct {
		with         *browser
		before, said string
	}{
		"denied":    {denyingBrowser, "", "No screen is shown. If the browser let you choose none, allow it beside the address and press Share again."},
		"by system": {defaultBrowser, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Permission denied by system", "NotAllowedError") }`, "The system keeps the screen from the browser."},
		"not read":  {defaultBrowser, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Could not start", "NotReadableError") }`, "The screen cannot be shown. Press Share, and choose another window or a tab."},
		"not sent": {defaultBrowser, `addEventListener("load", async () => { const main = [...document.scripts].find(s => s.src.includes("/live/main.js")).src;
			const {room} = await import(main.replace("main.js", "room.js")); window.tracks = [];
			room.localParticipant.publishTrack = async track => { window.tracks.push(track); throw new Error("no") } })`, "The screen did not reach the others. Press Share to try again."},
	} {
		t.Run(what, func(t *testing.T) {
			b := m.signInJoined(c.with, m.host.Email())
			b.t = t
			if c.before != "" {
				b.addInitScript(c.before)
			}
			b.visit(m.path())
			b.waitUntil("being in", `document.querySelector('#tiles [data-person="`+m.participantID(m.host.Email())+`"]') !== null`)
			b.press("Share")
			b.waitForText(c.said)
			b.waitForText("Share")
			if what == "not sent" && !eval[bool](b, `window.tracks.length > 0 && window.tracks.every(t => t.mediaStreamTrack.readyState === "ended")`) {
				t.Error("what the others do not see is still captured")
			}
		})
	}
}

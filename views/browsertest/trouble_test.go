package browsertest

import (
	"testing"

	"usher/hooks/sessions"
)

const withoutDevicesText = "You can still see and hear the others."

// insecureScript makes the page look like plain HTTP on another machine.
const insecureScript = `Object.defineProperty(navigator, "mediaDevices", {value: undefined})`

// deviceErrorScript sets the browser's answer to requests for a camera or a microphone.
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
		"denied":  {with: denyingBrowser, both: "Your browser is blocking your microphone and your camera. Allow them in the address bar, then select Unmute and Start video. " + withoutDevicesText, one: "is blocking"},
		"nothing": {with: bareBrowser, both: "No microphone or camera found. Connect them, then select Unmute and Start video. " + withoutDevicesText, one: "found. Connect"},
		"busy":    {with: defaultBrowser, before: deviceErrorScript("NotReadableError", "busy"), both: "Another app is using your microphone and your camera.", one: "Another app is using"},
		"system":  {with: defaultBrowser, before: deviceErrorScript("NotAllowedError", "Permission denied by system"), both: "Your system is blocking your microphone and your camera.", one: "Your system is blocking"},
		"http":    {with: defaultBrowser, before: insecureScript, both: "only on https pages, and this one uses http.", one: "only on https pages"},
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
			host.waitForText("Attendee, camera off")
			b.press("Dismiss")
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
	guest.waitForText("Your browser is blocking your microphone and your camera.")
	eval[bool](guest, `window.allowed = true`)
	guest.press("Start video")
	guest.waitForText("Your browser is blocking your microphone.")
	host.waitForVideo(m.participantID(noor))
	guest.press("Unmute")
	guest.waitForNoText("Your browser is blocking")
	host.waitForAudio(m.participantID(noor))
}

func TestScreenShare_Blocked_SaysWhy(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	for what, c := range map[string]struct {
		with         *browser
		before, said string
	}{
		"denied":    {denyingBrowser, "", "Your screen isn't shared. If the browser didn't let you choose one, allow screen sharing in the address bar and select Share again."},
		"by system": {defaultBrowser, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Permission denied by system", "NotAllowedError") }`, "Your system is blocking your screen."},
		"not read":  {defaultBrowser, `navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("Could not start", "NotReadableError") }`, "Your screen can't be shared. Select Share and choose another window or tab."},
		"not sent": {defaultBrowser, `window.tracks = []; (async () => { while (!window.mediaRoom) await new Promise(done => setTimeout(done, 20));
			mediaRoom.localParticipant.publishTrack = async track => { window.tracks.push(track); throw new Error("no") } })()`, "Your screen couldn't be shared. Select Share to try again."},
	} {
		t.Run(what, func(t *testing.T) {
			b := m.signInJoined(c.with, m.host.Email())
			b.t = t
			if c.before != "" {
				b.addInitScript(c.before)
			}
			b.visit(m.path())
			b.waitUntil("being in the session", `document.querySelector('#tiles [data-person="`+m.participantID(m.host.Email())+`"]') !== null`)
			b.press("Share")
			b.waitForText(c.said)
			b.waitForText("Share")
			if what == "not sent" && !eval[bool](b, `window.tracks.length > 0 && window.tracks.every(t => t.mediaStreamTrack.readyState === "ended")`) {
				t.Error("media that no one sees is still captured")
			}
		})
	}
}

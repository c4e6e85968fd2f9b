package browsertest

import (
	"fmt"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// screenTile selects the tile with that person's screen.
func screenTile(person string) string {
	return fmt.Sprintf(`document.querySelector('[data-person="%s"][data-kind=screen]')`, person)
}

// waitForScreen waits until the page shows new video of that person's screen, in large.
func (b *tab) waitForScreen(person string) {
	b.t.Helper()
	b.waitUntil("the screen of "+person, fmt.Sprintf(`(() => { const tile = %s; const v = tile?.querySelector("video");
		return v && v.videoWidth > 640 && v.getVideoPlaybackQuality().totalVideoFrames > 10 && tile.dataset.main !== undefined &&
			[...document.querySelectorAll("#tiles > li")].every(other => other === tile || other.clientWidth * 2 <= tile.clientWidth + 8) })()`, screenTile(person)))
}

func TestScreenShare_IsShownLargeUntilStopped(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	for range 2 { // a presenter who has stopped can start again
		host.press("Share")
		guest.waitForScreen(m.participantID(m.host.Email()))
		guest.waitForText("Marta's screen")
		host.waitForText("Your screen")
		guest.waitForVideo(m.participantID(m.host.Email()))
		host.press("Stop sharing")
		guest.waitUntil("no screen", screenTile(m.participantID(m.host.Email()))+` === null`)
		guest.waitForText("Marta stopped sharing their screen.")
		host.waitUntil("not their own screen", screenTile(m.participantID(m.host.Email()))+` === null`)
	}
	host.press("Share")
	guest.waitForScreen(m.participantID(m.host.Email()))
	host.expectDisconnects()
	host.press("Leave")
	host.waitForText("Leave session?")
	host.sendKeys("\r")
	host.waitForText("You left the session")
	guest.waitUntil("no screen of the participant who left", screenTile(m.participantID(m.host.Email()))+` === null`)
}

func TestScreenShare_HostTurnsItOff_StopsAttendees(t *testing.T) {
	const paula = "paula@halation.example"
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}, Presenters: []string{paula}})
	host, attendee, presenter := m.openLivePage(m.host.Email()), m.openLivePage(noor), m.signInJoined(defaultBrowser, paula)
	host.waitForVideo(m.participantID(noor))
	attendee.press("Share")
	host.waitForScreen(m.participantID(noor))

	host.waitForText("On: everyone can share")
	host.press("Turn off")
	host.waitForText("Off: only hosts and presenters")
	host.waitUntil("no screen of the attendee", screenTile(m.participantID(noor))+` === null`)
	attendee.waitForText("You can no longer share your screen in this session.")
	attendee.waitUntil("no button", `[...document.querySelectorAll("[data-screen-toggle]")].every(b => b.hidden)`)
	attendee.sendKeys("d")
	attendee.waitForText("Microphone level")
	attendee.waitForNoText("Screen sharing")

	presenter.visit(m.path())
	presenter.waitForVideo(m.participantID(noor))
	presenter.press("Share")
	host.waitForScreen(m.participantID(paula))
	p, err := sessions.FindParticipant(m.App, m.participantID(paula))
	must(t, err)
	p.Set("part", sessions.Attendee)
	must(t, m.App.Save(p))
	host.waitUntil("the screen is taken away", screenTile(m.participantID(paula))+` === null`)
	presenter.waitUntil("no button", `[...document.querySelectorAll("[data-screen-toggle]")].every(b => b.hidden)`)
}

func TestLivePage_HostInvitesAndTurnsOnTheWaitingRoom(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{})
	host := m.openLivePage(m.host.Email())
	host.waitForText("Off: invitees join directly")
	host.fill("Email address", "zed@out.example")
	host.press("Invite")
	host.waitForText("1 invitation sent.")
	host.waitForText("zed@out.example")
	host.waitUntil("an empty field", `document.getElementById("invite").value === ""`)
	m.resend.WaitFor(t, "zed@out.example")
	host.press("Turn on")
	host.waitForText("On: you admit people who join")
	m.join(hookstest.Account(t, m.App, "zed@out.example"))
	host.waitForText("Admit")
}

package browsertest

import (
	"fmt"
	"testing"

	"usher/hooks/sessions"
)

// shown is where the page draws the screen of that person.
func shown(person string) string {
	return fmt.Sprintf(`document.querySelector('[data-person="%s"][data-kind=screen]')`, person)
}

// seesScreen waits until the page draws new pictures of that person's screen, and draws them large.
func (b *tab) seesScreen(person string) {
	b.t.Helper()
	b.until("the screen of "+person, fmt.Sprintf(`(() => { const tile = %s; const v = tile?.querySelector("video");
		return v && v.videoWidth > 640 && v.getVideoPlaybackQuality().totalVideoFrames > 10 && tile.dataset.main !== undefined &&
			[...document.querySelectorAll("#tiles > li")].every(other => other === tile || other.clientWidth * 2 <= tile.clientWidth + 8) })()`, shown(person)))
}

func TestAScreenIsSeenLargeUntilItIsStopped(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	guest.sees(m.person(m.host.Email()))
	for range 2 { // who has stopped can begin again
		host.press("Share")
		guest.seesScreen(m.person(m.host.Email()))
		guest.see("Marta shows the screen")
		host.see("You show your screen")
		guest.sees(m.person(m.host.Email()))
		host.press("Stop sharing")
		guest.until("no screen", shown(m.person(m.host.Email()))+` === null`)
		guest.see("Marta shows the screen no more.")
		host.until("no screen of one's own", shown(m.person(m.host.Email()))+` === null`)
	}
	host.press("Share")
	guest.seesScreen(m.person(m.host.Email()))
	host.expectCut()
	host.press("Leave")
	host.see("Leave the session?")
	host.keys("\r")
	host.see("You have left")
	guest.until("no screen of who left", shown(m.person(m.host.Email()))+` === null`)
}

func TestWhoMayShowAScreen(t *testing.T) {
	const paula = "paula@halation.example"
	m := meet(t, sessions.Form{Guests: []string{noor}, Presenters: []string{paula}})
	attendee, presenter := m.arrives(usual, noor), m.enters(paula)
	attendee.before(`new MutationObserver(() => { if (document.querySelector("[data-screen-toggle]:not([hidden])")) window.offered = true })
		.observe(document, {subtree: true, childList: true, attributes: true})`)
	attendee.visit(m.address())
	attendee.sees(m.person(paula))
	presenter.press("Share")
	attendee.seesScreen(m.person(paula))

	attendee.keys("s")
	attendee.see("You cannot show a screen here.")
	attendee.keys("d")
	attendee.see("Loudspeaker")
	attendee.seeNo("Your screen, when you share it")
	if eval[bool](attendee, `window.offered === true`) {
		t.Error("an attendee was offered to show a screen")
	}

	p, err := sessions.FindParticipant(m.App, m.person(paula))
	must(t, err)
	p.Set("part", sessions.Attendee)
	must(t, m.App.Save(p))
	attendee.until("the screen is taken away", shown(m.person(paula))+` === null`)
	presenter.until("no button", `[...document.querySelectorAll("[data-screen-toggle]")].every(b => b.hidden)`)
}

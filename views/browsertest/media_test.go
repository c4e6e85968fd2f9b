package browsertest

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

const noor = "noor@halation.example"

func TestLivePage_TwoPeople_SeeAndHearEachOther(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host := m.openLivePage(m.host.Email())
	guest := m.openLivePage(noor)
	host.waitForVideo(m.participantID(noor))
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.waitForAudio(m.participantID(noor))
	guest.waitForAudio(m.participantID(m.host.Email()))
	guest.waitForText("Marta")
	host.waitForText("Participants 2")
	guest.waitUntil("no initials over the picture", `[...document.querySelectorAll("[data-kind=camera]")].every(tile => tile.querySelector(".face").hidden && tile.dataset.unseen === undefined)`)
	t.Logf("on the way in, in ms since the page was asked for: %s", eval[string](guest,
		`performance.getEntriesByType("mark").map(m => m.name.replace("stage:", "") + " " + Math.round(m.startTime)).join(", ")`))
}

func TestLivePage_ThreePeople_SeeEachOther(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	tabs := map[string]*tab{}
	for _, email := range []string{m.host.Email(), noor, "olga@halation.example"} {
		if email != m.host.Email() && email != noor {
			m.invite(email)
		}
		tabs[email] = m.openLivePage(email)
	}
	for own, b := range tabs {
		for other := range tabs {
			if own != other {
				b.waitForVideo(m.participantID(other))
			}
		}
	}
}

func TestKick_CannotComeBack(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	p, err := sessions.FindParticipant(m.App, m.participantID(noor))
	must(t, err)
	pass, err := join.IssueToken(m.App, p)
	must(t, err)

	guest.expectDisconnects()
	host.press("Actions for Noor")
	host.press("Remove…")
	host.waitForText("Remove Noor from the session?")
	host.press("Remove")
	guest.waitForText("You were removed from this session")
	host.waitForText("Participants 1")
	guest.expectStatus(403)
	again := eval[string](guest, `new LivekitClient.Room().connect("`+pass.URL+`", "`+pass.Token+`", {maxRetries: 0}).then(() => "in", () => "refused")`)
	if again != "refused" {
		t.Errorf("with the previous token: got %s, want %q", again, "refused")
	}
	guest.visit(m.path())
	guest.waitForURL("/s/" + m.session.Code())
	guest.waitForText("You were removed from this session")
}

func TestEndSession_EndsForAllWithinTwoSeconds(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.expectDisconnects()
	guest.expectDisconnects()
	eval[bool](guest, `(new MutationObserver(() => { window.over ??= document.querySelector("[data-over]") && Date.now() }).observe(document.body, {subtree: true, attributes: true, childList: true}), true)`)
	host.press("Leave")
	host.waitForText("Leave session?")
	before := eval[float64](host, `Date.now()`)
	host.press("End for everyone")
	guest.waitForText("The host ended the session")
	guest.waitForText("Go to the App")
	host.waitForText("The session has ended")
	if took := time.Duration(eval[float64](guest, `window.over`)-before) * time.Millisecond; took > 2*time.Second {
		t.Errorf("the other page left after %v, want at most %v", took, 2*time.Second)
	} else {
		t.Logf("the other was out after %v", took)
	}
}

func TestLivePage_ConnectionLost_Reconnects(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	for _, b := range []*tab{host, guest} {
		b.expectDisconnects()
		b.expectStatus(401)
		b.expectStatus(422)
		b.expectStatus(502)
		b.expectStatus(503)
	}
	guest.waitForVideo(m.participantID(m.host.Email()))
	eval[bool](guest, `(new MutationObserver(() => { if (!document.getElementById("banner").hidden) window.lost = true })
		.observe(document.getElementById("banner"), {attributes: true}), true)`)

	eval[bool](guest, roomScript(`await room.simulateScenario("signal-reconnect"); return true`))
	guest.waitUntil("the banner", `window.lost`)
	guest.waitUntil("no banner", `document.getElementById("banner").hidden`)
	guest.waitForReconnect(m.participantID(m.host.Email()))

	m.stopMedia()
	guest.waitForText("Live media is unavailable on this server. Reconnecting…")
	m.stopMedia = livetest.Start(t, m.App)
	guest.waitForReconnect(m.participantID(m.host.Email()))
	host.waitForReconnect(m.participantID(noor))
	guest.waitUntil("no banner", `document.getElementById("banner").hidden`)
}

func TestLivePage_Alone_SaysSoAndShowsTheLink(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host := m.openLivePage(m.host.Email())
	host.waitForText("You're the only one here.")
	host.waitUntil("the link", `document.querySelector("#alone input").value.endsWith("/s/`+m.session.Code()+`")`)
	host.press("Copy link")
	host.waitForText("Link copied.")
	host.assertAccessible("alone in a session")
	guest := m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.waitForNoText("You're the only one here.")
	guest.press("Leave")
	host.waitForText("You're the only one here.")
	host.sendKeys("l")
	host.waitForText("Leave session?")
	host.sendKeys("\r")
	host.waitForText("You left the session")
	alone := m.openLivePage(noor)
	alone.waitForText("You're the only one here.")
	alone.waitUntil("no link for an attendee", `!document.querySelector("#alone input")`)
}

func TestWaitingRoom_AdmitAndDeny(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}, Lobby: true})
	host := m.openLivePage(m.host.Email())
	hookstest.Member(t, m.App, m.team, noor)
	m.join(hookstest.Member(t, m.App, m.team, "rafael@lantern.example"))
	guest := signIn(t, m.Server, noor)
	guest.visit("/s/" + m.session.Code())
	guest.press("Join")
	host.waitForText("Waiting room")
	host.waitForText("Admit all")
	host.waitForNoText("You're the only one here.")
	host.waitUntil("the number in the title", `document.title.startsWith("(2) ")`)
	host.press("Deny Rafael")
	host.waitForText("Denied")
	host.waitUntil("the focus on the list", `document.activeElement.matches("#people h2")`)
	host.press("Admit Noor")
	guest.waitForURL(m.path())
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.press("Admit Rafael")
	host.waitForNoText("Denied")

	// With the list closed, a notice has the buttons.
	host.press("Close participants")
	m.leaveAndWait(noor)
	host.waitForText("Noor is in the waiting room.")
	host.press("Admit")
	host.waitUntil("no number in the title", `!document.title.startsWith("(")`)
	host.waitForNoText("is in the waiting room.")
}

// leaveAndWait puts an admitted participant back into the waiting room.
func (m *liveFixture) leaveAndWait(email string) {
	hookstest.Exec(m.t, m.App, "UPDATE participants SET state = 'waiting' WHERE id = {:id}", dbx.Params{"id": m.participantID(email)})
}

func TestLivePage_MuteChatAndRaiseHand(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.waitForVideo(m.participantID(noor))

	guest.sendKeys("h")
	host.waitForText("Raised hands")
	host.waitForText("Attendee, raised")
	host.press("Actions for Noor")
	host.press("Lower hand")
	guest.waitForText("A host lowered your hand.")
	host.waitForNoText("Raised hands")
	host.press("Actions for Noor")

	guest.sendKeys("c")
	guest.sendKeys("Is reel 4 at https://halation.example/r4? <b>yes</b>")
	guest.sendKeys("\r")
	host.waitUntil("a count of messages", `document.getElementById("chat-dot").textContent.startsWith("1")`)
	host.press("Chat")
	host.waitForText("<b>yes</b>")
	host.waitUntil("a link", `document.querySelector('#talk a[href="https://halation.example/r4"][rel~=noopener]') !== null`)
	host.press("Participants")
	host.press("Actions for Noor")
	host.press("Mute")
	guest.waitForText("A host muted you")
	host.press("Stop video")
	guest.waitForText("A host stopped your video.")
	host.press("Ask to unmute")
	guest.waitForText("A host asks you to unmute.")
	guest.press("Stay muted")
	guest.waitForNoText("A host asks you to unmute.")
	host.waitUntil("Noor muted", `document.querySelector('#everyone [data-person="`+m.participantID(noor)+`"] [aria-label="Muted"]') !== null`)
}

func TestLivePage_NearEnd_HostExtends(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	m.setEndIn(14 * time.Minute)
	host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
	host.waitForText("minutes left.")
	guest.waitForText("minutes left.")
	host.press("Extend by 15 min")
	host.waitForText("Session extended until")
	host.waitForNoText("minutes left.")
	host.waitUntil("the focus in the session", `document.activeElement.id === "main"`)
	guest.waitForNoText("minutes left.")
}

func TestLivePage_GuestWithPersonalLink_JoinsWithoutAnAccount(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{"clara@lantern.example"}, Passwordless: true})
	host := m.openLivePage(m.host.Email())
	email := m.resend.WaitFor(t, "clara@lantern.example")
	guest := openTab(t, m.URL)
	guest.visit(linkPath(t, m.resend.FindLink(email, "/s/")))
	guest.waitForText("Reel 4 grade review")
	guest.fill("Your first and last name", "Clara Weiss")
	guest.press("Join")
	guest.waitForURL(m.path())
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.waitForVideo(m.participantID("clara@lantern.example"))
	host.waitForText("Clara Weiss, guest")
	guest.press("Leave")
	guest.waitForText("You left the session")
	guest.waitForText("Thanks for joining")
	guest.press("Rejoin")
	guest.waitForVideo(m.participantID(m.host.Email()))
}

func TestLivePage_SecondPage_TakesOver(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	host := m.openLivePage(m.host.Email())
	m.join(hookstest.Member(t, m.App, m.team, noor))
	first := signIn(t, m.Server, noor)
	first.addInitScript(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError") }`)
	first.visit(m.path())
	first.waitForVideo(m.participantID(m.host.Email()))
	first.waitForText("Your browser is blocking your microphone and your camera.")
	first.waitForText("Unmute")
	host.waitForText("Attendee, camera off")

	second := m.openLivePage(noor)
	second.waitForVideo(m.participantID(m.host.Email()))
	first.waitForText("You joined on another page")
	first.press("Continue here")
	second.waitForText("You joined on another page")
	first.waitForVideo(m.participantID(m.host.Email()))
	host.waitForText("Participants 2")
}

func TestAccessibility_LivePage(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}, Lobby: true})
	m.setEndIn(10 * time.Minute)
	b := m.openLivePage(m.host.Email())
	m.join(hookstest.Member(t, m.App, m.team, "rafael@lantern.example"))
	for _, width := range []int64{1440, 390} {
		b.resize(width, 844)
		b.waitUntil("a page as high as the window", `document.documentElement.scrollHeight === innerHeight`)
		b.waitUntil("the list of people", `document.getElementById("people").hidden || (document.querySelector('[data-panel-toggle="people"]').click(), true)`)
		b.assertAccessible("a session")
		b.press("Participants")
		b.waitForText("Admit")
		b.assertAccessible("its participants")
		b.press("Chat")
		b.assertAccessible("its chat")
		b.sendKeys("\x1b")
		for key, name := range map[string]string{"d": "Devices", "?": "Keyboard shortcuts", "l": "Leave session?"} {
			b.sendKeys(key)
			b.waitForText(name)
			b.assertAccessible(name)
			b.sendKeys("\x1b")
		}
	}
	b.sendKeys("l")
	b.waitForText("Leave session?")
	b.sendKeys("\r")
	b.waitForText("You left the session")
	b.assertAccessible("after leaving")
}

package browsertest

import (
	"testing"
	"time"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

const noor = "noor@halation.example"

func TestTwoPeopleSeeAndHearEachOther(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host := m.enters(m.host.Email())
	guest := m.enters(noor)
	host.sees(m.person(noor))
	guest.sees(m.person(m.host.Email()))
	host.hears(m.person(noor))
	guest.hears(m.person(m.host.Email()))
	guest.see("Marta")
	host.see("People 2")
	t.Logf("on the way in, in ms since the page was asked for: %s", eval[string](guest,
		`performance.getEntriesByType("mark").map(m => m.name.replace("stage:", "") + " " + Math.round(m.startTime)).join(", ")`))
}

func TestThreePeopleAreInOneSession(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	tabs := map[string]*tab{}
	for _, email := range []string{m.host.Email(), noor, "olga@halation.example"} {
		if email != m.host.Email() && email != noor {
			m.ask(email)
		}
		tabs[email] = m.enters(email)
	}
	for own, b := range tabs {
		for other := range tabs {
			if own != other {
				b.sees(m.person(other))
			}
		}
	}
}

func TestWhoIsPutOutStaysOut(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	guest.sees(m.person(m.host.Email()))
	p, err := sessions.FindParticipant(m.App, m.person(noor))
	must(t, err)
	pass, err := entry.Pass(m.App, p)
	must(t, err)

	guest.expectCut()
	host.press("What you can do about Noor")
	host.press("Put out…")
	host.see("Put Noor out of the session?")
	host.press("Put out")
	guest.see("You are not in this session any more")
	host.see("People 1")
	guest.expect(403)
	again := eval[string](guest, `new LivekitClient.Room().connect("`+pass.URL+`", "`+pass.Token+`", {maxRetries: 0}).then(() => "in", () => "refused")`)
	if again != "refused" {
		t.Errorf("with the pass of before: %s", again)
	}
	guest.visit(m.address())
	guest.at("/s/" + m.session.Code())
	guest.see("You were removed from this session")
}

func TestAnEndIsForAllWithinTwoSeconds(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	guest.sees(m.person(m.host.Email()))
	host.expectCut()
	guest.expectCut()
	eval[bool](guest, `(new MutationObserver(() => { window.over ??= document.querySelector("[data-over]") && Date.now() }).observe(document.body, {subtree: true, attributes: true, childList: true}), true)`)
	host.press("Leave")
	host.see("Leave the session?")
	before := eval[float64](host, `Date.now()`)
	host.press("End for all")
	guest.see("The host has ended the session")
	guest.see("Go to the App")
	host.see("The host has ended the session")
	if took := time.Duration(eval[float64](guest, `window.over`)-before) * time.Millisecond; took > 2*time.Second {
		t.Errorf("the other was out after %v", took)
	} else {
		t.Logf("the other was out after %v", took)
	}
}

func TestAPageThatLostItsConnectionComesBack(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	for _, b := range []*tab{host, guest} {
		b.expectCut()
		b.expect(401)
		b.expect(422)
		b.expect(502)
		b.expect(503)
	}
	guest.sees(m.person(m.host.Email()))
	eval[bool](guest, `(new MutationObserver(() => { if (!document.getElementById("banner").hidden) window.lost = true })
		.observe(document.getElementById("banner"), {attributes: true}), true)`)

	eval[bool](guest, inRoom(`await room.simulateScenario("signal-reconnect"); return true`))
	guest.until("the banner", `window.lost`)
	guest.until("no banner", `document.getElementById("banner").hidden`)
	guest.back(m.person(m.host.Email()))

	m.stop()
	guest.see("Live media is off on this server now. Trying again by itself…")
	m.stop = livetest.Start(t, m.App)
	guest.back(m.person(m.host.Email()))
	host.back(m.person(noor))
	guest.until("no banner", `document.getElementById("banner").hidden`)
}

func TestWhoIsAloneIsToldSoAndHowTheOthersComeIn(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host := m.enters(m.host.Email())
	host.see("You are the only one here.")
	host.until("the link", `document.querySelector("#alone input").value.endsWith("/s/`+m.session.Code()+`")`)
	host.press("Copy link")
	host.see("Link copied.")
	host.accessible("who is alone")
	guest := m.enters(noor)
	guest.sees(m.person(m.host.Email()))
	host.seeNo("You are the only one here.")
	guest.press("Leave")
	host.see("You are the only one here.")
	host.keys("l")
	host.see("Leave the session?")
	host.keys("\r")
	host.see("You have left")
	alone := m.enters(noor)
	alone.see("You are the only one here.")
	alone.until("no link for who does not lead", `!document.querySelector("#alone input")`)
}

func TestWhoWaitsInTheLobbyIsAdmittedOrRefused(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}, Lobby: true})
	host := m.enters(m.host.Email())
	hookstest.Member(t, m.App, m.team, noor)
	m.letIn(hookstest.Member(t, m.App, m.team, "rafael@lantern.example"))
	guest := signIn(t, m.Server, noor)
	guest.visit("/s/" + m.session.Code())
	guest.press("Join")
	host.see("Waiting in the lobby")
	host.press("Refuse Rafael")
	host.see("Refused at the door")
	host.until("the focus on the list", `document.activeElement.matches("#people h2")`)
	host.press("Admit Noor")
	guest.at(m.address())
	guest.sees(m.person(m.host.Email()))
	host.press("Admit Rafael")
	host.seeNo("Refused at the door")
}

func TestHostsMuteAndEverybodyTalksInTheChatAndRaisesHands(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	guest.sees(m.person(m.host.Email()))
	host.sees(m.person(noor))

	guest.keys("h")
	host.see("Hands up")
	host.see("Attendee, for")
	guest.keys("h")
	host.seeNo("Hands up")

	guest.keys("c")
	guest.keys("Is reel 4 at https://halation.example/r4? <b>yes</b>")
	guest.keys("\r")
	host.until("a count of messages", `document.getElementById("chat-dot").textContent.startsWith("1")`)
	host.press("Chat")
	host.see("<b>yes</b>")
	host.until("a link", `document.querySelector('#talk a[href="https://halation.example/r4"][rel~=noopener]') !== null`)
	host.press("People")
	host.press("What you can do about Noor")
	host.press("Mute")
	guest.see("A host has muted you")
	guest.see("Unmute")
	host.until("Noor muted", `document.querySelector('#everyone [data-person="`+m.person(noor)+`"] [aria-label="Muted"]') !== null`)
}

func TestASessionThatIsNearlyOverIsExtended(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	m.endsIn(14 * time.Minute)
	host, guest := m.enters(m.host.Email()), m.enters(noor)
	host.see("minutes left.")
	guest.see("minutes left.")
	host.press("Extend by 15 min")
	host.see("The session goes on until")
	host.seeNo("minutes left.")
	host.until("the focus in the session", `document.activeElement.id === "main"`)
	guest.seeNo("minutes left.")
}

func TestAGuestComesFromALetterToPicturesWithoutAnAccount(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{"clara@lantern.example"}, Passwordless: true})
	host := m.enters(m.host.Email())
	letter := m.post.WaitFor(t, "clara@lantern.example")
	guest := open(t, m.URL)
	guest.visit(local(t, m.post.Link(letter, "/s/")))
	guest.see("Reel 4 grade review")
	guest.fill("Your first and last name", "Clara Weiss")
	guest.press("Join")
	guest.at(m.address())
	guest.sees(m.person(m.host.Email()))
	host.sees(m.person("clara@lantern.example"))
	host.see("Clara Weiss, guest")
	guest.press("Leave")
	guest.see("You have left")
	guest.see("Thank you for coming")
	guest.press("Come back")
	guest.sees(m.person(m.host.Email()))
}

func TestWhoHasNoDevicesTakesPartAndIsInOnlyOnce(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}})
	host := m.enters(m.host.Email())
	m.letIn(hookstest.Member(t, m.App, m.team, noor))
	first := signIn(t, m.Server, noor)
	first.before(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError") }`)
	first.visit(m.address())
	first.sees(m.person(m.host.Email()))
	first.see("The browser keeps the microphone and the camera from this page.")
	first.see("Unmute")
	host.see("Attendee, picture off")

	second := m.enters(noor)
	second.sees(m.person(m.host.Email()))
	first.see("You are in this session on another page")
	first.press("Go on here")
	second.see("You are in this session on another page")
	first.sees(m.person(m.host.Email()))
	host.see("People 2")
}

func TestTheLiveSessionIsForEverybody(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor, "rafael@lantern.example"}, Lobby: true})
	m.endsIn(10 * time.Minute)
	b := m.enters(m.host.Email())
	m.letIn(hookstest.Member(t, m.App, m.team, "rafael@lantern.example"))
	for _, width := range []int64{1440, 390} {
		b.size(width, 844)
		b.until("a page as high as the window", `document.documentElement.scrollHeight === innerHeight`)
		b.until("the list of people", `document.getElementById("people").hidden || (document.querySelector('[data-panel-toggle="people"]').click(), true)`)
		b.accessible("a session")
		b.press("People")
		b.see("Admit")
		b.accessible("its people")
		b.press("Chat")
		b.accessible("its chat")
		b.keys("\x1b")
		for key, name := range map[string]string{"d": "Devices", "?": "Keys", "l": "Leave the session?"} {
			b.keys(key)
			b.see(name)
			b.accessible(name)
			b.keys("\x1b")
		}
	}
	b.keys("l")
	b.see("Leave the session?")
	b.keys("\r")
	b.see("You have left")
	b.accessible("who left")
}

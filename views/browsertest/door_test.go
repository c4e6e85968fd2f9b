package browsertest

import (
	"testing"
	"time"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

func TestAGuestWithoutAnAccountComesByTheMailedLinkAndGoesInByHimself(t *testing.T) {
	server, post := withMail(t)
	livetest.Start(t, server.App)
	host := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	session := hookstest.Session(t, server.App, host, team, sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(8 * time.Minute),
		Passwordless: true, Guests: []string{"nora@client.example"}})
	link := local(t, post.Link(post.WaitFor(t, "nora@client.example"), "/s/"))

	nora := open(t, server.URL)
	nora.expect(422)
	nora.visit(link)
	nora.see("Enter your name to join")
	nora.fill("Your first and last name", "Nora Lind")
	nora.press("Join")
	nora.see("You join automatically when the host starts.")
	nora.until("the device check", `!document.querySelector("[data-check]").hidden`)
	// A browser that has the permission opens the check by itself, which may be at this moment.
	eval[bool](nora, `document.querySelector("[data-check][data-open]") || document.querySelector("[data-part=begin]").click(), true`)
	nora.until("what the camera sees", `document.querySelector("[data-part=picture]").videoWidth > 0`)
	nora.until("cameras to choose from", `document.querySelector("select[data-part=camera]").options[0].value !== ""`)
	nora.until("how loud the microphone hears", `document.querySelector("[data-part=level]").value > 0`)
	eval[bool](nora, `document.querySelector("[data-part=use-camera]").click(), true`)
	nora.see("Your camera is off.")
	nora.until("the choice is kept", `JSON.parse(localStorage.getItem("usher.stage")).camera === false`)

	if _, err := sessions.Start(server.App, hookstest.Actor(t, server.App, host, team), session.Id); err != nil {
		t.Fatal(err)
	}
	nora.at("/live/" + session.Id)
}

func TestWhoAsksAtTheDoorIsLetInWhileThePageWaits(t *testing.T) {
	m := meet(t, sessions.Form{Lobby: true})
	hookstest.Person(t, m.App, "ines@other.example")
	ines := signIn(t, m.Server, "ines@other.example")
	ines.visit("/s/" + m.session.Code())
	ines.see("Ask the host to admit you.")
	ines.press("Ask to join")
	ines.see("The host knows you're here.")
	m.letIn(m.host)
	host, err := sessions.ParticipantBy(m.App, m.session.Id, m.host.Email())
	must(t, err)
	waiting, err := sessions.ParticipantBy(m.App, m.session.Id, "ines@other.example")
	must(t, err)
	must(t, entry.Refuse(m.App, host, waiting.Id, "192.0.2.1"))
	ines.see("The host didn't admit you")
	must(t, entry.Admit(m.App, host, waiting.Id, "192.0.2.1"))
	ines.visit("/s/" + m.session.Code())
	ines.press("Join now")
	ines.at(m.address())
}

func TestTheDoorWithoutScript(t *testing.T) {
	server, post := withMail(t)
	host := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	hookstest.Session(t, server.App, host, team, sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(8 * time.Minute), Passwordless: true, Guests: []string{"nora@client.example"}})
	link := local(t, post.Link(post.WaitFor(t, "nora@client.example"), "/s/"))
	nora := open(t, server.URL)
	nora.noScript()
	nora.visit(link)
	nora.fill("Your first and last name", "Nora Lind")
	nora.press("Join")
	nora.see("The host hasn't started the session yet.")
	nora.press("Refresh")
	nora.see("The host hasn't started the session yet.")
}

// TestJoinPage_FollowsWhatHappens walks one open page through the states, without a reload: what was typed, the focus and
// the picture of the camera stay.
func TestJoinPage_FollowsWhatHappens(t *testing.T) {
	server, post := withMail(t)
	livetest.Start(t, server.App)
	host := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	actor := hookstest.Actor(t, server.App, host, team)
	form := sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(14 * time.Minute).Truncate(time.Minute), Minutes: 60,
		Passwordless: true, Lobby: true, Guests: []string{"nora@client.example"}}
	session := hookstest.Session(t, server.App, host, team, form)
	link := local(t, post.Link(post.WaitFor(t, "nora@client.example"), "/s/"))
	nora := open(t, server.URL)
	nora.expect(410)
	nora.visit(link)
	nora.fill("Your first and last name", "Nora Lind")
	eval[bool](nora, `window.stays = true`)
	nora.until("the stream", `document.querySelector("#live[data-connected]") !== null`)

	form.Title = "Reel 5 grade review"
	must(t, sessions.Change(server.App, actor, session.Id, form, sessions.This))
	nora.see("Reel 5 grade review")
	nora.until("what was typed, and the focus", `document.activeElement.id === "name" && document.activeElement.value === "Nora Lind" && window.stays`)
	nora.press("Join")
	nora.see("You're in the waiting room.")
	nora.until("the device check", `!document.querySelector("[data-check]").hidden`)
	// A browser that has the permission opens the check by itself, which may be at this moment.
	eval[bool](nora, `document.querySelector("[data-check][data-open]") || document.querySelector("[data-part=begin]").click(), true`)
	nora.until("what the camera sees", `document.querySelector("[data-part=picture]").videoWidth > 0`)
	eval[bool](nora, `window.stays = document.querySelector("[data-part=picture]").srcObject, true`)
	nora.until("the stream", `document.querySelector("#live[data-connected]") !== null`)

	_, err := sessions.Start(server.App, actor, session.Id)
	must(t, err)
	nora.see("The host knows you're here.")
	nora.until("the same picture", `document.querySelector("[data-part=picture]").srcObject === window.stays && window.stays.active`)
	by, err := sessions.ParticipantBy(server.App, session.Id, host.Email())
	must(t, err)
	me, err := sessions.ParticipantBy(server.App, session.Id, "nora@client.example")
	must(t, err)
	must(t, entry.Refuse(server.App, by, me.Id, "192.0.2.1"))
	nora.see("The host didn't admit you")
	nora.until("the camera is off", `!window.stays.active`)
	must(t, entry.Admit(server.App, by, me.Id, "192.0.2.1"))
	nora.until("the way in", `document.querySelector("form[data-join]") !== null`)
	must(t, entry.PutOut(server.App, by, me.Id, "192.0.2.1"))
	nora.see("You were removed from this session")
	must(t, sessions.End(server.App, actor, session.Id))
	nora.see("This session has ended")
	nora.until("the page that was opened", `window.stays !== undefined`)
}

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
	nora.see("Your link and your name are enough")
	nora.fill("Your first and last name", "Nora Lind")
	nora.press("Join")
	nora.see("You go in by yourself when the host starts.")
	nora.until("the device check", `!document.querySelector("[data-check]").hidden`)
	if eval[bool](nora, `!document.querySelector("[data-check][data-open]")`) {
		nora.press("Check now")
	}
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
	ines.see("You can ask the host to let you in.")
	ines.press("Ask to come in")
	ines.see("The host sees that you are here.")
	m.letIn(m.host)
	host, err := sessions.ParticipantBy(m.App, m.session.Id, m.host.Email())
	must(t, err)
	waiting, err := sessions.ParticipantBy(m.App, m.session.Id, "ines@other.example")
	must(t, err)
	must(t, entry.Refuse(m.App, host, waiting.Id, "192.0.2.1"))
	ines.see("The host did not let you in")
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
	nora.see("The host has not started yet.")
	nora.press("Look again")
	nora.see("The host has not started yet.")
}

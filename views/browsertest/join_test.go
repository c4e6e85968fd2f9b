package browsertest

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func TestJoinPage_GuestWithPersonalLink_JoinsWhenTheHostStarts(t *testing.T) {
	server, post := newServerWithEmail(t)
	livetest.Start(t, server.App)
	host := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	session := hookstest.ScheduleSession(t, server.App, host, team, sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(8 * time.Minute),
		Passwordless: true, Guests: []string{"nora@client.example"}})
	link := linkPath(t, post.FindLink(post.WaitFor(t, "nora@client.example"), "/s/"))

	nora := openTab(t, server.URL)
	nora.expectStatus(422)
	nora.visit(link)
	nora.waitForText("Enter your name to join")
	nora.fill("Your first and last name", "Nora Lind")
	nora.press("Join")
	nora.waitForText("You join automatically when the host starts.")
	nora.waitUntil("the device check", `!document.querySelector("[data-check]").hidden`)
	// A browser with the permission opens the device check by itself, possibly at this moment.
	eval[bool](nora, `document.querySelector("[data-check][data-open]") || document.querySelector("[data-part=begin]").click(), true`)
	nora.waitUntil("the camera preview", `document.querySelector("[data-part=picture]").videoWidth > 0`)
	nora.waitUntil("cameras to choose from", `document.querySelector("select[data-part=camera]").options[0].value !== ""`)
	nora.waitUntil("the microphone level", `document.querySelector("[data-part=level]").value > 0`)
	eval[bool](nora, `document.querySelector("[data-part=use-camera]").click(), true`)
	nora.waitForText("Your camera is off.")
	nora.waitUntil("the saved choice", `JSON.parse(localStorage.getItem("usher.stage")).camera === false`)

	if _, err := runs.Start(server.App, hookstest.Actor(t, server.App, host, team), session.Id); err != nil {
		t.Fatal(err)
	}
	nora.waitForURL("/live/" + session.Id)
}

func TestJoinPage_AsksToJoin_IsDeniedThenAdmitted(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Lobby: true})
	hookstest.Account(t, m.App, "ines@other.example")
	ines := signIn(t, m.Server, "ines@other.example")
	ines.visit("/s/" + m.session.Code())
	ines.waitForText("Ask the host to admit you.")
	ines.press("Ask to join")
	ines.waitForText("The host knows you're here.")
	m.join(m.host)
	host, err := sessions.FindParticipantByEmail(m.App, m.session.Id, m.host.Email())
	must(t, err)
	waiting, err := sessions.FindParticipantByEmail(m.App, m.session.Id, "ines@other.example")
	must(t, err)
	must(t, join.Deny(m.App, host, waiting.Id, "192.0.2.1"))
	ines.waitForText("The host didn't admit you")
	must(t, join.Admit(m.App, host, waiting.Id, "192.0.2.1"))
	ines.visit("/s/" + m.session.Code())
	ines.press("Join now")
	ines.waitForURL(m.path())
}

func TestJoinPage_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	host := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	hookstest.ScheduleSession(t, server.App, host, team, sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(8 * time.Minute), Passwordless: true, Guests: []string{"nora@client.example"}})
	link := linkPath(t, post.FindLink(post.WaitFor(t, "nora@client.example"), "/s/"))
	nora := openTab(t, server.URL)
	nora.disableScript()
	nora.visit(link)
	nora.fill("Your first and last name", "Nora Lind")
	nora.press("Join")
	nora.waitForText("The host hasn't started the session yet.")
	nora.press("Refresh")
	nora.waitForText("The host hasn't started the session yet.")
}

// TestJoinPage_FollowsStateChanges keeps one page open through all states, without a reload: typed text, the focus and
// the camera preview stay.
func TestJoinPage_FollowsStateChanges(t *testing.T) {
	server, post := newServerWithEmail(t)
	livetest.Start(t, server.App)
	host := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, host, "Halation Post", "pro")
	actor := hookstest.Actor(t, server.App, host, team)
	form := sessions.Form{Title: "Reel 4 grade review", Starts: time.Now().Add(14 * time.Minute).Truncate(time.Minute), Minutes: 60,
		Passwordless: true, Lobby: true, Guests: []string{"nora@client.example"}}
	session := hookstest.ScheduleSession(t, server.App, host, team, form)
	link := linkPath(t, post.FindLink(post.WaitFor(t, "nora@client.example"), "/s/"))
	nora := openTab(t, server.URL)
	nora.expectStatus(410)
	nora.visit(link)
	nora.fill("Your first and last name", "Nora Lind")
	eval[bool](nora, `window.stays = true`)
	nora.waitUntil("the stream", `document.querySelector("#live[data-connected]") !== null`)

	form.Title = "Reel 5 grade review"
	must(t, sessions.Change(server.App, actor, session.Id, form, sessions.ScopeSession))
	nora.waitForText("Reel 5 grade review")
	nora.waitUntil("the typed text and the focus", `document.activeElement.id === "name" && document.activeElement.value === "Nora Lind" && window.stays`)
	nora.press("Join")
	nora.waitForText("You're in the waiting room.")
	nora.waitUntil("the device check", `!document.querySelector("[data-check]").hidden`)
	// A browser with the permission opens the device check by itself, possibly at this moment.
	eval[bool](nora, `document.querySelector("[data-check][data-open]") || document.querySelector("[data-part=begin]").click(), true`)
	nora.waitUntil("the camera preview", `document.querySelector("[data-part=picture]").videoWidth > 0`)
	eval[bool](nora, `window.stays = document.querySelector("[data-part=picture]").srcObject, true`)
	nora.waitUntil("the stream", `document.querySelector("#live[data-connected]") !== null`)

	_, err := runs.Start(server.App, actor, session.Id)
	must(t, err)
	nora.waitForText("The host knows you're here.")
	nora.waitUntil("the same video", `document.querySelector("[data-part=picture]").srcObject === window.stays && window.stays.active`)
	by, err := sessions.FindParticipantByEmail(server.App, session.Id, host.Email())
	must(t, err)
	me, err := sessions.FindParticipantByEmail(server.App, session.Id, "nora@client.example")
	must(t, err)
	must(t, join.Deny(server.App, by, me.Id, "192.0.2.1"))
	nora.waitForText("The host didn't admit you")
	nora.waitUntil("the camera is off", `!window.stays.active`)
	must(t, join.Admit(server.App, by, me.Id, "192.0.2.1"))
	nora.waitUntil("the join button", `document.querySelector("form[data-join]") !== null`)
	must(t, join.Kick(server.App, by, me.Id, "192.0.2.1"))
	nora.waitForText("You were removed from this session")
	must(t, runs.End(server.App, actor, session.Id))
	nora.waitForText("This session has ended")
	nora.waitUntil("the opened page", `window.stays !== undefined`)
}

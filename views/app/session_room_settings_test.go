package app_test

import (
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestRoomSettings_AreShownAsEffective(t *testing.T) {
	w := newFixture(t)
	name, yes := "Stage", true
	room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name, Lobby: &yes})
	if err != nil {
		t.Fatal(err)
	}
	session := w.newSession("Dailies", sessions.Form{Room: room.Id, Muted: true})
	b := w.As(w.olga)
	assertPage(t, b.Get(appURL+"/sessions/"+session.Id), 200, "Everyone waits until the host admits them. Set by the room.", "Microphones are off on entry.")
	page := b.Get(appURL + "/sessions/" + session.Id + "/edit")
	assertPage(t, page, 200, "Set by the room.")
	if n := strings.Count(page.Body, "Set by the room."); n != 1 {
		t.Errorf("%d settings are said to be the room's, want 1", n)
	}
	assertNotContains(t, page, `<input type="hidden" name="lobby"`)
	r := b.Post(appURL+"/sessions/preview", sessionForm("room", room.Id, "lobby", "yes"))
	assertPage(t, r, 200, "Set by the room.", `<input type="hidden" name="lobby" value="yes"`)
	assertNotContains(t, b.Post(appURL+"/sessions/preview", sessionForm("lobby", "yes")), "Set by the room.")
}

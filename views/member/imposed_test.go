package member_test

import (
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestSettings_SetByTheRoom_AreShownAsTheyApply(t *testing.T) {
	w := build(t)
	name, yes := "Stage", true
	room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name, Lobby: &yes})
	if err != nil {
		t.Fatal(err)
	}
	session := w.session("Dailies", sessions.Form{Room: room.Id, Muted: true})
	b := w.As(w.olga)
	says(t, b.Get(app+"/sessions/"+session.Id), 200, "Everyone waits until the host admits them. Set by the room.", "Microphones are off on entry.")
	page := b.Get(app + "/sessions/" + session.Id + "/edit")
	says(t, page, 200, "Set by the room.")
	if n := strings.Count(page.Body, "Set by the room."); n != 1 {
		t.Errorf("%d settings are said to be the room's", n)
	}
	lacks(t, page, `<input type="hidden" name="lobby"`)
	r := b.Post(app+"/sessions/preview", filled("room", room.Id, "lobby", "yes"))
	says(t, r, 200, "Set by the room.", `<input type="hidden" name="lobby" value="yes"`)
	lacks(t, b.Post(app+"/sessions/preview", filled("lobby", "yes")), "Set by the room.")
}

package browsertest

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/rooms"
	"usher/hooks/runs"
)

// TestRoomPage_FollowsWhatHappensThere: the open page of a room shows the session that starts there, and its end.
func TestRoomPage_FollowsWhatHappensThere(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	hookstest.Member(t, server.App, team, "ruth@halation.example")
	name := "Studio"
	room, err := rooms.Create(server.App, hookstest.Actor(t, server.App, owner, team), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	b := signIn(t, server, "ruth@halation.example")
	b.visit("/r/" + room.Slug())
	b.waitForText("No session is running in this room.")
	b.waitForStream()
	place, err := join.ResolveRoom(server.App, owner, room.Slug(), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	session, err := join.StartInRoom(server.App, place, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	b.waitForText("A session is running in this room.")
	b.waitForText("Join session")
	b.waitUntil("the announced text", `document.getElementById("room-said").textContent === "A session is running in this room."`)
	if err := runs.End(server.App, hookstest.Actor(t, server.App, owner, team), session.Id); err != nil {
		t.Fatal(err)
	}
	b.waitForText("No session is running in this room.")
	b.waitForNoText("Join session")
}

package browsertest

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestARoomIsMadeBookedFollowedAndArchived(t *testing.T) {
	server, _ := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post")
	b.press("Rooms")
	b.see("Make the first room")
	b.press("New room")
	b.fill("Name", "Grading suite")
	b.press("Anyone with the link")
	b.press("Make the room")
	b.see("Grading suite is ready.")
	b.see("Whoever gets hold of it comes in")
	all, err := rooms.Of(server.App, team.Id)
	if err != nil || len(all) != 1 || all[0].Entry() != rooms.Anyone {
		t.Fatal(all, err)
	}

	b.connected()
	tomorrow := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	hookstest.Session(t, server.App, owner, team, sessions.Form{Title: "Kestrel, reel 4", Room: all[0].Id, Starts: tomorrow.Add(10 * time.Hour)})
	b.see("Kestrel, reel 4") // it shows itself
	old := all[0].Link(server.App)
	b.press("Rotate the link…")
	b.see(old + " lets nobody in any more")
	b.press("Rotate the link")
	b.see("has a new link. The old one says so.")

	b.visit("/app/halation-post/rooms?date=" + tomorrow.Format(time.DateOnly))
	b.see("10:00 to 11:00, “Kestrel, reel 4”")
	b.press("From 11:00")
	b.at("/app/halation-post/sessions/new?date=" + tomorrow.Format(time.DateOnly) + "&room=" + all[0].Id + "&time=11%3A00")
	b.see("Grading suite")

	b.visit("/admin/halation-post/rooms/" + all[0].Id)
	b.press("Archive…")
	b.see("1 session keeps its time there")
	b.press("Archive the room")
	b.see("It takes no new bookings.")
	b.see("This room is archived.")
	b.press("Put into use")
	b.see("is in use again.")

	for _, width := range []int64{1440, 390} {
		b.size(width, 900)
		for _, path := range []string{"/admin/halation-post/rooms", "/admin/halation-post/rooms/new", "/admin/halation-post/rooms/" + all[0].Id,
			"/admin/halation-post/rooms/" + all[0].Id + "/archive", "/app/halation-post/rooms", "/app/halation-post/rooms?view=week"} {
			b.visit(path)
			b.accessible(path)
		}
	}
}

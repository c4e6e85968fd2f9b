package browsertest

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestRooms_CreateBookRotateAndArchive(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	b := signIn(t, server, "marta@halation.example")
	b.visit("/admin/halation-post")
	b.press("Rooms")
	b.waitForText("Create your first room")
	b.press("New room")
	b.fill("Name", "Grading suite")
	b.press("Anyone with the link")
	b.press("Create room")
	b.waitForText("Grading suite was created.")
	b.waitForText("Anyone with this link can join")
	all, err := rooms.List(server.App, team.Id)
	if err != nil || len(all) != 1 || all[0].Access() != rooms.AccessAnyone {
		t.Fatal(all, err)
	}

	b.waitForStream()
	tomorrow := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	hookstest.ScheduleSession(t, server.App, owner, team, sessions.Form{Title: "Kestrel, reel 4", Room: all[0].Id, Starts: tomorrow.Add(10 * time.Hour)})
	b.waitForText("Kestrel, reel 4") // appears by itself
	old := all[0].Link(server.App)
	b.press("Rotate link…")
	b.waitForText(old + " stops working")
	b.press("Rotate link")
	b.waitForText("has a new link. The old link no longer works.")

	b.visit("/app/halation-post/rooms?date=" + tomorrow.Format(time.DateOnly))
	b.waitForText("10:00 to 11:00, “Kestrel, reel 4”")
	b.press("From 11:00")
	b.waitForURL("/app/halation-post/sessions/new?date=" + tomorrow.Format(time.DateOnly) + "&room=" + all[0].Id + "&time=11%3A00")
	b.waitForText("Grading suite")

	b.visit("/admin/halation-post/rooms/" + all[0].Id)
	b.press("Archive room…")
	b.waitForText("1 existing booking isn't affected")
	b.press("Archive room")
	b.waitForText("It can't be booked until you restore it.")
	b.waitForText("This room is archived.")
	b.press("Restore room")
	b.waitForText("was restored.")

	for _, width := range []int64{1440, 390} {
		b.resize(width, 900)
		for _, path := range []string{"/admin/halation-post/rooms", "/admin/halation-post/rooms/new", "/admin/halation-post/rooms/" + all[0].Id,
			"/admin/halation-post/rooms/" + all[0].Id + "/archive", "/app/halation-post/rooms", "/app/halation-post/rooms?view=week"} {
			b.visit(path)
			b.assertAccessible(path)
		}
	}
}

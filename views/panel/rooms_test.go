package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/views/answers"
	"usher/views/viewstest"
)

// newRoom creates a room in the team.
func (s *fixture) newRoom(name string) *rooms.Room {
	s.t.Helper()
	room, err := rooms.Create(s.App, hookstest.Actor(s.t, s.App, s.owner, s.team), rooms.Profile{Name: &name})
	if err != nil {
		s.t.Fatal(err)
	}
	return room
}

// book schedules a session in a room, the given minutes from now.
func (s *fixture) book(room *rooms.Room, title string, from, minutes int) *core.Record {
	s.t.Helper()
	starts := time.Now().Add(time.Duration(from) * time.Minute)
	r := hookstest.NewRecord(s.t, s.App, "sessions", map[string]any{"team": s.team.Id, "host": s.organizer.Id, "host_name": "Théo", "title": title,
		"room": room.Id, "starts": starts, "minutes": minutes, "ends": starts.Add(time.Duration(minutes) * time.Minute), "timezone": "UTC",
		"status": "scheduled", "code": core.GenerateDefaultRandomId(), "resolution": "720p", "fps": 25, "codec": "vp8", "audio": "speech"})
	if err := s.App.Save(r); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *fixture) reloadRoom(room *rooms.Room) *rooms.Room {
	s.t.Helper()
	now, err := rooms.Find(s.App, s.team.Id, room.Id)
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

func roomForm() url.Values {
	return url.Values{"name": {"Edit bay"}, "slug": {"bay"}, "description": {"Two screens."}, "entry": {"team"}, "lobby": {"yes"}, "muted": {"yes"},
		"recording": {"off"}, "people": {"12"}, "quality": {"1080p"}}
}

func TestRooms_AccessByRole(t *testing.T) {
	s := newFixture(t, true)
	room := s.newRoom("Grading suite")
	for who, account := range map[string]*core.Record{"nobody": nil, "stranger": s.stranger, "guest": s.guest, "member": s.member,
		"organizer": s.organizer, "another team's owner": s.other, "admin": s.admin, "owner": s.owner} {
		b := s.Anonymous()
		if account != nil {
			b = s.As(account)
		}
		for _, path := range []string{"", "/new", "/" + room.Id, "/" + room.Id + "/edit", "/" + room.Id + "/archive", "/" + room.Id + "/rotate"} {
			assertAccess(t, who, "GET /rooms"+path, b.Get(s.path("/rooms"+path)))
		}
		if who == "admin" || who == "owner" {
			continue
		}
		for _, path := range []string{"/new", "/" + room.Id + "/edit", "/" + room.Id + "/archive", "/" + room.Id + "/restore", "/" + room.Id + "/rotate"} {
			assertAccess(t, who, "POST /rooms"+path, b.Post(s.path("/rooms"+path), roomForm()))
		}
	}
	if now := s.reloadRoom(room); now.Slug() != "grading-suite" || now.Name() != "Grading suite" || !now.Archived().IsZero() || hookstest.Count(t, s.App, "rooms") != 1 {
		t.Error("a user without permission changed the room")
	}
}

func TestRooms_NoRooms_ExplainsThem(t *testing.T) {
	s := newFixture(t, true)
	r := s.As(s.admin).Get(s.path("/rooms"))
	assertPage(t, r, http.StatusOK, "Create your first room", answers.RoomPlace, "Bookings can't overlap", "A room doesn't use a licence", s.path("/rooms/new"))
	assertNotContains(t, r, "<table")
}

func TestRooms_CreateAndEdit(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/rooms/new")), http.StatusOK, "60 characters at most", "The Pro plan allows 100 per session.", `value="invited" checked`, `value="host" checked`, s.URL+"/r/")
	r := b.Post(s.path("/rooms/new"), roomForm())
	room, err := rooms.FindBySlug(s.App, "bay")
	if err != nil {
		t.Fatal(r.Status, pageText(r.Body), err)
	}
	assertRedirect(t, b, r, s.path("/rooms/"+room.Id), "Edit bay was created.")
	r = b.Get(s.path("/rooms/" + room.Id))
	assertPage(t, r, http.StatusOK, s.URL+"/r/bay", "Two screens.", "Everyone in the team", "1080p, full HD", "The Pro plan allows 100", "No bookings yet", "Archive room…", "Rotate link…")
	form := roomForm()
	form.Set("people", "")
	form.Set("entry", "anyone")
	form.Del("lobby")
	assertContains(t, b.Get(s.path("/rooms/"+room.Id+"/edit")), "Edit Edit bay · ", "The room gets a new link, and the old link says that it was replaced.", s.URL+"/r/bay stops working")
	assertRedirect(t, b, b.Post(s.path("/rooms/"+room.Id+"/edit"), form), s.path("/rooms/"+room.Id), "Edit bay was saved. It has a new link")
	now := s.reloadRoom(room)
	if now.MaxPeople() != 0 || now.Access() != rooms.AccessAnyone || now.GetBool("lobby") || !now.GetBool("muted") || !strings.HasPrefix(now.Slug(), "bay-") {
		t.Error(now.PublicExport())
	}
	assertContains(t, b.Get(s.path("/rooms/"+room.Id)), "Anyone with this link can join", "Anyone with the link", s.URL+"/r/"+now.Slug())
	assertContains(t, s.Anonymous().Get("/r/bay"), "replaced")
	r = b.Get(s.path("/rooms/" + room.Id + "/edit"))
	assertContains(t, r, "The link ends in random characters")
	assertNotContains(t, r, "If you open the room to anyone")
	form.Set("slug", now.Slug())
	assertRedirect(t, b, b.Post(s.path("/rooms/"+room.Id+"/edit"), form), s.path("/rooms/"+room.Id), "Edit bay was saved.")
	if s.reloadRoom(room).Slug() != now.Slug() {
		t.Error("an unguessable link was rotated")
	}
}

func TestRoomForm_InvalidInput_KeepsTheForm(t *testing.T) {
	s := newFixture(t, true)
	s.newRoom("Grading suite")
	bay := s.newRoom("Bay 2")
	b := s.As(s.owner)
	for field, value := range map[string]string{"name": "GRADING suite", "slug": "abcdefghij12345", "people": "101", "description": strings.Repeat("y", 501)} {
		for _, path := range []string{"/rooms/new", "/rooms/" + bay.Id + "/edit"} {
			form := roomForm()
			form.Set(field, value)
			r := b.Post(s.path(path), form)
			assertPage(t, r, http.StatusUnprocessableEntity, value, `id="`+field+`-e"`, `href="#`+field+`"`, `value="1080p" selected`, `value="yes" checked`)
		}
	}
	for name, bad := range map[string][2]string{"people": {"a dozen", "whole number"}, "slug": {"grading-suite", "used by another room"}, "name": {"<b>\x00</b>", "aren't allowed"}} {
		form := roomForm()
		form.Set(name, bad[0])
		assertPage(t, b.Post(s.path("/rooms/new"), form), http.StatusUnprocessableEntity, bad[1])
	}
	form := roomForm()
	form.Set("name", `<script>alert("x")</script>`)
	if r := b.Post(s.path("/rooms/new"), form); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, pageText(r.Body))
	}
	if r := b.Get(s.path("/rooms")); strings.Contains(r.Body, "<script>alert") || !strings.Contains(r.Body, "&lt;script&gt;alert") {
		t.Error("a name is not escaped")
	}
}

func TestRooms_List_ShowsBookings(t *testing.T) {
	s := newFixture(t, true)
	suite, bay := s.newRoom("Grading suite"), s.newRoom("Edit bay")
	s.newRoom("Attic")
	now := s.book(suite, "Dailies", 1, 90)
	hookstest.Exec(t, s.App, "UPDATE sessions SET starts = {:past}, status = 'running' WHERE id = {:id}", dbx.Params{"past": record.FormatTime(time.Now().Add(-time.Minute)), "id": now.Id})
	s.book(suite, "Later today", 60*24*3, 30)
	s.book(bay, "Kestrel, reel 4", 60*24*2, 60)
	b := s.As(s.admin)
	r := b.Get(s.path("/rooms"))
	assertPage(t, r, http.StatusOK, "Active", "Now, until", "Dailies", "Kestrel, reel 4", "1 session", "No bookings", "/r/edit-bay", "Invited people only", `data-copy="`+s.URL+`/r/grading-suite"`)
	assertNotContains(t, r, "Later today")
	r = b.Get(s.path("/rooms?q=edit"))
	assertContains(t, r, "Edit bay")
	assertNotContains(t, r, "Attic", "Grading suite</b>")
	assertContains(t, b.Get(s.path("/rooms?q=nothing")), "No rooms match “nothing”", "Clear search")
	assertContains(t, b.Get(s.path("/rooms?q=---")), "Edit bay", "Attic", "Grading suite")
	assertNotContains(t, b.Get(s.path("/rooms?q=---")), "Clear search")
	assertContains(t, b.Get(s.path("/users?q=---")), "Theo", "Jonas")
	assertNotContains(t, b.Get(s.path("/users?q=---")), "No users match", "Clear filters")
	assertNotContains(t, b.Get(s.path("/audit?person=---")), "No events match", "Clear filters")
	r = b.Get(s.path("/rooms/" + suite.Id))
	assertPage(t, r, http.StatusOK, "Dailies", "Later today", "Theo", "/sessions/"+now.Id, "3 of 3")
	part := s.fragment(b, s.path("/rooms/"+suite.Id), "div#details")
	assertPage(t, part, http.StatusOK, `id="details"`, `hx-swap-oob="outerMorph"`)
	assertNotContains(t, part, "<html")
}

func TestArchiveRoom_ListsBookingsFirst(t *testing.T) {
	s := newFixture(t, true)
	suite := s.newRoom("Grading suite")
	for n := range 10 {
		s.book(suite, "Session "+string(rune('A'+n)), 60*(n+1), 60)
	}
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/rooms/"+suite.Id+"/edit")), http.StatusOK, "10 bookings", "Session A", "and 2 more sessions")
	assertPage(t, b.Get(s.path("/rooms/"+suite.Id+"/archive")), http.StatusOK, "Archive Grading suite?", "10 existing bookings aren't affected", "Session E", "and 5 more sessions")
	assertNotContains(t, s.fragment(b, s.path("/rooms/"+suite.Id+"/archive"), "div#dialog"), "<html")
	assertRedirect(t, b, b.Post(s.path("/rooms/"+suite.Id+"/archive"), nil), s.path("/rooms/"+suite.Id), "was archived. It can't be booked until you restore it.")
	assertPage(t, b.Get(s.path("/rooms/"+suite.Id)), http.StatusOK, "This room is archived.", "Restore room", "Session A")
	assertPage(t, b.Get(s.path("/rooms/"+suite.Id+"/archive")), http.StatusNotFound)
	assertPage(t, b.Post(s.path("/rooms/"+suite.Id+"/archive"), nil), http.StatusUnprocessableEntity, "No changes were made.", "already archived")
	assertPage(t, b.Get(s.path("/rooms")), http.StatusOK, "All rooms are archived.")
	assertContains(t, b.Get(s.path("/rooms?status=archived")), "Grading suite")
	s.newRoom("Grading suite")
	assertPage(t, b.Post(s.path("/rooms/"+suite.Id+"/restore"), nil), http.StatusUnprocessableEntity, "already has a room called “Grading suite”")
	renamed := roomForm()
	renamed.Set("slug", "second")
	b.Post(s.path("/rooms/"+suite.Id+"/edit"), renamed)
	assertRedirect(t, b, b.Post(s.path("/rooms/"+suite.Id+"/restore"), nil), s.path("/rooms/"+suite.Id), "was restored.")
}

func TestRotateRoom_AsksFirst(t *testing.T) {
	s := newFixture(t, true)
	suite := s.newRoom("Grading suite")
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/rooms/"+suite.Id+"/rotate")), http.StatusOK, "Rotate the link of Grading suite?", s.URL+"/r/grading-suite stops working")
	if s.reloadRoom(suite).Slug() != "grading-suite" {
		t.Fatal("a look rotated it")
	}
	assertRedirect(t, b, b.Post(s.path("/rooms/"+suite.Id+"/rotate"), nil), s.path("/rooms/"+suite.Id), "has a new link. The old link no longer works.")
	assertContains(t, b.Get(s.path("/rooms/"+suite.Id)), s.URL+"/r/"+s.reloadRoom(suite).Slug())
	if s.reloadRoom(suite).Slug() == "grading-suite" {
		t.Error("the link is the old one")
	}
}

func TestRooms_IDsOfAnotherTeam_AreNotFound(t *testing.T) {
	s := newFixture(t, true)
	theirs, err := rooms.Create(s.App, hookstest.Actor(t, s.App, s.other, s.foreign), rooms.Profile{Name: new("Theirs")})
	if err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	unknown := b.Get(s.path("/rooms/abcdefghijklmno"))
	assertPage(t, unknown, http.StatusNotFound)
	for _, id := range []string{theirs.Id, theirs.Slug(), "%27%20OR%201=1"} {
		for _, action := range []string{"", "/edit", "/archive", "/rotate"} {
			if r := b.Get(s.path("/rooms/" + id + action)); r.Status != http.StatusNotFound || r.Body != unknown.Body {
				t.Errorf("GET %s%s: %d, want %v and %v", id, action, r.Status, http.StatusNotFound, unknown.Body)
			}
		}
		for _, action := range []string{"/edit", "/archive", "/restore", "/rotate"} {
			if r := b.Post(s.path("/rooms/"+id+action), roomForm()); r.Status != http.StatusNotFound {
				t.Errorf("POST %s%s: %d, want %v", id, action, r.Status, http.StatusNotFound)
			}
		}
	}
}

func TestSearch_FindsRooms(t *testing.T) {
	s := newFixture(t, true)
	suite := s.newRoom("Grading suite")
	find := func(account *core.Record, path string) viewstest.Reply { return s.As(account).Get(path) }
	assertContains(t, find(s.admin, s.path("/find?q=grading")), "Grading suite", s.path("/rooms/"+suite.Id))
	assertContains(t, find(s.admin, s.path("/find?q=new+room")), s.path("/rooms/new"))
	app := "/app/" + s.team.Slug()
	assertContains(t, find(s.member, app+"/find?q=suite"), "Grading suite", app+"/rooms#"+suite.Id)
	assertNotContains(t, find(s.guest, app+"/find?q=suite"), "Grading suite", app+"/rooms")
	assertNotContains(t, find(s.member, app+"/find?q=new+room"), "/rooms/new")
}

func TestRoomActions_InDetails_KeepListAndDetails(t *testing.T) {
	s := newFixture(t, true)
	suite, foyer := s.newRoom("Grading suite"), s.newRoom("Foyer")
	b := s.As(s.owner)
	at := s.path("/rooms/" + suite.Id)
	r := s.act(b, at+"?q=suite", at+"/archive", nil)
	assertPage(t, r, http.StatusOK, `id="details"`, `value="suite"`, "was archived.", ">Undo<", "This room is archived.", `<div id="dialog" hx-swap-oob="innerHTML">`)
	if to := r.Header.Get("HX-Replace-Url"); to != at+"?q=suite" {
		t.Errorf("the page is at %s, want %s", to, at+"?q=suite")
	}
	assertPage(t, s.act(b, at, at+"/archive", nil), http.StatusUnprocessableEntity, `id="details"`, "No changes were made.", "already archived")
	assertPage(t, s.act(b, s.path("/rooms"), at+"/restore", nil), http.StatusOK, `<div id="details" hidden>`, "was restored.", "Foyer")
	assertPage(t, s.act(b, s.path("/rooms/"+foyer.Id), at+"/archive", nil), http.StatusOK, `id="details-title"`, "Foyer", "was archived.")
}

package rooms_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func (s *fixture) update(room *rooms.Room, profile rooms.Profile) error {
	s.Helper()
	_, err := rooms.Update(s.app, s.actor("owner"), room.Id, profile)
	return err
}

func TestCreate_UsesSafeDefaults(t *testing.T) {
	s := newFixture(t)
	for what, r := range map[string]*core.Record{
		"an action": s.createRoom("Grading suite").Record,
		"a save":    hookstest.NewRecord(t, s.app, "rooms", map[string]any{"team": s.team.Id, "name": "  Edit   bay "}),
	} {
		if r.IsNew() {
			if err := s.app.Save(r); err != nil {
				t.Fatal(what, err)
			}
		}
		if r.GetString("entry") != rooms.AccessInvited || r.GetBool("lobby") || r.GetBool("early") || r.GetBool("muted") ||
			r.GetString("recording") != rooms.RecordingByHost || r.GetInt("people") != 0 || r.GetString("quality") != "2160p" || r.GetString("archived") != "" {
			t.Errorf("%s: %v", what, r.PublicExport())
		}
	}
	all, err := rooms.List(s.app, s.team.Id)
	if err != nil || len(all) != 2 || all[0].Name() != "Edit bay" || all[0].Slug() != "edit-bay" || all[0].Link(s.app) != "http://usher.test/r/edit-bay" {
		t.Errorf("%v %v", all, err)
	}
}

func TestActions_RequireOwnerOrAdmin(t *testing.T) {
	s := newFixture(t)
	room := s.createRoom("Grading suite")
	for by, code := range map[string]string{"owner": "", "admin": "", "organizer": errs.CodeNotAllowed, "member": errs.CodeNotAllowed, "guest": errs.CodeNotAllowed} {
		_, err := rooms.Create(s.app, s.actor(by), rooms.Profile{Name: new("Room of " + by)})
		hookstest.AssertCode(t, by+" creates", err, code)
		_, err = rooms.Update(s.app, s.actor(by), room.Id, rooms.Profile{Description: new("By " + by)})
		hookstest.AssertCode(t, by+" updates", err, code)
		for _, action := range []func(core.App, string) error{
			func(app core.App, id string) error { _, err := rooms.RotateLink(app, s.actor(by), id); return err },
			func(app core.App, id string) error { _, err := rooms.Archive(app, s.actor(by), id); return err },
			func(app core.App, id string) error { _, err := rooms.Restore(app, s.actor(by), id); return err },
		} {
			hookstest.AssertCode(t, by, action(s.app, room.Id), code)
			if err := action(s.app, "abcdefghijklmno"); code == "" && !errors.Is(err, errs.ErrNotFound) || code != "" && errs.Code(err) != code {
				t.Errorf("%s, an unknown room: %v", by, err)
			}
		}
	}
	// The audit log has the actions, including the room's creation, and refusals, also of unknown ids.
	for by, want := range map[string]int{"owner": 6, "admin": 5, "organizer": 8} {
		if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"actor": s.users[by].Id}, dbx.NewExp("action LIKE 'room.%'")); n != want {
			t.Errorf("%s: got %d rows in the audit log, want %d", by, n, want)
		}
	}
}

func TestUpdate_RoomOfAnotherTeam_IsNotFound(t *testing.T) {
	s := newFixture(t)
	room := s.createRoom("Grading suite")
	if _, err := rooms.Update(s.app, s.actor("rival"), room.Id, rooms.Profile{Name: new("Mine")}); !errors.Is(err, errs.ErrNotFound) {
		t.Error(err)
	}
	if _, err := rooms.RotateLink(s.app, s.actor("rival"), room.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Error(err)
	}
	r := s.reload(room).Record
	r.Set("team", s.otherTeam.Id)
	hookstest.AssertCode(t, "moved to another team", s.app.Save(r), "fixed")
}

func TestUpdate_InvalidProfile_IsRefused(t *testing.T) {
	s := newFixture(t)
	room := s.createRoom("Grading suite")
	s.createRoom("Edit bay")
	for _, c := range []struct {
		what    string
		profile rooms.Profile
		field   string
		code    string
	}{
		{"no name", rooms.Profile{Name: new("  ")}, "name", "required"},
		{"a long name", rooms.Profile{Name: new(strings.Repeat("x", 61))}, "name", "too_long"},
		{"control characters", rooms.Profile{Name: new("Grading\x00suite")}, "name", "bad_text"},
		{"a name that turns around", rooms.Profile{Name: new("Suite \u202etxt")}, "name", "bad_text"},
		{"a name that is an address", rooms.Profile{Name: new("https://evil.example")}, "name", "bad_text"},
		{"another room's name", rooms.Profile{Name: new("EDIT bay")}, "name", rooms.CodeTaken},
		{"a long description", rooms.Profile{Description: new(strings.Repeat("x", 501))}, "description", "too_long"},
		{"another room's link", rooms.Profile{Slug: new("edit-bay")}, "slug", rooms.CodeTaken},
		{"a link like an id", rooms.Profile{Slug: new("abcdefghij12345")}, "slug", "bad_slug"},
		{"capitals in a link", rooms.Profile{Slug: new("Suite")}, "slug", "bad_slug"},
		{"two words in a link", rooms.Profile{Slug: new("grading suite")}, "slug", "bad_slug"},
		{"a way out of a link", rooms.Profile{Slug: new("../admin")}, "slug", "bad_slug"},
		{"a long link", rooms.Profile{Slug: new(strings.Repeat("a", 61))}, "slug", "bad_slug"},
		{"an unknown access level", rooms.Profile{Access: new("everybody")}, "entry", "bad_entry"},
		{"an unknown recording", rooms.Profile{Recording: new("secretly")}, "recording", "bad_recording"},
		{"an unknown quality", rooms.Profile{Quality: new("8k")}, "quality", "bad_quality"},
		{"fewer than 0 people", rooms.Profile{MaxPeople: new(-1)}, "people", "bad_number"},
		{"more than the plan gives", rooms.Profile{MaxPeople: new(101)}, "people", rooms.CodePlanLimit},
	} {
		field, code, _, _ := errs.Details(s.update(room, c.profile))
		if field != c.field || code != c.code {
			t.Errorf("%s: got %s %s, want %s %s", c.what, field, code, c.field, c.code)
		}
		if c.profile.Name == nil {
			c.profile.Name = new("Another one")
		}
		_, err := rooms.Create(s.app, s.actor("owner"), c.profile)
		if code := errs.Code(err); code != c.code {
			t.Errorf("%s, new: %v, want %v", c.what, err, c.code)
		}
	}
	hookstest.AssertCode(t, "as many as the plan gives", s.update(room, rooms.Profile{MaxPeople: new(100)}), "")
	if now := s.reload(room); now.Name() != "Grading suite" || now.MaxPeople() != 100 {
		t.Error(now.PublicExport())
	}
	bare := s.reload(room).Record
	bare.Set("people", 101)
	hookstest.AssertCode(t, "a bare save", s.app.Save(bare), rooms.CodePlanLimit)
	bare = s.reload(room).Record
	bare.Set("slug", "abcdefghij12345")
	hookstest.AssertCode(t, "a bare save", s.app.Save(bare), "bad_slug")
}

func TestCreate_ReportsAllInvalidFields(t *testing.T) {
	s := newFixture(t)
	s.createRoom("Grading suite")
	_, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: new("grading suite"), Slug: new("abcdefghij12345"), MaxPeople: new(500), Quality: new("8k")})
	var fields validation.Errors
	if !errors.As(err, &fields) || len(fields) != 4 || fields["name"] == nil || fields["slug"] == nil || fields["people"] == nil || fields["quality"] == nil {
		t.Error(err)
	}
}

func TestCreate_OverMaxRooms_IsRefused(t *testing.T) {
	s := newFixture(t)
	for n := range rooms.MaxRooms {
		hookstest.Exec(t, s.app, "INSERT INTO rooms (id, team, name, slug, entry, recording, quality) VALUES ({:id}, {:team}, {:name}, {:slug}, 'team', 'off', '720p')",
			dbx.Params{"id": core.GenerateDefaultRandomId(), "team": s.team.Id, "name": fmt.Sprint("Room ", n), "slug": fmt.Sprint("room-", n)})
	}
	_, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: new("One more")})
	hookstest.AssertCode(t, "one more", err, errs.CodeTooMany)
	all, err := rooms.List(s.app, s.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "a change of one", s.update(all[0], rooms.Profile{Name: new("Renamed")}), "")
}

func TestCreate_UnlimitedPlan_AllowsAnyMaxPeople(t *testing.T) {
	s := newFixture(t)
	owner := hookstest.Account(t, s.app, "big@x.example")
	big := hookstest.Team(t, s.app, owner, "Big", "unlimited")
	_, err := rooms.Create(s.app, hookstest.Actor(t, s.app, owner, big), rooms.Profile{Name: new("Hall"), MaxPeople: new(5000)})
	hookstest.AssertCode(t, "5,000 people", err, "")
}

func TestRotateLink_OldSlug_IsRetired(t *testing.T) {
	s := newFixture(t)
	room := s.createRoom("Grading suite")
	rotated, err := rooms.RotateLink(s.app, s.actor("admin"), room.Id)
	if err != nil || !regexp.MustCompile(`^grading-suite-[a-z2-9]{10}$`).MatchString(rotated.Slug()) {
		t.Fatal(rotated.Slug(), err)
	}
	if _, err := rooms.FindBySlug(s.app, "grading-suite"); !errors.Is(err, errs.ErrNotFound) {
		t.Error(err)
	}
	if old, err := rooms.FindByOldSlug(s.app, "Grading-Suite"); err != nil || old.Id != room.Id {
		t.Error(old, err)
	}
	if _, err := rooms.FindByOldSlug(s.app, rotated.Slug()); !errors.Is(err, errs.ErrNotFound) {
		t.Error("the link of today is called replaced:", err)
	}
	bay := s.createRoom("Edit bay")
	hookstest.AssertCode(t, "another room takes it", s.update(bay, rooms.Profile{Slug: new("grading-suite")}), rooms.CodeTaken)
	again := s.createRoom("Grading  suite 2")
	hookstest.AssertCode(t, "and one by its name", s.update(again, rooms.Profile{Slug: new("grading-suite")}), rooms.CodeTaken)

	hookstest.AssertCode(t, "the room itself", s.update(room, rooms.Profile{Slug: new("grading-suite")}), "")
	if _, err := rooms.FindByOldSlug(s.app, "grading-suite"); !errors.Is(err, errs.ErrNotFound) {
		t.Error("it is called replaced still:", err)
	}
	if old, err := rooms.FindByOldSlug(s.app, rotated.Slug()); err != nil || old.Id != room.Id {
		t.Error(old, err)
	}
	forged := hookstest.NewRecord(t, s.app, "room_links", map[string]any{"room": bay.Id, "slug": "grading-suite"})
	hookstest.AssertCode(t, "a replaced link that is in use", s.app.Save(forged), rooms.CodeTaken)
}

func TestCreate_OpenToAnyone_GetsSecretSlug(t *testing.T) {
	s := newFixture(t)
	room, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: new("Open house"), Access: new(rooms.AccessAnyone)})
	if err != nil || !strings.HasPrefix(room.Slug(), "open-house-") {
		t.Error(room.Slug(), err)
	}
	theirs, err := rooms.Create(s.app, s.actor("rival"), rooms.Profile{Name: new("Dailies")})
	if err != nil {
		t.Fatal(err)
	}
	if ours := s.createRoom("Dailies"); theirs.Slug() != "dailies" || !strings.HasPrefix(ours.Slug(), "dailies-") {
		t.Error(ours.Slug(), theirs.Slug())
	}
	for name, want := range map[string]string{"日本放送": "room", "abcdefghij12345": "room-abcdefghij12345", strings.Repeat("a", 60): strings.Repeat("a", 40)} {
		if room := s.createRoom(name); room.Slug() != want {
			t.Errorf("%q: %s, want %v", name, room.Slug(), want)
		}
	}
}

func TestUpdate_OpenToAnyone_GetsSecretSlug(t *testing.T) {
	s := newFixture(t)
	for what, change := range map[string]func(*rooms.Room) error{
		"an action": func(room *rooms.Room) error { return s.update(room, rooms.Profile{Access: new(rooms.AccessAnyone)}) },
		"an action with a link": func(room *rooms.Room) error {
			return s.update(room, rooms.Profile{Access: new(rooms.AccessAnyone), Slug: new("typed")})
		},
		"a bare save": func(room *rooms.Room) error {
			room.Set("entry", rooms.AccessAnyone)
			return s.app.Save(room)
		},
	} {
		room := s.createRoom("Room of " + what)
		old := room.Slug()
		if err := change(s.reload(room)); err != nil {
			t.Fatal(what, err)
		}
		now := s.reload(room)
		if now.Access() != rooms.AccessAnyone || rooms.IsGuessable(now.Slug()) {
			t.Errorf("%s: %s", what, now.Slug())
		}
		if found, err := rooms.FindByOldSlug(s.app, old); err != nil || found.Id != room.Id {
			t.Errorf("%s: the old link does not say that it was changed: %v, want %v", what, err, room.Id)
		}
		if _, err := rooms.FindBySlug(s.app, old); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s: the old link lets in: %v, want %v", what, err, errs.ErrNotFound)
		}
		for _, profile := range []rooms.Profile{{Description: new("More")}, {Access: new(rooms.AccessTeam)}, {Access: new(rooms.AccessAnyone)}} {
			hookstest.AssertCode(t, what, s.update(room, profile), "")
		}
		if again := s.reload(room); again.Slug() != now.Slug() {
			t.Errorf("%s: %s became %s", what, now.Slug(), again.Slug())
		}
		hookstest.AssertCode(t, what, s.update(room, rooms.Profile{Slug: new("readable")}), "")
		if again := s.reload(room); rooms.IsGuessable(again.Slug()) || !strings.HasPrefix(again.Slug(), "readable-") {
			t.Errorf("%s: an open room took the link %s", what, again.Slug())
		}
		if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"target": room.Id, "action": "room.update"}, dbx.NewExp("detail LIKE {:slug}", dbx.Params{"slug": "%" + s.reload(room).Slug() + "%"})); n != 1 {
			t.Errorf("%s: the log has the new link %d times, want 1", what, n)
		}
	}
	hookstest.AssertCode(t, "a member", func() error {
		_, err := rooms.Update(s.app, s.actor("member"), s.createRoom("Closed").Id, rooms.Profile{Access: new(rooms.AccessAnyone)})
		return err
	}(), errs.CodeNotAllowed)
	if _, err := rooms.FindBySlug(s.app, "closed"); err != nil {
		t.Error("a refused change took the link away:", err)
	}
}

func TestIsGuessable(t *testing.T) {
	for slug, want := range map[string]bool{"": true, "suite": true, "suite-management": true, "suite-2345678923": true, "suite-summer2026": true,
		"suite-a2b3c4d5e6": false, "a2b3c4d5e6": true, "suite-a2b3c4d5e": true} {
		if rooms.IsGuessable(slug) != want {
			t.Errorf("%q: %v, want %v", slug, !want, want)
		}
	}
}

func TestCreate_ConcurrentSameNameOrSlug_OneWins(t *testing.T) {
	s := newFixture(t)
	hookstest.SlowWrites(s.app, "rooms")
	same := hookstest.Race(6, func(int) error {
		_, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: new("Grading suite")})
		return err
	})
	if won := hookstest.CountSucceeded(t, same, rooms.CodeTaken); won != 1 {
		t.Errorf("%d rooms of one name, want 1", won)
	}
	links := hookstest.Race(6, func(n int) error {
		_, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: new(string(rune('A' + n))), Slug: new("one-link")})
		return err
	})
	if won := hookstest.CountSucceeded(t, links, rooms.CodeTaken); won != 1 {
		t.Errorf("%d rooms of one link, want 1", won)
	}
}

func TestArchive_Restore(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	s.book(suite.Id, "10:00", "11:00")
	archived, err := rooms.Archive(s.app, s.actor("admin"), suite.Id)
	if err != nil || archived.Archived().IsZero() {
		t.Fatal(err)
	}
	_, err = rooms.Archive(s.app, s.actor("admin"), suite.Id)
	hookstest.AssertCode(t, "twice", err, rooms.CodeArchived)
	if all, err := rooms.ListArchived(s.app, s.team.Id); err != nil || len(all) != 1 {
		t.Error(all, err)
	}
	other := s.createRoom("Grading suite")
	if !strings.HasPrefix(other.Slug(), "grading-suite-") {
		t.Error("an archived room's link was given away:", other.Slug())
	}
	_, err = rooms.Restore(s.app, s.actor("admin"), suite.Id)
	hookstest.AssertCode(t, "the name is taken meanwhile", err, rooms.CodeTaken)
	if err := s.update(other, rooms.Profile{Name: new("Second suite")}); err != nil {
		t.Fatal(err)
	}
	if _, err = rooms.Restore(s.app, s.actor("admin"), suite.Id); err != nil {
		t.Fatal(err)
	}
	_, err = rooms.Restore(s.app, s.actor("admin"), suite.Id)
	hookstest.AssertCode(t, "twice", err, "not_archived")
	hookstest.AssertCode(t, "a booking again", s.app.Save(s.newSession(suite.Id, "12:00", "13:00")), "")
}

func TestTeamDelete_DeletesRoomsAndBookings(t *testing.T) {
	s := newFixture(t)
	suite := s.createRoom("Grading suite")
	s.book(suite.Id, "10:00", "11:00")
	if _, err := rooms.RotateLink(s.app, s.actor("owner"), suite.Id); err != nil {
		t.Fatal(err)
	}
	if err := teams.Delete(s.app, s.actor("owner"), "Halation Post"); err != nil {
		t.Fatal(err)
	}
	for _, collection := range []string{"rooms", "room_links", "sessions"} {
		if n := hookstest.Count(t, s.app, collection); n != 0 {
			t.Errorf("%d %s are left, want 0", n, collection)
		}
	}
}

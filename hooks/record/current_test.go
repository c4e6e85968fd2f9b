package record_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// fixture is a membership in a team, with what a test reads of it.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	id      string
	created *core.Record // the copy that made it
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation Post", "free")
	made := hookstest.NewRecord(t, app, "memberships", map[string]any{
		"team": team.Id, "user": hookstest.Account(t, app, "ada@x.example").Id, "kind": "member", "organizer": true})
	save(t, app, made)
	return &fixture{t, app, made.Id, made}
}

func save(t *testing.T, app core.App, r *core.Record) {
	t.Helper()
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
}

func (s *fixture) stored() *core.Record {
	s.Helper()
	return hookstest.FindRecord(s.T, s.app, "memberships", s.id)
}

func (s *fixture) assertRoles(admin, organizer bool) {
	s.Helper()
	if r := s.stored(); r.GetBool("admin") != admin || r.GetBool("organizer") != organizer {
		s.Errorf("stored: Admin %v, Organizer %v; want %v, %v", r.GetBool("admin"), r.GetBool("organizer"), admin, organizer)
	}
}

func TestUpdate_ConcurrentChange_KeepsBoth(t *testing.T) {
	s := newFixture(t)
	hookstest.Exec(t, s.app, "UPDATE memberships SET updated = '2026-01-01 00:00:00.000Z'", nil)
	mine, theirs := s.stored(), s.stored()
	before := mine.GetDateTime("updated")
	theirs.Set("organizer", false)
	save(t, s.app, theirs)
	mine.Set("admin", true)
	save(t, s.app, mine)
	s.assertRoles(true, false)
	if mine.GetBool("organizer") {
		t.Error("the copy does not show what was stored")
	}
	if stored := s.stored(); !stored.GetDateTime("updated").After(before) {
		t.Error("the time of the change is not noted")
	}
}

func TestUpdate_SameCopyRepeatedly(t *testing.T) {
	s := newFixture(t)
	for range 2 {
		s.created.Set("organizer", false) // what it was before it was made, too
		save(t, s.app, s.created)
		s.assertRoles(false, false)
		s.created.Set("organizer", true)
		save(t, s.app, s.created)
		s.assertRoles(false, true)
	}
	theirs := s.stored()
	theirs.Set("organizer", false)
	save(t, s.app, theirs)
	s.created.Set("admin", true)
	save(t, s.app, s.created)
	s.assertRoles(true, false)
}

func TestUpdate_SameCopyTwiceInTransaction(t *testing.T) {
	s := newFixture(t)
	if err := s.app.RunInTransaction(func(tx core.App) error {
		r := hookstest.FindRecord(t, tx, "memberships", s.id)
		for _, admin := range []bool{true, false} {
			r.Set("admin", admin)
			if err := tx.Save(r); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.assertRoles(false, true)
}

func TestUpdate_AfterRollback_SavesAgain(t *testing.T) {
	s := newFixture(t)
	r := s.stored()
	err := s.app.RunInTransaction(func(tx core.App) error {
		r.Set("organizer", false)
		if err := tx.Save(r); err != nil {
			return err
		}
		return errors.New("the disk is full")
	})
	if err == nil {
		t.Fatal("it went through")
	}
	s.assertRoles(false, true)
	save(t, s.app, r)
	s.assertRoles(false, false)
}

func TestUpdate_DeletedRecord_ReturnsNotFound(t *testing.T) {
	s := newFixture(t)
	r := s.stored()
	if err := s.app.Delete(s.stored()); err != nil {
		t.Fatal(err)
	}
	r.Set("admin", true)
	if err := s.app.Save(r); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
}

func TestPublicExport_OmitsSavedValues(t *testing.T) {
	s := newFixture(t)
	for name := range s.created.PublicExport() {
		if name[0] == '@' {
			t.Errorf("%s is in the reply, want anything but '@'", name)
		}
	}
}

func TestSaveTrusted_KeepsOtherWritesAndLaterChanges(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "marta@x.example"), "Halation", "pro")
	err := app.RunInTransaction(func(tx core.App) error {
		r := hookstest.FindRecord(t, tx, "teams", team.Id)
		for _, description := range []string{"first", "", "second", ""} {
			r.Set("description", description)
			if err := record.SaveTrusted(tx, r); err != nil {
				return err
			}
			if got := hookstest.FindRecord(t, tx, "teams", team.Id).GetString("description"); got != description {
				t.Errorf("stored is %q, not %q", got, description)
			}
		}
		other := hookstest.FindRecord(t, tx, "teams", team.Id)
		other.Set("timezone", "Europe/Lisbon")
		if err := tx.Save(other); err != nil {
			return err
		}
		r.Set("description", "third")
		return record.SaveTrusted(tx, r)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := hookstest.FindRecord(t, app, "teams", team.Id)
	if r.GetString("timezone") != "Europe/Lisbon" || r.GetString("description") != "third" {
		t.Errorf("stored: %q, %q, want %q and %q", r.GetString("timezone"), r.GetString("description"), "Europe/Lisbon", "third")
	}
}

package record_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
)

// tried is a membership in a team, with what a test reads of it.
type tried struct {
	*testing.T
	app  *core.BaseApp
	id   string
	made *core.Record // the copy that made it
}

func try(t *testing.T) *tried {
	t.Helper()
	app := hookstest.New(t)
	team := hookstest.Team(t, app, hookstest.Person(t, app, "owner@x.example"), "Halation Post", "free")
	made := hookstest.Blank(t, app, "memberships", map[string]any{
		"team": team.Id, "user": hookstest.Person(t, app, "ada@x.example").Id, "kind": "member", "organizer": true})
	save(t, app, made)
	return &tried{t, app, made.Id, made}
}

func save(t *testing.T, app core.App, r *core.Record) {
	t.Helper()
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
}

func (s *tried) stored() *core.Record {
	s.Helper()
	return hookstest.Stored(s.T, s.app, "memberships", s.id)
}

func (s *tried) wants(admin, organizer bool) {
	s.Helper()
	if r := s.stored(); r.GetBool("admin") != admin || r.GetBool("organizer") != organizer {
		s.Errorf("stored: Admin %v, Organizer %v; want %v, %v", r.GetBool("admin"), r.GetBool("organizer"), admin, organizer)
	}
}

func TestAnUpdateKeepsWhatOthersWroteMeanwhile(t *testing.T) {
	s := try(t)
	hookstest.Exec(t, s.app, "UPDATE memberships SET updated = '2026-01-01 00:00:00.000Z'", nil)
	mine, theirs := s.stored(), s.stored()
	before := mine.GetDateTime("updated")
	theirs.Set("organizer", false)
	save(t, s.app, theirs)
	mine.Set("admin", true)
	save(t, s.app, mine)
	s.wants(true, false)
	if mine.GetBool("organizer") {
		t.Error("the copy does not show what was stored")
	}
	if stored := s.stored(); !stored.GetDateTime("updated").After(before) {
		t.Error("the time of the change is not noted")
	}
}

func TestOneCopyIsSavedAgainAndAgain(t *testing.T) {
	s := try(t)
	for range 2 {
		s.made.Set("organizer", false) // what it was before it was made, too
		save(t, s.app, s.made)
		s.wants(false, false)
		s.made.Set("organizer", true)
		save(t, s.app, s.made)
		s.wants(false, true)
	}
	theirs := s.stored()
	theirs.Set("organizer", false)
	save(t, s.app, theirs)
	s.made.Set("admin", true)
	save(t, s.app, s.made)
	s.wants(true, false)
}

func TestOneCopyIsSavedTwiceInATransaction(t *testing.T) {
	s := try(t)
	if err := s.app.RunInTransaction(func(tx core.App) error {
		r := hookstest.Stored(t, tx, "memberships", s.id)
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
	s.wants(false, true)
}

func TestACopyOfATransactionThatWasRolledBackIsSavedAnew(t *testing.T) {
	s := try(t)
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
	s.wants(false, true)
	save(t, s.app, r)
	s.wants(false, false)
}

func TestARecordThatIsGoneIsNotFound(t *testing.T) {
	s := try(t)
	r := s.stored()
	if err := s.app.Delete(s.stored()); err != nil {
		t.Fatal(err)
	}
	r.Set("admin", true)
	if err := s.app.Save(r); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsRememberedIsInNoReply(t *testing.T) {
	s := try(t)
	for name := range s.made.PublicExport() {
		if name[0] == '@' {
			t.Errorf("%s is in the reply", name)
		}
	}
}

func TestWriteKeepsWhatOthersWroteAndItsOwnSecondThought(t *testing.T) {
	app := hookstest.New(t)
	team := hookstest.Team(t, app, hookstest.Person(t, app, "marta@x.example"), "Halation", "pro")
	err := app.RunInTransaction(func(tx core.App) error {
		r := hookstest.Stored(t, tx, "teams", team.Id)
		for _, description := range []string{"first", "", "second", ""} {
			r.Set("description", description)
			if err := record.Write(tx, r); err != nil {
				return err
			}
			if got := hookstest.Stored(t, tx, "teams", team.Id).GetString("description"); got != description {
				t.Errorf("stored is %q, not %q", got, description)
			}
		}
		other := hookstest.Stored(t, tx, "teams", team.Id)
		other.Set("timezone", "Europe/Lisbon")
		if err := tx.Save(other); err != nil {
			return err
		}
		r.Set("description", "third")
		return record.Write(tx, r)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := hookstest.Stored(t, app, "teams", team.Id)
	if r.GetString("timezone") != "Europe/Lisbon" || r.GetString("description") != "third" {
		t.Errorf("stored: %q, %q", r.GetString("timezone"), r.GetString("description"))
	}
}

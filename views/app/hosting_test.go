package app_test

import (
	"testing"

	"usher/hooks/seats"
)

func TestBecomeOrganizer_OwnerAndAdmin_HostImmediately(t *testing.T) {
	w := newFixture(t)
	b := w.As(w.admin)
	r := b.Get(appURL + "/sessions/new")
	assertPage(t, r, 403, "Become an Organizer", appURL+"/organizer")
	assertNotContains(t, r, "Ask ", "mailto:")
	if r := b.Post(appURL+"/organizer", nil); r.Status != 303 || r.Location != appURL+"/sessions/new" {
		t.Fatalf("%d to %q, want 303 and %v", r.Status, r.Location, appURL+"/sessions/new")
	}
	assertPage(t, b.Get(appURL+"/sessions/new"), 200, `name="title"`)
	if r := b.Post(appURL+"/organizer", nil); r.Status != 303 {
		t.Errorf("pressed twice: %d, want 303", r.Status)
	}
}

func TestBecomeOrganizer_NoFreeSeat_SaysWhatToDo(t *testing.T) {
	w := newFixture(t)
	now, err := seats.Of(w.App, w.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	w.team.Set("organizer_seats", now.Organizer.Used)
	if err := w.App.Save(w.team); err != nil {
		t.Fatal(err)
	}
	b := w.As(w.admin)
	full := []string{"There are no Organizer seats left", "/admin/halation-post/users", "/admin/halation-post/billing"}
	for _, r := range []struct {
		path   string
		status int
	}{{"/sessions/new", 403}, {"", 200}} {
		page := b.Get(appURL + r.path)
		assertPage(t, page, r.status, full...)
		assertNotContains(t, page, appURL+"/organizer")
	}
	assertPage(t, b.Post(appURL+"/organizer", nil), 422, full...)
}

func TestBecomeOrganizer_OtherRoles_AreRefused(t *testing.T) {
	w := newFixture(t)
	assertPage(t, w.As(w.paul).Post(appURL+"/organizer", nil), 403)
	assertPage(t, w.As(w.guest).Post(appURL+"/organizer", nil), 403)
	assertPage(t, w.As(w.olga).Post(appURL+"/organizer", nil), 403)
	assertPage(t, w.As(w.foreign).Post(appURL+"/organizer", nil), 404)
	assertNotContains(t, w.As(w.paul).Get(appURL), appURL+"/organizer")
}

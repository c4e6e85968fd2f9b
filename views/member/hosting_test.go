package member_test

import (
	"testing"

	"usher/hooks/seats"
)

func TestBecomeOrganizer_OwnerAndAdmin_HostImmediately(t *testing.T) {
	w := build(t)
	b := w.As(w.admin)
	r := b.Get(app + "/sessions/new")
	says(t, r, 403, "Become an Organizer", app+"/organizer")
	lacks(t, r, "Ask ", "mailto:")
	if r := b.Post(app+"/organizer", nil); r.Status != 303 || r.Location != app+"/sessions/new" {
		t.Fatalf("%d to %q", r.Status, r.Location)
	}
	says(t, b.Get(app+"/sessions/new"), 200, `name="title"`)
	if r := b.Post(app+"/organizer", nil); r.Status != 303 {
		t.Errorf("pressed twice: %d", r.Status)
	}
}

func TestBecomeOrganizer_WithoutAFreeSeat_SaysWhichSeatAndWhatToDo(t *testing.T) {
	w := build(t)
	now, err := seats.Of(w.App, w.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	w.team.Set("organizer_seats", now.Organizer.Used)
	if err := w.App.Save(w.team); err != nil {
		t.Fatal(err)
	}
	b := w.As(w.admin)
	full := []string{"There is no free Organizer seat", "/admin/halation-post/users", "/admin/halation-post/settings#plan"}
	for _, r := range []struct {
		path   string
		status int
	}{{"/sessions/new", 403}, {"", 200}} {
		page := b.Get(app + r.path)
		says(t, page, r.status, full...)
		lacks(t, page, app+"/organizer")
	}
	says(t, b.Post(app+"/organizer", nil), 422, full...)
}

func TestBecomeOrganizer_OthersAreRefused(t *testing.T) {
	w := build(t)
	says(t, w.As(w.paul).Post(app+"/organizer", nil), 403)
	says(t, w.As(w.guest).Post(app+"/organizer", nil), 403)
	says(t, w.As(w.olga).Post(app+"/organizer", nil), 403)
	says(t, w.As(w.foreign).Post(app+"/organizer", nil), 404)
	lacks(t, w.As(w.paul).Get(app), app+"/organizer")
}

package panel_test

import (
	"net/http"
	"testing"

	"usher/hooks/seats"
)

func TestTake_OwnDetails_OfferTheOrganizerRole(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	want(t, b.Get(s.user(s.admin, "")), http.StatusOK, "Make yourself an Organizer…", s.user(s.admin, "/take?role=organizer"))
	hasNot(t, b.Get(s.user(s.member, "")), "/take?role")
	want(t, b.Get(s.user(s.admin, "/take?role=organizer")), http.StatusOK, "Make yourself an Organizer?", "Become an Organizer", "immediately")
	went(t, b, b.Post(s.user(s.admin, "/take"), role("organizer")), s.user(s.admin, ""), "You are now an Organizer.")
	if s.roles(s.admin) != "Admin and Organizer" {
		t.Fatal(s.roles(s.admin))
	}
	want(t, b.Get(s.user(s.admin, "/revoke-role?role=organizer")), http.StatusOK, "You can take it again as long as a seat is free.")
}

func TestTake_RefusedCases_ChangeNothing(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	for path, status := range map[string]int{
		s.user(s.member, "/take"): http.StatusNotFound, // someone else
		s.user(s.admin, "/take"):  http.StatusForbidden,
	} {
		if r := b.Post(path, role("admin")); r.Status != status {
			t.Errorf("%s: %d %s", path, r.Status, words(r.Body))
		}
	}
	want(t, b.Get(s.user(s.admin, "/take?role=admin")), http.StatusNotFound)
	now, err := seats.Of(s.App, s.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	s.team.Set("organizer_seats", now.Organizer.Used)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	want(t, b.Get(s.user(s.admin, "/take?role=organizer")), http.StatusOK, "There is no free Organizer seat", "Seats and plan")
	want(t, b.Post(s.user(s.admin, "/take"), role("organizer")), http.StatusUnprocessableEntity, "There is no free Organizer seat")
	if s.roles(s.admin) != "Admin" {
		t.Error(s.roles(s.admin))
	}
}

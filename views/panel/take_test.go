package panel_test

import (
	"net/http"
	"testing"

	"usher/hooks/seats"
)

func TestTakeRole_OwnDetails_OfferTheOrganizerRole(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.userPath(s.admin, "")), http.StatusOK, "Make yourself an Organizer…", s.userPath(s.admin, "/take?role=organizer"))
	assertNotContains(t, detailsOf(b.Get(s.userPath(s.member, ""))), "/take?role")
	assertPage(t, b.Get(s.userPath(s.admin, "/take?role=organizer")), http.StatusOK, "Make yourself an Organizer?", "Become an Organizer", "immediately")
	assertRedirect(t, b, b.Post(s.userPath(s.admin, "/take"), roleForm("organizer")), s.userPath(s.admin, ""), "You're now an Organizer.")
	if s.roles(s.admin) != "Admin and Organizer" {
		t.Fatal(s.roles(s.admin))
	}
	assertPage(t, b.Get(s.userPath(s.admin, "/revoke-role?role=organizer")), http.StatusOK, "You can take it again as long as a seat is free.")
}

func TestTakeRole_RefusedCases_ChangeNothing(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	for path, status := range map[string]int{
		s.userPath(s.member, "/take"): http.StatusNotFound, // someone else
		s.userPath(s.admin, "/take"):  http.StatusForbidden,
	} {
		if r := b.Post(path, roleForm("admin")); r.Status != status {
			t.Errorf("%s: %d %s, want %v", path, r.Status, pageText(r.Body), status)
		}
	}
	assertPage(t, b.Get(s.userPath(s.admin, "/take?role=admin")), http.StatusNotFound)
	now, err := seats.Of(s.App, s.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	s.team.Set("organizer_seats", now.Organizer.Used)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	assertPage(t, b.Get(s.userPath(s.admin, "/take?role=organizer")), http.StatusOK, "There are no Organizer seats left", "View plan and seats")
	assertPage(t, b.Post(s.userPath(s.admin, "/take"), roleForm("organizer")), http.StatusUnprocessableEntity, "There are no Organizer seats left")
	if s.roles(s.admin) != "Admin" {
		t.Error(s.roles(s.admin))
	}
}

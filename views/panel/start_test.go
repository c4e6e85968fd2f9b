package panel_test

import (
	"net/http"
	"testing"

	"usher/hooks/hookstest"
)

func TestStart_FollowsThePages_AndCanBeHidden(t *testing.T) {
	s := newFixture(t, true)
	owner, admin := s.As(s.owner), s.As(s.admin)
	assertPage(t, owner.Get(s.path("/users")), http.StatusOK, "Getting started", "1 of 5 done", "Check licences", s.path("/rooms/new"))
	owner.Get(s.path("/licences"))
	owner.Get(s.path("/billing"))
	assertContains(t, admin.Get(s.path("/users")), "3 of 5 done")
	assertRedirect(t, admin, admin.Post(s.path("/start/hide"), nil), s.path("/users"), "Getting started is hidden.")
	assertNotContains(t, admin.Get(s.path("/users")), "Steps are checked automatically.")
	assertContains(t, owner.Get(s.path("/users")), "Steps are checked automatically.")
	hookstest.Exec(t, s.App, "UPDATE teams SET logo = 'x.png'", nil)
	owner.Post(s.path("/rooms/new"), roomForm())
	assertNotContains(t, owner.Get(s.path("/users")), "Getting started")
}

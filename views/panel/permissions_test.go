package panel_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPermissions_FollowTheTeamsSettings(t *testing.T) {
	s := newFixture(t, true)
	r := s.As(s.admin).Get(s.path("/users/permissions"))
	assertPage(t, r, http.StatusOK, "Roles and permissions", "<span>Owner</span>", "<span>Guest</span>", "Schedule and host sessions", "Members and guests don't use a seat.", "jonas@halation.example")
	yes := strings.Count(r.Body, `aria-label="Yes"`)
	s.allowAdminsToManageAdmins()
	if got := strings.Count(s.As(s.admin).Get(s.path("/users/permissions")).Body, `aria-label="Yes"`); got != yes+1 {
		t.Errorf("with “Admins can manage Admins”: got %d permissions, want %d", got, yes+1)
	}
}

func TestPermissions_LinkedFromUsersAndDetails(t *testing.T) {
	s := newFixture(t, true)
	link := `href="` + s.path("/users/permissions") + `"`
	assertPage(t, s.As(s.admin).Get(s.path("/users")), http.StatusOK, link)
	assertPage(t, s.As(s.admin).Get(s.userPath(s.member, "")), http.StatusOK, link)
	part := s.fragment(s.As(s.admin), s.path("/users/permissions"), "dialog#dialog")
	assertPage(t, part, http.StatusOK, "Delete the team")
	assertNotContains(t, part, "jonas@halation.example")
}

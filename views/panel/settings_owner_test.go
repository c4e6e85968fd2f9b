package panel_test

import (
	"net/http"
	"net/url"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/members"
)

func TestOwnership_OfferedAndAccepted(t *testing.T) {
	s := newFixture(t, true)
	owner, admin := s.As(s.owner), s.As(s.admin)
	page := s.path("/settings/owner")
	assertContains(t, owner.Get(s.path("/settings")), "Transfer team…", page)
	assertNotContains(t, admin.Get(s.path("/settings")), page)
	assertPage(t, admin.Get(page), http.StatusForbidden, "Only the Owner can transfer the team.")
	assertPage(t, owner.Get(page), http.StatusOK, "What happens", s.admin.Email(), "Your password")

	form := url.Values{"user": {s.admin.Id}, "password": {"wrong"}}
	assertPage(t, owner.Post(page, form), http.StatusUnprocessableEntity, "The current password is wrong.", `value="`+s.admin.Id+`" selected`)
	form.Set("password", hookstest.Password)
	assertRedirect(t, owner, owner.Post(page, form), s.path("/settings"), "The offer was sent.")
	assertPage(t, owner.Get(page), http.StatusOK, "Waiting for", "Withdraw offer")
	assertPage(t, owner.Post(page, form), http.StatusUnprocessableEntity, "Withdraw that offer first.")
	for _, path := range []string{"/users", "/rooms"} {
		assertContains(t, admin.Get(s.path(path)), "wants to transfer this team to you.", page)
		assertNotContains(t, owner.Get(s.path(path)), "wants to transfer this team to you.")
	}
	assertPage(t, admin.Get(page), http.StatusOK, "Accept ownership", "Decline", "You both keep your seats.")

	assertRedirect(t, owner, owner.Post(page+"/withdraw", nil), s.path("/settings"), "The offer was withdrawn.")
	assertPage(t, admin.Post(page+"/accept", nil), http.StatusUnprocessableEntity, "This offer is no longer open.", "withdrew this offer")
	owner.Post(page, form)
	assertRedirect(t, admin, admin.Post(page+"/decline", nil), s.path("/settings"), "You declined the offer.")
	owner.Post(page, form)
	assertRedirect(t, admin, admin.Post(page+"/accept", nil), s.path("/settings"), "now the Owner of this team.")
	now, err := members.FindOwner(s.App, s.team.Id)
	if err != nil || now.UserID() != s.admin.Id {
		t.Errorf("the Owner is %v, %v", now, err)
	}
	assertPage(t, admin.Get(page), http.StatusOK, "What happens", s.owner.Email())
	assertPage(t, owner.Get(page), http.StatusForbidden)
	for _, path := range []string{"", "/accept", "/decline", "/withdraw"} {
		if r := s.As(s.stranger).Post(page+path, form); r.Status != http.StatusNotFound {
			t.Errorf("outsider posts %q: %d", path, r.Status)
		}
	}
}

package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/views/viewstest"
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
	assertPage(t, owner.Get(page), http.StatusOK, "The team was transferred.", "accepted your offer and became the Owner.")
	for _, path := range []string{"", "/accept", "/decline", "/withdraw"} {
		if r := s.As(s.stranger).Post(page+path, form); r.Status != http.StatusNotFound {
			t.Errorf("outsider posts %q: %d", path, r.Status)
		}
	}
}

// On an open page, an event replaces the parts that are marked as fresh: each is there whatever became of the offer, and what replaces it
// differs.
func TestOwnership_OpenPages_ShowWhatBecameOfTheOffer(t *testing.T) {
	s := newFixture(t, true)
	owner, admin := s.As(s.owner), s.As(s.admin)
	page, settings, users := s.path("/settings/owner"), s.path("/settings"), s.path("/users")
	state := func(b *viewstest.Browser) string {
		_, rest, _ := strings.Cut(b.Get(page).Body, `id="transfer" data-fresh="`)
		state, _, _ := strings.Cut(rest, `"`)
		return state
	}
	step := func(name string, answers bool) {
		t.Helper()
		for _, b := range []*viewstest.Browser{owner, admin} {
			assertContains(t, b.Get(users), `id="offered" data-fresh`)
			assertContains(t, b.Get(settings), `id="owner" data-fresh`)
		}
		hidden := strings.Contains(admin.Get(settings).Body, `id="owner" data-fresh hidden`)
		if shown := strings.Contains(admin.Get(users).Body, "wants to transfer this team to you."); shown != answers || hidden == answers {
			t.Errorf("%s: the Admin sees the offer %v, want %v", name, shown, answers)
		}
		if got := strings.Contains(owner.Get(settings).Body, "hasn't answered yet."); got != answers {
			t.Errorf("%s: the Owner sees that it waits %v, want %v", name, got, answers)
		}
	}
	form := url.Values{"user": {s.admin.Id}, "password": {hookstest.Password}}
	seen := map[string]bool{state(owner): true}
	step("before", false)
	for _, s := range []struct {
		name, path string
		by         *viewstest.Browser
		offered    bool
		says       string
	}{
		{"offered", page, owner, true, "Waiting for"},
		{"declined", page + "/decline", admin, false, "declined your offer."},
		{"offered again", page, owner, true, "Waiting for"},
		{"withdrawn", page + "/withdraw", owner, false, "What happens"},
	} {
		s.by.Post(s.path, form)
		step(s.name, s.offered)
		assertPage(t, owner.Get(page), http.StatusOK, s.says)
		if now := state(owner); now == "" || seen[now] {
			t.Errorf("%s: the page of the Owner has the state %q, want a new one", s.name, now)
		} else {
			seen[now] = true
		}
	}
}

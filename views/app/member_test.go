package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

func assertPage(t *testing.T, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("got status %d, want %d: %s", r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("got no %q in %s, want it to contain %q", w, r.Body, w)
		}
	}
}

func assertNotContains(t *testing.T, r viewstest.Reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(r.Body, w) {
			t.Errorf("says %q: %s, want no %q", w, r.Body, w)
		}
	}
}

func TestHome_ByRole(t *testing.T) {
	s := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "pro")
	docs := hookstest.Team(t, s.App, owner, "Northlight Docs", "pro")
	admin := hookstest.Member(t, s.App, post, "adam@halation.example", "admin")
	organizer := hookstest.Member(t, s.App, post, "olga@halation.example", "organizer")
	plain := hookstest.Member(t, s.App, post, "paul@halation.example")
	guest := hookstest.Guest(t, s.App, post, "gus@lantern.example")
	stranger := hookstest.Account(t, s.App, "stranger@halation.example")
	foreign := hookstest.Member(t, s.App, docs, "nora@northlight.example", "admin")
	hookstest.Invite(t, s.App, owner, docs, plain.Email(), "organizer")
	const home = "/app/halation-post"

	r := s.As(owner).Get(home)
	assertPage(t, r, 200, "You have full control of the team", "You schedule and host sessions", "/admin/halation-post", "/app/northlight-docs", "so you can't leave it")
	assertNotContains(t, r, home+"/leave", "You need the Organizer role")
	assertPage(t, s.As(admin).Get(home), 200, "users, seats and settings in the Admin Panel", "/admin/halation-post", "You need the Organizer role to host sessions", "Become an Organizer", home+"/organizer", home+"/leave")
	r = s.As(organizer).Get(home)
	assertPage(t, r, 200, "You schedule and host sessions", "Adam</a> (Admin)", home+"/leave")
	assertNotContains(t, r, "/admin/", "You need the Organizer role")
	r = s.As(plain).Get(home)
	assertPage(t, r, 200, "You can join sessions you&#39;re invited to", "You need the Organizer role", "Northlight Docs invited you to become Organizer.", `href="/teams"`)
	assertNotContains(t, r, "/admin/", "/app/northlight-docs")
	r = s.As(guest).Get(home)
	assertPage(t, r, 200, "You can join sessions you&#39;re invited to", "guests can&#39;t host sessions")
	assertNotContains(t, r, "/admin/", "Marta", "Adam", "Olga", "Paul", "@halation.example")

	for _, b := range []*viewstest.Browser{s.As(stranger), s.As(foreign)} {
		unknown, theirs := b.Get("/app/no-such-team"), b.Get(home)
		assertPage(t, theirs, 404, "Page not found")
		if unknown.Status != theirs.Status || unknown.Body != theirs.Body {
			t.Error("another team is told apart from none")
		}
		assertPage(t, b.Post(home+"/leave", nil), 404)
	}
	signedOut := s.Anonymous().Get(home)
	if signedOut.Status != http.StatusSeeOther || signedOut.Location != "/signin?next=%2Fapp%2Fhalation-post" {
		t.Error(signedOut.Status, signedOut.Location)
	}
}

func TestLeave_EndsMembershipAndInvitations(t *testing.T) {
	s := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	docs := hookstest.Team(t, s.App, owner, "Northlight Docs", "free")
	olga := hookstest.Member(t, s.App, post, "olga@halation.example", "organizer")
	hookstest.Invite(t, s.App, owner, post, olga.Email(), "admin")
	invited := hookstest.Invite(t, s.App, owner, docs, olga.Email())

	b := s.As(olga)
	assertPage(t, b.Get("/app/halation-post?leave=1"), 200, "Leave Halation Post?", " open", "Seats that become free: 1 Organizer seat.", "Pending invitations from this team to you are revoked", "To rejoin, you need a new invitation")
	if n := hookstest.Count(t, s.App, "memberships"); n != 3 {
		t.Fatalf("a look left the team: %d, want 3", n)
	}
	r := b.Post("/app/halation-post/leave", nil)
	if r.Status != http.StatusSeeOther || r.Location != "/" {
		t.Fatal(r.Status, r.Location)
	}
	assertPage(t, b.Get("/app/halation-post"), 403)
	r = b.Get("/teams")
	assertPage(t, r, 200, "You left Halation Post.", "Northlight Docs invited you to join", invited.ID)
	assertNotContains(t, r, "Halation Post invited")
	assertPage(t, s.As(owner).Post("/app/halation-post/leave", nil), 422, "There is a problem")
	if n := hookstest.Count(t, s.App, "memberships"); n != 2 {
		t.Errorf("%d memberships, want 2", n)
	}
}

func TestLeave_NoHandoverChosen_IsRefusedAtTheField(t *testing.T) {
	s := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	olga := hookstest.Member(t, s.App, team, "olga@halation.example", "organizer")
	session := hookstest.ScheduleSession(t, s.App, olga, team, sessions.Form{})
	b := s.As(olga)
	assertPage(t, b.Post("/app/halation-post/leave", nil), 422, "Choose who takes over the sessions, or cancel them.", "Leave Halation Post?", " open", `aria-invalid="true"`)
	if status := hookstest.FindRecord(t, s.App, "sessions", session.Id).GetString("status"); status != sessions.Scheduled {
		t.Errorf("the session is %s, want %v", status, sessions.Scheduled)
	}
	if r := b.Post("/app/halation-post/leave", url.Values{"handover": {"cancel"}}); r.Status != 303 {
		t.Fatal(r.Status)
	}
}

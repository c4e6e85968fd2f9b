package account_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/views/answers"
)

func TestTeamSelection_ByRole(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	docs := hookstest.Team(t, s.App, owner, "Northlight Docs", "free")
	organizer := hookstest.Member(t, s.App, post, "olga@halation.example", "organizer")
	admin := hookstest.Member(t, s.App, post, "adam@halation.example", "admin")
	guest := hookstest.Guest(t, s.App, post, "gus@halation.example")
	alone := hookstest.Account(t, s.App, "alone@halation.example")
	hookstest.Invite(t, s.App, owner, docs, admin.Email(), "admin")

	for _, test := range []struct {
		name  string
		page  string
		words []string
		lacks []string
	}{
		{"owner", s.As(owner).Get("/teams").Body, []string{"/admin/halation-post", "/admin/northlight-docs", "Owner"}, []string{"Accept invitation"}},
		{"admin", s.As(admin).Get("/teams").Body, []string{"/admin/halation-post", "Northlight Docs invited you to become Admin"},
			[]string{"/admin/northlight-docs", "In the App"}},
		{"organizer", s.As(organizer).Get("/teams").Body, []string{answers.NoTeams, "To become Admin of Halation Post, ask ", "Marta", "In the App", "Organizer", `href="/app/halation-post"`}, []string{"/admin/"}},
		{"guest", s.As(guest).Get("/teams").Body, []string{"In the App", "Guest"}, []string{"/admin/"}},
		{"in no team", s.As(alone).Get("/teams").Body, []string{"You aren't in any team", "Create team"}, []string{"/admin/", "In the App"}},
	} {
		for _, w := range test.words {
			if !strings.Contains(test.page, w) {
				t.Errorf("%s: no %q in %s, want it to contain %q", test.name, w, test.page, w)
			}
		}
		for _, w := range test.lacks {
			if strings.Contains(test.page, w) {
				t.Errorf("%s: %q in %s, want no %q", test.name, w, test.page, w)
			}
		}
	}
	assertRedirect(t, s.Anonymous().Get("/teams"), "/signin?next=%2Fteams")

	for path, to := range map[string]string{"/": "/teams", "/admin": "/teams"} {
		assertRedirect(t, s.As(owner).Get(path), to)
	}
	assertRedirect(t, s.As(organizer).Get("/"), "/app/halation-post")
	assertRedirect(t, s.As(organizer).Get("/admin"), "/teams")
	assertRedirect(t, s.As(alone).Get("/"), "/teams")
	assertPage(t, s.Anonymous().Get("/admin"), 200, "Sign in to the Admin Panel", `name="next" value="/admin"`)
}

func TestTeamSelection_PendingInvitation_ShownAfterSignIn(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	henrik := hookstest.Account(t, s.App, "henrik@northlight.example")
	docs := hookstest.Team(t, s.App, henrik, "Northlight Docs", "free")
	admin := hookstest.Member(t, s.App, post, "adam@halation.example", "admin")
	invited := hookstest.Invite(t, s.App, henrik, docs, admin.Email(), "organizer")
	credentials := formValues("email", admin.Email(), "password", hookstest.Password, "next", "/admin")

	for range 2 {
		b := s.Anonymous()
		assertRedirect(t, b.Post("/signin", credentials), "/teams?next=%2Fadmin")
		r := b.Get("/teams?next=%2Fadmin")
		assertPage(t, r, 200, "Northlight Docs invited you to become Organizer", `href="/admin/halation-post"`, ">Later", "Later")
	}
	b := s.As(admin)
	assertPage(t, b.Get("/teams"), 200, `href="/teams?later=1"`)
	r := b.Get("/teams?later=1")
	assertPage(t, r, 200, "1 pending invitation.")
	if strings.Contains(r.Body, "Accept invitation") {
		t.Error("Later leaves the prompt")
	}
	assertRedirect(t, s.Anonymous().Post("/signin", formValues("email", admin.Email(), "password", hookstest.Password, "next", "/invite/usi_x")), "/invite/usi_x")

	old := loginCookie(t, b.Jar, s.URL)
	assertRedirect(t, b.Post("/teams/invitations/"+invited.ID+"/accept", formValues("next", "/admin")), "/app/northlight-docs")
	if loginCookie(t, b.Jar, s.URL) == old {
		t.Error("the login is the same after a role rose")
	}
	if m, err := members.Find(s.App, docs.Id, admin.Id); err != nil || !m.Roles().Organizer {
		t.Fatal(m, err)
	}
	assertPage(t, b.Get("/teams"), 200, "Invitation accepted. You&#39;re now an Organizer in Northlight Docs.")
	assertPage(t, b.Post("/teams/invitations/"+invited.ID+"/accept", nil), 422, "Your answer wasn&#39;t saved.", "was already accepted")
	assertRedirect(t, s.As(admin).Get("/"), "/admin/halation-post")
}

func TestDecline_KeepsExistingRoles(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	olga := hookstest.Member(t, s.App, post, "olga@halation.example", "organizer")
	invited := hookstest.Invite(t, s.App, owner, post, olga.Email(), "admin")
	b := s.As(olga)
	path := "/teams/invitations/" + invited.ID
	assertPage(t, b.Get(path+"/decline?next=%2F"), 200, "Decline the invitation from Halation Post?", "Your current roles and teams don&#39;t change", `action="`+path+`/decline"`)
	assertRedirect(t, b.Post(path+"/decline", formValues("next", "/")), "/app/halation-post")
	assertPage(t, b.Get("/app/halation-post"), 200, "Invitation from Halation Post declined.", `action="`+path+`/undo-decline"`)
	assertRedirect(t, b.Post(path+"/undo-decline", nil), "/teams")
	assertPage(t, b.Get("/teams"), 200, "You can accept the invitation again.", "invited you to become Admin")
	assertPage(t, b.Post(path+"/undo-decline", nil), 422, "This invitation wasn&#39;t declined.")
	assertRedirect(t, b.Post(path+"/decline", formValues("next", "/")), "/app/halation-post")
	assertPage(t, b.Get(path+"/decline"), 404, "Page not found")
	if m, err := members.Find(s.App, post.Id, olga.Id); err != nil || !m.Roles().Organizer || m.Roles().Admin {
		t.Fatal(m, err)
	}
	assertPage(t, b.Post("/teams/invitations/"+invited.ID+"/accept", nil), 422, "was declined")
}

func TestAcceptDecline_OtherAccount_IsNotFound(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	post := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	invited := hookstest.Invite(t, s.App, owner, post, "lucia@halation.example", "admin")
	other := s.As(hookstest.Account(t, s.App, "other@halation.example"))
	assertPage(t, other.Get("/teams/invitations/"+invited.ID+"/decline"), 404, "Page not found")
	for _, verb := range []string{"accept", "decline", "undo-decline"} {
		assertPage(t, other.Post("/teams/invitations/"+invited.ID+"/"+verb, nil), 404, "Page not found")
		assertPage(t, other.Post("/teams/invitations/nosuchnosuchnos/"+verb, nil), 404, "Page not found")
		assertRedirect(t, s.Anonymous().Post("/teams/invitations/"+invited.ID+"/"+verb, nil), "/signin?next=%2Fteams%2Finvitations%2F"+invited.ID+"%2F"+verb)
	}
}

func TestCreateTeam(t *testing.T) {
	s := newServer(t)
	alone := hookstest.Account(t, s.App, "alone@halation.example")
	b := s.As(alone)
	assertPage(t, b.Post("/teams", formValues("name", "a://b")), 422, "contain a link", `value="a://b"`)
	assertRedirect(t, b.Post("/teams", formValues("name", "Solo")), "/admin/solo")
	assertPage(t, b.Get("/teams?new=1"), 200, "Team created. You&#39;re the Owner of Solo.", "Create team")

	closed := newServer(t, func(c *settings.Config) { c.Teams = "operator" })
	person := hookstest.Account(t, closed.App, "alone@halation.example")
	r := closed.As(person).Get("/teams?new=1")
	assertPage(t, r, 200, "You aren't in any team")
	if strings.Contains(r.Body, "Create team") || strings.Contains(r.Body, "Create a team") {
		t.Error("offers a team that only the operator makes")
	}
	assertPage(t, closed.As(person).Post("/teams", formValues("name", "Solo")), 403, "Only the server administrator can create teams.")
}

func TestServeLogo_PublicUnderItsHashOnly(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	team, err := teams.Update(s.App, hookstest.Actor(t, s.App, owner, team), teams.Profile{Logo: picture.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	b := s.Anonymous()
	r := b.Get(team.LogoPath())
	assertPage(t, r, 200, "PNG")
	for name, want := range map[string]string{
		"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "cross-origin",
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %v", name, got, want)
		}
	}
	for _, path := range []string{"/logo/halation-post/other.png", "/logo/no-such-team/" + team.GetString("logo"), "/logo/halation-post/..%2f" + team.GetString("logo")} {
		if r := b.Get(path); r.Status != 404 || strings.Contains(r.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s: %d %s, want 404 and it without %q", path, r.Status, r.Header.Get("Cache-Control"), "public")
		}
	}
	hookstest.Team(t, s.App, owner, "Bare", "free")
	assertPage(t, b.Get("/logo/bare/"), 404)
}

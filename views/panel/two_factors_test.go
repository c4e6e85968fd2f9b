package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
)

// requireTwoFactors makes the team require two-factor authentication, as its Owner.
func (s *fixture) requireTwoFactors() {
	s.t.Helper()
	hookstest.EnableTwoFactors(s.t, s.App, s.owner)
	on := true
	if _, err := teams.Update(s.App, hookstest.Actor(s.t, s.App, s.owner, s.team), teams.Profile{RequireTwoFactors: &on}); err != nil {
		s.t.Fatal(err)
	}
}

func TestRequireTwoFactors_NeedsItOneself(t *testing.T) {
	s := newFixture(t, false)
	on := true
	for _, account := range []*core.Record{s.owner, s.admin} {
		_, err := teams.Update(s.App, hookstest.Actor(t, s.App, account, s.team), teams.Profile{RequireTwoFactors: &on})
		hookstest.AssertCode(t, account.Email(), err, teams.CodeTwoFactorsOff)
	}
	_, err := teams.Update(s.App, hookstest.Actor(t, s.App, s.organizer, s.team), teams.Profile{RequireTwoFactors: &on})
	hookstest.AssertCode(t, "an Organizer", err, "not_allowed")
	b := s.As(s.admin)
	if r := b.Get("/admin/" + s.team.Slug() + "/settings"); !strings.Contains(r.Body, "Set up two-factor authentication in your account first.") {
		t.Errorf("got %d %s, want it to say what to do first", r.Status, r.Body)
	}
}

// The setting names those whom it asks to set it up, and so do the details of a user.
func TestSettings_NameAdminsWithoutTwoFactors(t *testing.T) {
	s := newFixture(t, false)
	path := "/admin/" + s.team.Slug()
	if body := s.As(s.owner).Get(path + "/settings").Body; !strings.Contains(body, "/account/two-factors?next=%2Fadmin%2F") {
		t.Errorf("got %s, want a link to the setup that leads back", body)
	}
	two := hookstest.EnableTwoFactors(t, s.App, s.owner)
	b := s.As(s.owner)
	b.Post("/signin/two-factors", url.Values{"code": {two.Code(t)}})
	details := path + "/users/" + s.admin.Id
	for _, c := range []struct {
		path, want string
		change     func()
	}{
		{path + "/settings", text.Isolate(actors.DisplayName(s.admin)) + " doesn&#39;t have it yet.", func() {}},
		{details, "<dd>Off</dd>", func() {}},
		{details, "<dd>Off. They can&#39;t open the Admin Panel until they set it up.</dd>", func() {
			hookstest.Exec(t, s.App, "UPDATE teams SET require_two_factors = TRUE", nil)
		}},
		{details, "<dd>On</dd>", func() { hookstest.EnableTwoFactors(t, s.App, s.admin) }},
		{path + "/settings", "All of them have it.", func() {}},
	} {
		c.change()
		if r := b.Get(c.path); !strings.Contains(r.Body, c.want) {
			t.Errorf("%s: got %d %s, want %q", c.path, r.Status, r.Body, c.want)
		}
	}
}

func TestRequireTwoFactors_LeadsAdminsToSetup(t *testing.T) {
	s := newFixture(t, false)
	admin, member, token, path := s.As(s.admin), s.As(s.organizer), s.Token(s.admin), "/admin/"+s.team.Slug()+"/users"
	if r := admin.Get(path); r.Status != http.StatusOK {
		t.Fatalf("got %d before it is required, want 200", r.Status)
	}
	s.requireTwoFactors()
	setup := "/account/two-factors?next=" + url.QueryEscape(path)
	r := admin.Get(path)
	if r.Status != http.StatusSeeOther || r.Location != setup {
		t.Errorf("got %d to %q, want the setup", r.Status, r.Location)
	}
	if r = admin.Get(setup); !strings.Contains(r.Body, "requires two-factor authentication of the Owner and Admins.") {
		t.Errorf("got %s, want it to say who requires it", r.Body)
	}
	if r = admin.Post("/admin/"+s.team.Slug()+"/settings", url.Values{"name": {"Changed"}}); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/account/two-factors") {
		t.Errorf("got %d to %q for a form, want the setup", r.Status, r.Location)
	}
	for _, request := range [][2]string{{http.MethodGet, "/seats"}, {http.MethodPost, "/invitations"}, {http.MethodGet, ""}} {
		status, body := s.Call(token, request[0], "/api/teams/"+s.team.Id+request[1], map[string]any{"emails": []string{"new@x.example"}, "roles": []string{}})
		base, _ := body["data"].(map[string]any)["base"].(map[string]any)
		if status != http.StatusForbidden || base["code"] != "two_factors_required" {
			t.Errorf("%s %s: got %d %v, want 403 with two_factors_required", request[0], request[1], status, body)
		}
	}
	if r = admin.Get("/app/" + s.team.Slug()); r.Status != http.StatusOK || !strings.Contains(r.Body, "/admin/"+s.team.Slug()) {
		t.Errorf("got %d for the App, want it with a link to the Admin Panel", r.Status)
	}
	if r = member.Get("/app/" + s.team.Slug()); r.Status != http.StatusOK {
		t.Errorf("got %d for an Organizer, want 200", r.Status)
	}

	hookstest.EnableTwoFactors(t, s.App, s.admin)
	if actor := hookstest.Actor(t, s.App, s.admin, s.team); !actor.CanUsePanel() || actor.LacksTwoFactors {
		t.Error("got an Admin with two-factor authentication refused")
	}
}

func TestUsers_ShowWhoHasTwoFactors(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.admin)
	if r := b.Get("/admin/" + s.team.Slug() + "/users"); strings.Contains(r.Body, "2FA") {
		t.Error("got someone with two-factor authentication, want no one")
	}
	hookstest.EnableTwoFactors(t, s.App, s.organizer)
	if r := b.Get("/admin/" + s.team.Slug() + "/users"); strings.Count(r.Body, "2FA") != 1 {
		t.Errorf("got %d users with two-factor authentication, want 1", strings.Count(r.Body, "2FA"))
	}
}

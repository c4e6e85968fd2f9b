package account_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

func TestDeleteAccount(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	noor := hookstest.Member(t, s.App, team, "noor@halation.example", "organizer")
	b, other := s.As(noor), s.As(noor)
	token := s.Token(noor)

	assertPage(t, b.Get("/account/delete"), 200, "What happens", "You leave 1 team immediately: Halation Post.", "host any upcoming sessions", "noor@halation.example")
	hookstest.ScheduleSession(t, s.App, noor, team, sessions.Form{Rule: "FREQ=DAILY;COUNT=2"})
	assertPage(t, b.Get("/account/delete"), 200, "2 upcoming sessions that you host are cancelled. Email isn&#39;t set up, so tell the invitees yourself.", "You can&#39;t undo this.")
	assertPage(t, b.Post("/account/delete", formValues("typed", "noor", "password", hookstest.Password)), 422, "to confirm that you want to delete this account", `value="noor"`)
	assertPage(t, b.Post("/account/delete", formValues("typed", noor.Email(), "password", "wrong")), 422, "current password is wrong", `value="noor@halation.example"`)
	if hookstest.Count(t, s.App, "users") != 2 {
		t.Fatal("deleted")
	}
	r := b.Post("/account/delete", formValues("typed", " Noor@halation.example", "password", hookstest.Password))
	assertRedirect(t, r, "/signin")
	assertPage(t, b.Get("/signin"), 200, "Your account was deleted.")
	for _, browser := range []*viewstest.Browser{b, other} {
		assertRedirect(t, browser.Get("/account"), "/signin?next=%2Faccount")
	}
	if status, _ := s.Call(token, "GET", "/api/teams", nil); status != 401 {
		t.Errorf("a token of it: %d, want 401", status)
	}
	assertPage(t, s.Anonymous().Post("/signin", formValues("email", noor.Email(), "password", hookstest.Password)), 422)
	if n := hookstest.Count(t, s.App, "sessions", dbx.HashExp{"status": sessions.Cancelled}); n != 2 {
		t.Errorf("%d sessions are cancelled, want 2", n)
	}
	if page := s.As(owner).Get("/admin/halation-post/users"); strings.Contains(page.Body, "noor@") {
		t.Error("the team still has the person")
	}
}

func TestDeleteAccount_Owner_IsRefused(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	for _, name := range []string{"Halation Post", "Fathom Sound"} {
		hookstest.Team(t, s.App, owner, name, "free")
	}
	b := s.As(owner)
	page := b.Get("/account/delete")
	assertPage(t, page, 200, "You can&#39;t delete your account yet.", "Halation Post", "Fathom Sound", `href="/admin/fathom-sound/settings"`)
	if strings.Contains(page.Body, `name="typed"`) {
		t.Error("asks for what is of no use")
	}
	assertPage(t, b.Post("/account/delete", formValues("typed", owner.Email(), "password", hookstest.Password)), 422, "Fathom Sound and Halation Post. Transfer them to an Admin or delete them first.")
	if _, err := accounts.Find(s.App, owner.Email()); err != nil {
		t.Error(err)
	}
	assertRedirect(t, s.Anonymous().Get("/account/delete"), "/signin?next=%2Faccount%2Fdelete")
}

func TestDeleteAccount_SuperuserDeletesOwner_IsRefused(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	root := hookstest.NewRecord(t, s.App, core.CollectionNameSuperusers, map[string]any{"email": "root@usher.test"})
	root.SetPassword(hookstest.Password)
	if err := s.App.Save(root); err != nil {
		t.Fatal(err)
	}
	token := s.Token(root)
	path := "/api/collections/users/records/" + owner.Id
	status, body := s.Call(token, "DELETE", path, nil)
	data, _ := body["data"].(map[string]any)
	if reason, _ := data["base"].(map[string]any); status != 400 || reason["code"] != "last_owner" || !strings.Contains(reason["message"].(string), "Halation Post") {
		t.Errorf("%d %v, want 400, %q and it with %q", status, body, "last_owner", "Halation Post")
	}
	if status, _ := s.Call(token, "DELETE", "/api/collections/teams/records/"+team.Id, nil); status != 204 {
		t.Fatal(status)
	}
	if status, _ := s.Call(token, "DELETE", path, nil); status != 204 {
		t.Errorf("without a team: %d, want 204", status)
	}
}

func TestDeleteAccount_SaysWhetherEmailIsSent(t *testing.T) {
	for count, sentences := range map[string][2]string{
		"1": {"1 upcoming session that you host is cancelled, and we email its invitees.", "1 upcoming session that you host is cancelled. Email isn&#39;t set up, so tell the invitees yourself."},
		"2": {"2 upcoming sessions that you host are cancelled, and we email their invitees.", "2 upcoming sessions that you host are cancelled. Email isn&#39;t set up, so tell the invitees yourself."},
	} {
		for n, key := range []string{"re_test", ""} {
			s := newServer(t, func(c *settings.Config) { c.ResendKey = key })
			team := hookstest.Team(t, s.App, hookstest.Account(t, s.App, "marta@halation.example"), "Halation Post", "free")
			noor := hookstest.Member(t, s.App, team, "noor@halation.example", "organizer")
			hookstest.ScheduleSession(t, s.App, noor, team, sessions.Form{Rule: "FREQ=DAILY;COUNT=" + count})
			page := s.As(noor).Get("/account/delete")
			assertPage(t, page, 200, sentences[n], "You can&#39;t undo this.")
			if got, want := strings.Contains(page.Body, "We email a confirmation to noor@halation.example."), key != ""; got != want {
				t.Errorf("key %q: promises a confirmation: %v, want %v", key, got, want)
			}
		}
	}
}

package account_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/settings"
	"usher/views/viewstest"
)

// posted serves with letters that arrive.
func posted(t *testing.T) (*viewstest.Server, *resendtest.Server) {
	t.Helper()
	post := resendtest.New(t)
	return serve(t, func(c *settings.Config) { c.ResendKey, c.ResendURL = post.Key, post.URL }), post
}

// moving asks for a new address on the page and is the path of the link in the mail.
func moving(t *testing.T, b *viewstest.Browser, post *resendtest.Server, s *viewstest.Server, email string) string {
	t.Helper()
	goes(t, b.Post("/account/address", form("email", email, "password", hookstest.Password)), "/account#address")
	return strings.TrimPrefix(post.Link(post.WaitFor(t, email), "/email/"), s.URL)
}

func TestAnAddressIsChangedByItsLink(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Member(t, s.App, hookstest.Team(t, s.App, owner, "Halation Post", "free"), "noor@halation.example")
	here, there := s.As(owner), s.As(owner)
	link := moving(t, here, post, s, "marta@new.example")
	says(t, here.Get("/account"), 200, "<b>marta@new.example</b> waits to be confirmed", "You sign in as <b>marta@halation.example</b>", "Look in the mail")

	says(t, here.Get(link), 200, "Confirm new address", "marta@halation.example", "marta@new.example")
	if hookstest.Stored(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("a look at the link changed the address")
	}
	r := here.Post(link, nil)
	goes(t, r, "/account#address")
	if !strings.Contains(strings.Join(r.Header["Set-Cookie"], " "), "usher=") {
		t.Error("no new login after the change")
	}
	says(t, here.Get("/account"), 200, "Your address is marta@new.example now.", "You sign in as <b>marta@new.example</b>")
	goes(t, there.Get("/account"), "/signin?next=%2Faccount")
	says(t, here.Get("/admin/halation-post/users"), 200, "marta@new.example")
	says(t, here.Get(link), 410, "not good any more")
	says(t, here.Post(link, nil), 410, "not good any more")
	if letter := post.WaitFor(t, "marta@halation.example"); !strings.Contains(letter.Text, "It was not you?") {
		t.Error(letter.Text)
	}
}

func TestALinkIsUsedOnlyBySomebodySignedInToItsAccount(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	eve := s.As(hookstest.Person(t, s.App, "eve@halation.example"))
	link := moving(t, s.As(owner), post, s, "marta@new.example")

	nobody := s.Visitor()
	page := nobody.Get(link)
	says(t, page, 200, "Sign in to confirm", "m••••@halation.example")
	if strings.Contains(page.Body, "marta@halation.example") {
		t.Error("whoever has the link is told the old address")
	}
	goes(t, nobody.Post(link, nil), "/signin?next=%2Femail%2F"+link[len("/email/"):])
	says(t, eve.Get(link), 200, "This link is for another account", "eve@halation.example", `action="/signout"`)
	says(t, eve.Post(link, nil), 403, "This link is for another account")
	if hookstest.Stored(t, s.App, "users", owner.Id).Email() != "marta@halation.example" {
		t.Fatal("changed")
	}
	b := s.Visitor()
	goes(t, b.Post("/signin", form("email", owner.Email(), "password", hookstest.Password, "next", link)), link)
	goes(t, b.Post(link, nil), "/account#address")
}

func TestALinkDiesWithThePassword(t *testing.T) {
	s, post := posted(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	b := s.As(owner)
	link := moving(t, b, post, s, "marta@new.example")
	goes(t, b.Post("/account/password", form("current", hookstest.Password, "new", "three entirely new words")), "/account")
	says(t, b.Get(link), 410, "the password was changed since")
	says(t, b.Post(link, nil), 410, "not good any more")
	if page := b.Get("/account"); strings.Contains(page.Body, "waits to be confirmed") {
		t.Error("the change still waits")
	}
}

func TestANewAddressIsAskedFor(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Person(t, s.App, "taken@halation.example")
	b := s.As(owner)
	says(t, b.Post("/account/address", form("email", "marta@new.example", "password", "wrong")), 422, "not your current password", `value="marta@new.example"`, `href="#address-password"`)
	says(t, b.Post("/account/address", form("email", "nobody", "password", hookstest.Password)), 422, "No @ in the address.", `value="nobody"`, `href="#new-address"`)
	says(t, b.Post("/account/address", form("email", "Marta@halation.example", "password", hookstest.Password)), 422, "your address already")

	pages := map[string]string{}
	for _, email := range []string{"taken@halation.example", "freed@halation.example"} {
		goes(t, b.Post("/account/address", form("email", email, "password", hookstest.Password)), "/account#address")
		pages[strings.ReplaceAll(b.Get("/account").Body, email, "")] = email
	}
	if len(pages) != 1 {
		t.Error("a taken and a free address are told apart")
	}
	says(t, b.Get("/account"), 200, "finds the letter on its console")
	goes(t, b.Post("/account/address/cancel", nil), "/account#address")
	page := b.Get("/account")
	says(t, page, 200, "Your address stays as it is.")
	if strings.Contains(page.Body, "waits to be confirmed") {
		t.Error("it still waits")
	}
}

func TestDeletingTheAccount(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	noor := hookstest.Member(t, s.App, team, "noor@halation.example", "organizer")
	b, other := s.As(noor), s.As(noor)
	token := s.Token(noor)

	says(t, b.Get("/account/delete"), 200, "What happens", "You leave your team at once", "noor@halation.example")
	says(t, b.Post("/account/delete", form("typed", "noor", "password", hookstest.Password)), 422, "to show that you mean this account", `value="noor"`)
	says(t, b.Post("/account/delete", form("typed", noor.Email(), "password", "wrong")), 422, "not your current password", `value="noor@halation.example"`)
	if hookstest.Count(t, s.App, "users") != 2 {
		t.Fatal("deleted")
	}
	r := b.Post("/account/delete", form("typed", " Noor@halation.example", "password", hookstest.Password))
	goes(t, r, "/signin")
	says(t, b.Get("/signin"), 200, "Your account is deleted.")
	for _, browser := range []*viewstest.Browser{b, other} {
		goes(t, browser.Get("/account"), "/signin?next=%2Faccount")
	}
	if status, _ := s.Call(token, "GET", "/api/teams", nil); status != 401 {
		t.Errorf("a token of it: %d", status)
	}
	says(t, s.Visitor().Post("/signin", form("email", noor.Email(), "password", hookstest.Password)), 422)
	if page := s.As(owner).Get("/admin/halation-post/users"); strings.Contains(page.Body, "noor@") {
		t.Error("the team still has the person")
	}
}

func TestAnOwnerIsToldWhyTheAccountStays(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	for _, name := range []string{"Halation Post", "Fathom Sound"} {
		hookstest.Team(t, s.App, owner, name, "free")
	}
	b := s.As(owner)
	page := b.Get("/account/delete")
	says(t, page, 200, "Your account cannot be deleted now.", "Halation Post", "Fathom Sound", `href="/admin/fathom-sound/settings"`)
	if strings.Contains(page.Body, `name="typed"`) {
		t.Error("asks for what is of no use")
	}
	says(t, b.Post("/account/delete", form("typed", owner.Email(), "password", hookstest.Password)), 422, "Fathom Sound and Halation Post. A team always has its Owner")
	if _, err := accounts.Find(s.App, owner.Email()); err != nil {
		t.Error(err)
	}
	goes(t, s.Visitor().Get("/account/delete"), "/signin?next=%2Faccount%2Fdelete")
}

func TestTheOperatorDeletesNoOwner(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	root := hookstest.Blank(t, s.App, core.CollectionNameSuperusers, map[string]any{"email": "root@usher.test"})
	root.SetPassword(hookstest.Password)
	if err := s.App.Save(root); err != nil {
		t.Fatal(err)
	}
	token := s.Token(root)
	path := "/api/collections/users/records/" + owner.Id
	status, body := s.Call(token, "DELETE", path, nil)
	data, _ := body["data"].(map[string]any)
	if reason, _ := data["base"].(map[string]any); status != 400 || reason["code"] != "last_owner" || !strings.Contains(reason["message"].(string), "Halation Post") {
		t.Errorf("%d %v", status, body)
	}
	if status, _ := s.Call(token, "DELETE", "/api/collections/teams/records/"+team.Id, nil); status != 204 {
		t.Fatal(status)
	}
	if status, _ := s.Call(token, "DELETE", path, nil); status != 204 {
		t.Errorf("without a team: %d", status)
	}
}

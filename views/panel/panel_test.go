package panel_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// fixture is a served team with a user in each role, and a second team.
type fixture struct {
	*viewstest.Server
	t                                             *testing.T
	owner, admin, organizer, member, guest, other *core.Record
	stranger                                      *core.Record
	team, foreign                                 *teams.Team
}

// newFixture serves the fixture. With email on, the provider can't be reached, so emails stay queued.
func newFixture(t *testing.T, mail bool) *fixture {
	t.Helper()
	config := hookstest.Config()
	if mail {
		config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:9"
	}
	return newFixtureWithConfig(t, config)
}

func newFixtureWithConfig(t *testing.T, config settings.Config) *fixture {
	t.Helper()
	s := &fixture{Server: viewstest.Serve(t, config), t: t}
	s.owner = hookstest.Account(t, s.App, "marta@halation.example")
	s.team = hookstest.Team(t, s.App, s.owner, "Halation Post", "pro")
	s.admin = hookstest.Member(t, s.App, s.team, "jonas@halation.example", "admin")
	s.organizer = hookstest.Member(t, s.App, s.team, "theo@halation.example", "organizer")
	s.member = hookstest.Member(t, s.App, s.team, "noor@halation.example")
	s.guest = hookstest.Guest(t, s.App, s.team, "clara@kestrel.example")
	s.stranger = hookstest.Account(t, s.App, "eve@elsewhere.example")
	s.other = hookstest.Account(t, s.App, "wanda@grain.example")
	s.foreign = hookstest.Team(t, s.App, s.other, "Grain and Gate", "pro")
	return s
}

func (s *fixture) path(p string) string { return "/admin/" + s.team.Slug() + p }

func (s *fixture) userPath(r *core.Record, action string) string {
	return s.path("/users/" + r.Id + action)
}

// allowAdminsToManageAdmins lets Admins manage Admins (D1).
func (s *fixture) allowAdminsToManageAdmins() {
	s.t.Helper()
	s.team.Set("admins_manage_admins", true)
	if err := s.App.Save(s.team); err != nil {
		s.t.Fatal(err)
	}
}

func assertPage(t *testing.T, r viewstest.Reply, status int, texts ...string) {
	t.Helper()
	if r.Status != status {
		t.Fatalf("status %d, want %d: %s", r.Status, status, pageText(r.Body))
	}
	assertContains(t, r, texts...)
}

func assertContains(t *testing.T, r viewstest.Reply, texts ...string) {
	t.Helper()
	body := html.UnescapeString(r.Body)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("no %q in: %s, want it to contain %q", text, pageText(r.Body), text)
		}
	}
}

func assertNotContains(t *testing.T, r viewstest.Reply, texts ...string) {
	t.Helper()
	body := html.UnescapeString(r.Body)
	for _, text := range texts {
		if strings.Contains(body, text) {
			t.Errorf("got %q in: %s, want no %q", text, pageText(r.Body), text)
		}
	}
}

// detailsOf returns the reply with the details panel only, without the list beside it.
func detailsOf(r viewstest.Reply) viewstest.Reply {
	_, r.Body, _ = strings.Cut(r.Body, `id="details"`)
	return r
}

// pageText returns the text of a page without its head and drawings, for readable failures.
func pageText(body string) string {
	if _, main, ok := strings.Cut(body, "<main"); ok {
		body = main
	}
	var b strings.Builder
	tag := false
	for _, r := range body {
		switch {
		case r == '<':
			tag = true
		case r == '>':
			tag = false
			b.WriteByte(' ')
		case !tag:
			b.WriteRune(r)
		}
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	return text[:min(len(text), 3000)]
}

// fragment requests the fragment of a page for the element target.
func (s *fixture) fragment(b *viewstest.Browser, path, target string) viewstest.Reply {
	request, _ := http.NewRequest(http.MethodGet, s.URL+path, nil)
	request.Header.Set("HX-Request", "true")
	request.Header.Set("HX-Target", target)
	return b.Send(request)
}

// upload posts a form with a file of any size.
func (s *fixture) upload(b *viewstest.Browser, path string, form url.Values, field string, file io.Reader) viewstest.Reply {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	for name, values := range form {
		for _, value := range values {
			_ = w.WriteField(name, value)
		}
	}
	_, _ = w.CreateFormFile(field, "list.csv")
	body := io.MultiReader(&head, file, strings.NewReader("\r\n--"+w.Boundary()+"--\r\n"))
	request, _ := http.NewRequest(http.MethodPost, s.URL+path, body)
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Send(request)
}

// zeros reads n zero bytes.
func zeros(n int64) io.Reader { return io.LimitReader(endless{}, n) }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestPages_AccessByRole(t *testing.T) {
	s := newFixture(t, true)
	invited := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	people := map[string]*core.Record{"nobody": nil, "stranger": s.stranger, "guest": s.guest, "member": s.member,
		"organizer": s.organizer, "another team's owner": s.other, "admin": s.admin, "owner": s.owner}
	gets := []string{"", "/users", "/users/add", "/users/" + s.member.Id, "/users/" + invited.ID, "/users/" + s.member.Id + "/remove",
		"/users/" + s.organizer.Id + "/revoke-role?role=organizer", "/users/" + invited.ID + "/revoke",
		"/users/" + s.member.Id + "/ask?role=organizer", "/settings",
		"/users/selected?operation=remove&person=" + s.member.Id, "/users/selected?operation=tag&all=1", "/users/selected?operation=revoke&all=1",
		"/audit", "/audit/verify", "/audit/export", "/users/export", "/users/sample.csv", "/find", "/find?q=a"}
	posts := []string{"/users/add", "/users/preview", "/settings", "/settings/test-email", "/users/" + s.member.Id + "/ask",
		"/users/" + s.member.Id + "/again", "/users/" + invited.ID + "/resend", "/users/" + invited.ID + "/revoke",
		"/users/" + s.organizer.Id + "/revoke-role", "/users/" + s.member.Id + "/remove",
		"/users/selected?operation=remove&person=" + s.member.Id, "/users/" + s.member.Id + "/tags", "/settings/delete"}
	for who, account := range people {
		b := s.Anonymous()
		if account != nil {
			b = s.As(account)
		}
		for _, path := range gets {
			r := b.Get(s.path(path))
			assertAccess(t, who, "GET "+path, r)
		}
		if who == "admin" || who == "owner" {
			continue
		}
		for _, path := range posts {
			r := b.Post(s.path(path), url.Values{"role": {"organizer"}, "name": {"Taken"}})
			assertAccess(t, who, "POST "+path, r)
		}
	}
	if n := hookstest.Count(t, s.App, "memberships"); n != 6 {
		t.Fatalf("%d memberships after requests of people without the right, want 6", n)
	}
}

func assertAccess(t *testing.T, who, what string, r viewstest.Reply) {
	t.Helper()
	switch who {
	case "nobody":
		if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/signin?next=%2Fadmin%2F") {
			t.Errorf("%s, %s: %d %s, want %v and it with %q", who, what, r.Status, r.Location, http.StatusSeeOther, "/signin?next=%2Fadmin%2F")
		}
	case "stranger", "another team's owner":
		if r.Status != http.StatusNotFound || strings.Contains(r.Body, "Halation") {
			t.Errorf("%s, %s: %d, want %v and it without %q", who, what, r.Status, http.StatusNotFound, "Halation")
		}
	case "guest", "member", "organizer":
		if r.Status != http.StatusForbidden {
			t.Errorf("%s, %s: %d %s, want %v", who, what, r.Status, pageText(r.Body), http.StatusForbidden)
		}
		if named := strings.Contains(r.Body, "Ask Marta (Owner) to invite you"); named == (who == "guest") || strings.Contains(r.Body, "Jonas") {
			t.Errorf("%s, %s: who is named: %s", who, what, pageText(r.Body))
		}
	default:
		if start := what == "GET "; start && r.Status != http.StatusSeeOther || !start && r.Status != http.StatusOK {
			t.Errorf("%s, %s: %d %s", who, what, r.Status, pageText(r.Body))
		}
	}
}

func TestUsers_IDsOfAnotherTeam_AreNotFound(t *testing.T) {
	s := newFixture(t, true)
	theirs := hookstest.Invite(t, s.App, s.other, s.foreign, "x@grain.example", "organizer")
	b := s.As(s.owner)
	unknown := b.Get(s.path("/users/abcdefghijklmno"))
	assertPage(t, unknown, http.StatusNotFound)
	for _, id := range []string{s.other.Id, theirs.ID, "%27%20OR%201=1", "add/users"} {
		for _, action := range []string{"", "/remove", "/revoke"} {
			if r := b.Get(s.path("/users/" + id + action)); r.Status != http.StatusNotFound || r.Body != unknown.Body {
				t.Errorf("GET %s%s: %d, want %v and %v", id, action, r.Status, http.StatusNotFound, unknown.Body)
			}
		}
	}
	ourMember := hookstest.Invite(t, s.App, s.other, s.foreign, s.member.Email()) // invited by the other team, and a member of ours
	assertPage(t, b.Get(s.path("/users/"+ourMember.ID)), http.StatusNotFound)
	for _, action := range []string{"ask", "again", "resend", "revoke", "revoke-role", "remove", "tags"} {
		for _, id := range []string{s.other.Id, theirs.ID} {
			if r := b.Post(s.path("/users/"+id+"/"+action), url.Values{"role": {"organizer"}}); r.Status != http.StatusNotFound {
				t.Errorf("POST %s of %s: %d, want %v", action, id, r.Status, http.StatusNotFound)
			}
		}
		// an invitation of the other team, submitted for a row of ours
		ours := hookstest.Invite(t, s.App, s.owner, s.team, fmt.Sprintf("%s@halation.example", action))
		if action == "resend" || action == "revoke" {
			r := b.Post(s.path("/users/"+ours.ID+"/"+action), url.Values{"invitation": {theirs.ID}})
			assertPage(t, r, http.StatusNotFound)
		}
	}
	if r := s.As(s.other).Get("/admin/" + s.foreign.Slug() + "/users/" + theirs.ID); r.Status != http.StatusOK || !strings.Contains(r.Body, "Pending") {
		t.Fatalf("their invitation was touched: %d, want %v and it with %q", r.Status, http.StatusOK, "Pending")
	}
}

func TestErrors_Fragment_ReplaceTheWholePage(t *testing.T) {
	s := newFixture(t, true)
	r := s.fragment(s.As(s.owner), s.path("/users/abcdefghijklmno"), "div#details")
	assertPage(t, r, http.StatusNotFound, "Page not found")
	if r.Header.Get("HX-Retarget") != "body" {
		t.Error("the error page would replace only the details panel")
	}
	r = s.fragment(s.Anonymous(), s.path("/users"), "div#list")
	if !strings.HasPrefix(r.Header.Get("HX-Redirect"), "/signin") {
		t.Errorf("who is signed out stays: %v, want it to contain %q", r.Header, "/signin")
	}
}

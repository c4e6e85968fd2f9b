package help_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/views/answers"
	"usher/views/viewstest"
)

func assertPage(t *testing.T, r viewstest.Reply, status int, want ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("got status %d, want %d", r.Status, status)
	}
	for _, text := range want {
		if !strings.Contains(html.UnescapeString(r.Body), text) {
			t.Errorf("no %q on the page", text)
		}
	}
}

// The questions that the help must answer (R155).
func TestAnswers_CoverEveryQuestion(t *testing.T) {
	byID := map[string]answers.Answer{}
	for _, a := range answers.All {
		if _, twice := byID[a.ID]; twice || a.ID == "" || a.Question == "" || len(a.Text) == 0 || len(a.For) == 0 {
			t.Errorf("%q is there twice or incomplete", a.ID)
		}
		byID[a.ID] = a
	}
	for _, id := range []string{"team", "panel", "panel-access", "roles", "seats", "accept", "guest-accept", "decline", "revoke-remove", "removed", "guest-why",
		"rooms", "switching", "usage", "usage-update", "link", "no-teams", "licences", "plan", "logo", "end"} {
		if byID[id].ID == "" {
			t.Errorf("no answer to %s", id)
		}
	}
}

var linkPattern = regexp.MustCompile(`href="(/[^"]*)"`)

func TestHelp_EveryLinkResolves(t *testing.T) {
	s := viewstest.Serve(t, hookstest.Config())
	b := s.Anonymous()
	pages := map[string]string{}
	get := func(path string) string {
		if body, known := pages[path]; known {
			return body
		}
		r := b.Get(path)
		if r.Status != http.StatusOK {
			t.Errorf("%s: %d", path, r.Status)
		}
		pages[path] = r.Body
		return r.Body
	}
	for _, path := range []string{"/help", "/help/guests", "/help/organizers", "/help/admins", "/help/support", "/help?q=seat"} {
		body := get(path)
		for _, link := range linkPattern.FindAllStringSubmatch(body, -1) {
			target, fragment, _ := strings.Cut(html.UnescapeString(link[1]), "#")
			if strings.HasPrefix(target, "/static/") {
				continue
			}
			if found := get(target); fragment != "" && !strings.Contains(found, `id="`+fragment+`"`) {
				t.Errorf("%s: no %s on %s", path, fragment, target)
			}
		}
	}
	for _, reader := range []string{answers.Admins, answers.Organizers, answers.Guests} {
		for _, a := range answers.Of(reader) {
			assertPage(t, viewstest.Reply{Status: 200, Body: pages["/help/"+reader]}, 200, append([]string{a.Question}, a.Text...)...)
		}
	}
	assertPage(t, b.Get("/signin"), http.StatusOK, `href="/help"`)
	if r := b.Get("/help/nobody"); r.Status != http.StatusNotFound {
		t.Errorf("an unknown page: %d", r.Status)
	}
}

// The table comes from the predicates that pages and actions use.
func TestHelp_PermissionsTable_HasEveryRow(t *testing.T) {
	r := viewstest.Serve(t, hookstest.Config()).Anonymous().Get("/help/admins")
	for _, row := range actors.Permissions(hookstest.NewRecord(t, hookstest.NewApp(t), "teams", nil)) {
		assertPage(t, r, http.StatusOK, row.Label)
	}
}

func TestHelp_Search(t *testing.T) {
	b := viewstest.Serve(t, hookstest.Config()).Anonymous()
	assertPage(t, b.Get("/help?q=REVOKE+invitation"), http.StatusOK, "difference between removing a user and revoking", "match")
	assertPage(t, b.Get("/help?q=zebra"), http.StatusOK, "No answers match “zebra”.", "Show all questions")
	assertPage(t, b.Get("/help?q="+url.QueryEscape("<script>alert(1)</script>"+strings.Repeat("x", 500))), http.StatusOK, "No answers match")
	if r := b.Get("/help?q=%3Cscript%3E"); strings.Contains(r.Body, "“<script>") {
		t.Error("the query isn't escaped")
	}
}

func TestSupport_SendsEmail_LimitedAndOnlyWithAddress(t *testing.T) {
	config := hookstest.Config()
	assertPage(t, viewstest.Serve(t, config).Anonymous().Get("/help/support"), http.StatusOK, "ask the person who invited you", "contact")
	config.Support, config.ResendKey, config.ResendURL, config.MailFrom = "help@usher.test", "re_test", "http://127.0.0.1:1", "usher@usher.test"
	s := viewstest.Serve(t, config)
	b := s.Anonymous()
	assertPage(t, b.Get("/help/support"), http.StatusOK, "Your name", "Send request")
	form := url.Values{"name": {"Ines\r\nBcc: x@y.example"}, "email": {"not an address"}, "message": {" "}}
	assertPage(t, b.Post("/help/support", form), http.StatusUnprocessableEntity, "Describe what you need help with.", "not an address")
	form = url.Values{"name": {"Ines"}, "email": {"ines@x.example"}, "message": {"The link <b>fails</b>."}}
	for n := range 6 {
		r := b.Post("/help/support", form)
		if sent := r.Status == http.StatusSeeOther; sent != (n < 5) {
			t.Errorf("request %d: %d", n+1, r.Status)
		}
	}
	if n := hookstest.Count(t, s.App, "outbox", dbx.HashExp{"kind": mail.KindSupportRequest, "recipient": "help@usher.test"}); n != 5 {
		t.Errorf("%d emails, want 5", n)
	}
	account := hookstest.Account(t, s.App, "olga@x.example")
	assertPage(t, s.As(account).Get("/help/support"), http.StatusOK, "olga@x.example", "Back to team")
	if n := hookstest.Count(t, s.App, "audit", dbx.HashExp{"action": "support.request", "result": "ok"}); n != 5 {
		t.Errorf("%d audit entries, want 5", n)
	}
}

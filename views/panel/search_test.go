package panel_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

func TestSearch_FindsPagesAndPeople(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Invite(t, s.App, s.owner, s.team, "pavel@halation.example", "admin")
	hookstest.Team(t, s.App, s.admin, "Northlight", "free")
	b := s.As(s.admin)
	find := func(q string) string {
		t.Helper()
		r := s.fragment(b, s.path("/find?q="+url.QueryEscape(q)), "div#found")
		assertPage(t, r, http.StatusOK, `id="found"`)
		assertNotContains(t, r, "<html", "wanda", "Wanda", "Grain")
		return html.UnescapeString(r.Body)
	}
	for q, texts := range map[string][]string{
		"":           {">Add users<", ">Users<", ">Audit log<", ">Settings<", ">Northlight<", s.path("/users/add"), "/admin/northlight"},
		"  ":         {">Add users<"},
		"---":        {">Add users<", ">Northlight<"},
		"sett":       {">Settings<", `href="` + s.path("/settings") + `"`},
		"LOG":        {">Audit log<"},
		"switch":     {">Northlight<"},
		"invite new": {">Add users<"},
		"theo":       {">Theo<", "theo@halation.example · Organizer", `href="` + s.path("/users/"+s.organizer.Id) + `"`},
		"clara":      {"clara@kestrel.example · guest"},
		"pavel":      {">pavel@halation.example<", "Admin, pending"},
		"new@x.example": {"No user matches “new@x.example”.", "Invite new@x.example",
			s.path("/users/add?list=new%40x.example")},
		"grain":         {"No results for “grain”."}, // the other team's
		"nobody":        nil,
		"halation team": nil,
	} {
		body := find(q)
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("%q does not find %s: %s, want it to contain %q", q, text, pageText(body), text)
			}
		}
		if texts == nil && strings.Contains(body, `role="option"`) {
			t.Errorf("%q finds %s", q, pageText(body))
		}
	}
	if body := find("theo"); strings.Contains(body, "Settings") || strings.Contains(body, "Jonas") {
		t.Error(pageText(body))
	}
	if body := find("theo@halation.example"); strings.Contains(body, "Invite") {
		t.Error("who is here is offered to be invited")
	}
	assertPage(t, b.Get(s.path("/find?q=theo")), http.StatusOK, "<html", "Theo", `value="theo"`)
	assertPage(t, b.Get(s.path("/users/add?list=new%40x.example")), http.StatusOK, "new@x.example", "Will be invited")
}

func TestSearch_ManyPeople_ListsEightAndLinksToAll(t *testing.T) {
	s := newFixture(t, true)
	for _, name := range strings.Fields("a b c d e f g h i j") {
		hookstest.Invite(t, s.App, s.owner, s.team, name+"@many.example")
	}
	r := s.fragment(s.As(s.owner), s.path("/find?q=many.example"), "div#found")
	assertPage(t, r, http.StatusOK, "Show all 10 users", s.path("/users?q=many.example"))
	if n := strings.Count(r.Body, `role="option"`); n != 9 {
		t.Errorf("%d options, want 9", n)
	}
}

func TestSearch_HostileInput_IsEscapedAndTruncated(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	evil := `"><script>alert(1)</script>`
	for _, path := range []string{"/find", "/users/add"} {
		for _, name := range []string{"q", "list"} {
			if r := b.Get(s.path(path + "?" + name + "=" + url.QueryEscape(evil))); r.Status != http.StatusOK || strings.Contains(r.Body, "<script>alert") {
				t.Errorf("%s %s: %d, want %v and it without %q", path, name, r.Status, http.StatusOK, "<script>alert")
			}
		}
	}
	r := s.fragment(b, s.path("/find?q="+url.QueryEscape(evil)), "div#found")
	if assertPage(t, r, http.StatusOK, "No results for"); strings.Contains(r.Body, "<script>") {
		t.Error(r.Body)
	}
	r = s.fragment(b, s.path("/find?q="+strings.Repeat("x", 10_000)), "div#found")
	if assertPage(t, r, http.StatusOK, strings.Repeat("x", 200)); strings.Contains(r.Body, strings.Repeat("x", 201)) {
		t.Error("a long question is not cut")
	}
	assertPage(t, s.fragment(b, s.path("/find?q=%ff%00%25_"), "div#found"), http.StatusOK)
}

func TestSearch_InApp_ShowsPeopleOnlyToAdmins(t *testing.T) {
	s := newFixture(t, true)
	at := "/app/" + s.team.Slug() + "/find?q="
	for _, account := range []*core.Record{s.guest, s.member, s.organizer} {
		b := s.As(account)
		for _, q := range []string{"jonas", "theo", "clara", "new@x.example", "a"} {
			r := s.fragment(b, at+url.QueryEscape(q), "div#found")
			assertPage(t, r, http.StatusOK)
			assertNotContains(t, r, "Jonas", "@halation", "Invite", "/admin/", "Add users")
		}
		assertPage(t, s.fragment(b, at+"home", "div#found"), http.StatusOK, ">Home<")
		assertPage(t, s.fragment(b, at+"zzz", "div#found"), http.StatusOK, "No results for “zzz”.")
		assertPage(t, b.Get(s.path("/find?q=theo")), http.StatusForbidden)
	}
	r := s.fragment(s.As(s.admin), at+"theo", "div#found")
	assertPage(t, r, http.StatusOK, s.userPath(s.organizer, ""), "Theo")
	assertPage(t, s.As(s.stranger).Get(at+"theo"), http.StatusNotFound)
	assertPage(t, s.As(s.other).Get(at+"theo"), http.StatusNotFound)
	if r := s.Anonymous().Get(at + "theo"); r.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d, want %v", r.Status, http.StatusSeeOther)
	}
}

func TestSearch_FindsPagesAndActionsOfEveryArea(t *testing.T) {
	s := newFixture(t, true)
	s.newRoom("Foyer")
	options := regexp.MustCompile(`(?s)role="option".*?(?:href="([^"]*)"|form="([^"]*)").*?<b>.*?>([^<]*)</bdi>`)
	find := func(b *viewstest.Browser, at, q string) map[string]string {
		t.Helper()
		r := s.fragment(b, at+url.QueryEscape(q), "div#found")
		assertPage(t, r, http.StatusOK)
		found := map[string]string{}
		for _, m := range options.FindAllStringSubmatch(r.Body, -1) {
			found[html.UnescapeString(m[3])] = m[1]
		}
		return found
	}
	panel, app := s.path("/find?q="), "/app/"+s.team.Slug()+"/find?q="
	for _, c := range []struct {
		q, label, href string
		admin          bool // only the Owner and Admins find it
	}{
		{"users export", "Export users", s.path("/users/export"), true},
		{"import", "Imports and bulk actions", s.path("/users/import"), true},
		{"CSV upload", "Upload CSV", s.path("/users/add?csv=1"), true},
		{"permissions roles", "Roles and permissions", s.path("/users/permissions"), true},
		{"seats", "Billing & plans", s.path("/billing"), true},
		{"archived", "Archived rooms", s.path("/rooms?status=archived"), true},
		{"audit log", "Audit log", s.path("/audit"), true},
		{"log audit export", "Export audit log", s.path("/audit/export"), true},
		{"room new", "New room", s.path("/rooms/new"), true},
		{"panel users", "Users", s.path("/users"), true},
		{"PÁSSWORD", "Password", "/account#password", false},
		{"devices account", "Devices", "/account#devices", false},
		{"calendar", "Calendar", "/app/" + s.team.Slug() + "/calendar", false},
		{"past", "Past sessions", "/app/" + s.team.Slug() + "/sessions?show=past", false},
		{"all teams", "All teams", "/teams", false},
		{"api", "API reference", "/api/docs", false},
		{"out sign", "Sign out", "", false},
		{"leave", "Leave team", "/app/" + s.team.Slug() + "?leave=1", false},
	} {
		for name, found := range map[string]map[string]string{"the panel": find(s.As(s.admin), panel, c.q), "the App": find(s.As(s.admin), app, c.q)} {
			if href, ok := found[c.label]; !ok || href != c.href {
				t.Errorf("%q in %s finds %v, want %s at %s", c.q, name, found, c.label, c.href)
			}
		}
		for name, account := range map[string]*core.Record{"a member": s.member, "a guest": s.guest} {
			if href, ok := find(s.As(account), app, c.q)[c.label]; ok && c.admin && href == c.href || !ok && !c.admin {
				t.Errorf("%q finds %s for %s: %v", c.q, c.label, name, ok)
			}
		}
	}
	for at, b := range map[string]*viewstest.Browser{panel: s.As(s.admin), app: s.As(s.guest)} {
		assertPage(t, s.fragment(b, at+"keyboard", "div#found"), http.StatusOK, ">Keyboard shortcuts<", `type="button" data-shortcuts`)
	}
	assertPage(t, s.As(s.admin).Get(panel+"keyboard"), http.StatusOK, `<li class="needs-js"><button type="button" data-shortcuts>`)
	if found := find(s.As(s.owner), panel, "leave"); found["Leave team"] != "" {
		t.Error("the Owner can leave the team")
	}
	for _, q := range []string{"schedule session", "new session"} {
		if found := find(s.As(s.organizer), app, q); found["New session"] == "" {
			t.Errorf("%q finds %v", q, found)
		}
		if found := find(s.As(s.member), app, q); found["New session"] != "" {
			t.Errorf("%q finds %v for a member", q, found)
		}
	}
	for _, account := range []*core.Record{s.owner, s.admin} {
		if _, ok := find(s.As(account), panel, "delete team")["Delete team"]; ok != (account == s.owner) {
			t.Errorf("%s finds Delete team: %v", account.Email(), ok)
		}
	}
}

func TestSearch_FindsImports(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.admin)
	at := s.startImport(b, inviteForm(longList(230), ""))
	for _, q := range []string{"import", "report csv", "pasted"} {
		assertPage(t, s.fragment(b, s.path("/find?q="+url.QueryEscape(q)), "div#found"), http.StatusOK, ">Pasted list<", "230 rows", `href="`+at+`"`)
	}
	assertNotContains(t, s.fragment(b, s.path("/find?q=anneke"), "div#found"), "Pasted list")
	assertNotContains(t, s.fragment(s.As(s.member), "/app/"+s.team.Slug()+"/find?q=pasted", "div#found"), "Pasted list")
	assertPage(t, b.Get(s.path("/users")), http.StatusOK, `href="`+s.path("/users/import")+`"`)
}

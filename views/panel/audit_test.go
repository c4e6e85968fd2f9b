package panel_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// newAuditFixture returns a fixture with actions done, refused, and done in another team.
func newAuditFixture(t *testing.T) *fixture {
	t.Helper()
	s := newFixture(t, true)
	hookstest.Invite(t, s.App, s.owner, s.team, "pavel@halation.example", "organizer")
	_, err := invitations.Invite(s.App, hookstest.Actor(t, s.App, s.admin, s.team), invitations.Request{
		Lines: invitations.ParseLines([]string{"x@y.example"}), Roles: actors.Roles{Admin: true}})
	hookstest.AssertCode(t, "an Admin invites an Admin", err, "not_allowed")
	if _, err := members.RevokeRoles(s.App, hookstest.Actor(t, s.App, s.owner, s.team), s.organizer.Id, actors.Roles{Organizer: true}, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	hookstest.Invite(t, s.App, s.other, s.foreign, "pavel@halation.example")
	return s
}

func TestAuditLog_ShowsAndFiltersEvents(t *testing.T) {
	s := newAuditFixture(t)
	b := s.As(s.admin)
	page := b.Get(s.path("/audit"))
	assertPage(t, page, http.StatusOK, "Audit log", "revoked the Organizer role of", "Theo", "pavel@halation.example", "as Organizer",
		"Jonas", "tried to invite", "Refused", "Permission denied.", "192.0.2.1", "Halation Post", `aria-current="page"`)
	assertNotContains(t, page, "Wanda", "Grain")

	found := func(query string, texts ...string) {
		t.Helper()
		r := b.Get(s.path("/audit?" + query))
		assertPage(t, r, http.StatusOK)
		_, entries, _ := strings.Cut(r.Body, `id="entries"`)
		for _, text := range []string{"revoked the Organizer role", "invited", "tried to invite", "created the team"} {
			should := false
			for _, wanted := range texts {
				should = should || text == wanted
			}
			if strings.Contains(entries, text) != should {
				t.Errorf("%s: contains %q: got %v, want %v", query, text, !should, should)
			}
		}
	}
	today := time.Now().UTC().Format(time.DateOnly)
	found("result=refused", "tried to invite")
	found("result=done", "revoked the Organizer role", "invited", "created the team")
	found("kind=members", "revoked the Organizer role")
	found("person=pavel", "invited")
	found("person="+s.organizer.Id, "revoked the Organizer role")
	found("person="+s.admin.Id, "tried to invite")
	found("person=" + s.other.Id)
	found("person=abcdefghijklmno")
	found("from="+today+"&to="+today, "revoked the Organizer role", "invited", "tried to invite", "created the team")
	found("to=2020-01-01")
	found("before=2", "created the team")
	found("before=1")
	found("person=pavel&kind=team")
	found("result=maybe")

	assertPage(t, b.Get(s.path("/audit?person="+s.organizer.Id)), http.StatusOK, "Clear filter: Theo")
	assertPage(t, b.Get(s.path("/audit?person=nobody-like-this")), http.StatusOK, "No entries match these filters.", "Clear filters")
	assertPage(t, b.Get(s.path("/audit?kind=members&from=tomorrow")), http.StatusUnprocessableEntity, "Enter the date as YYYY-MM-DD", `value="tomorrow"`)
}

func TestAuditLog_Fragment_IsOnlyTheLog(t *testing.T) {
	s := newAuditFixture(t)
	r := s.fragment(s.As(s.owner), s.path("/audit?person=pavel&before=7"), "div#log")
	assertPage(t, r, http.StatusOK, "pavel@halation.example")
	assertNotContains(t, r, "<html")
	if to := r.Header.Get("HX-Push-Url"); to != s.path("/audit?before=7&person=pavel") {
		t.Error(to)
	}
	evil := `"><script>alert(1)</script>`
	for _, name := range []string{"person", "kind", "result", "from", "to", "before"} {
		if r := s.As(s.owner).Get(s.path("/audit?" + name + "=" + url.QueryEscape(evil))); r.Status >= 500 || strings.Contains(r.Body, "<script>alert") {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
	if r := s.As(s.owner).Get(s.path("/audit?person=" + strings.Repeat("x", 10_000))); r.Status != http.StatusOK || strings.Contains(r.Body, strings.Repeat("x", 201)) {
		t.Errorf("a long query: %d", r.Status)
	}
}

func TestAuditLog_Paging(t *testing.T) {
	s := newFixture(t, true)
	if err := s.App.RunInTransaction(func(tx core.App) error {
		for range 120 {
			if err := audit.Write(tx, audit.NewEntry(hookstest.Actor(t, tx, s.owner, s.team), "mail.test")); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	seen, path := 0, s.path("/audit")
	for range 9 {
		r := b.Get(path)
		assertPage(t, r, http.StatusOK)
		seen += strings.Count(r.Body, `<div class="audit-event">`)
		_, rest, more := strings.Cut(r.Body, `href="`+s.path("/audit")+`?before=`)
		if !more {
			break
		}
		number, _, _ := strings.Cut(rest, `"`)
		path = s.path("/audit") + "?before=" + number
	}
	if n := hookstest.Count(t, s.App, "audit", dbx.HashExp{"team": s.team.Id}); seen != n || n != 121 {
		t.Errorf("%d entries on the pages, %d in all, want %v and 121", seen, n, n)
	}
}

func TestVerifyAudit_FindsTampering(t *testing.T) {
	s := newAuditFixture(t)
	b := s.As(s.owner)
	assertNotContains(t, b.Get(s.path("/audit")), "verified")
	assertPage(t, b.Get(s.path("/audit/verify")), http.StatusOK, "No tampering found.", "4 entries verified.", "revoked the Organizer role")
	hookstest.Exec(t, s.App, "DROP TRIGGER audit_no_UPDATE; DROP TRIGGER audit_no_DELETE", nil)
	hookstest.Exec(t, s.App, "UPDATE audit SET result = 'ok' WHERE seq = 3 AND team = {:t}", dbx.Params{"t": s.team.Id})
	r := s.fragment(b, s.path("/audit/verify"), "div#chain")
	assertPage(t, r, http.StatusOK, "This log was altered.", "Entry 3 was changed")
	assertNotContains(t, r, "<html", "revoked the Organizer role")
	hookstest.Exec(t, s.App, "DELETE FROM audit WHERE seq = 2 AND team = {:t}", dbx.Params{"t": s.team.Id})
	assertPage(t, b.Get(s.path("/audit/verify")), http.StatusOK, "Entry 2 is missing")
	for range 6 {
		r = b.Get(s.path("/audit/verify"))
	}
	assertPage(t, r, http.StatusOK, "verified moments ago")
	assertPage(t, s.As(s.other).Get("/admin/"+s.foreign.Slug()+"/audit/verify"), http.StatusOK, "verified")
}

func TestAuditLog_DeniedMember_IsLoggedOnceAMinute(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.organizer)
	for _, path := range []string{"/users", "/audit", "/settings"} {
		assertPage(t, b.Get(s.path(path)), http.StatusForbidden)
	}
	assertPage(t, b.Post(s.path("/users/add"), url.Values{"list": {"x@y.example"}}), http.StatusForbidden)
	assertPage(t, s.As(s.stranger).Get(s.path("/users")), http.StatusNotFound)
	if n := hookstest.Count(t, s.App, "audit", dbx.HashExp{"action": "panel.enter", "result": "not_allowed", "team": s.team.Id}); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	page := s.As(s.owner).Get(s.path("/audit"))
	assertPage(t, page, http.StatusOK, "tried to open the Admin Panel")
	assertPage(t, s.As(s.owner).Get(s.userPath(s.organizer, "")), http.StatusOK, "Tried to open the Admin Panel", "All activity",
		`href="`+s.path("/audit?person="+s.organizer.Id)+`"`)
}

func TestExport_KeepsTheFilters(t *testing.T) {
	s := newAuditFixture(t)
	b := s.As(s.admin)
	for path, file := range map[string]string{"/users/export?q=pavel": "users", "/audit/export?person=pavel": "audit"} {
		r := b.Get(s.path(path))
		assertPage(t, r, http.StatusOK)
		if disposition := r.Header.Get("Content-Disposition"); !strings.HasPrefix(disposition, "attachment; filename=halation-post-"+file+"-20") {
			t.Error(disposition)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.Body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 || !strings.Contains(strings.Join(rows[1], " "), "pavel@halation.example") {
			t.Errorf("%s: %q %v, want 2 and it with %q", path, rows, err, "pavel@halation.example")
		}
	}
	r := b.Get(s.path("/audit/export?from=x"))
	if assertPage(t, r, http.StatusUnprocessableEntity, "Enter the date"); r.Header.Get("Content-Disposition") != "" {
		t.Error("an error is downloaded as a file")
	}
}

func TestAuditLog_LinksNamesToTheirPages(t *testing.T) {
	s := newAuditFixture(t)
	actor := hookstest.Actor(t, s.App, s.owner, s.team)
	lucia := hookstest.Account(t, s.App, "lucia@halation.example")
	asked := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example")
	if _, err := invitations.Accept(s.App, invitations.Response{Account: lucia, ID: asked.ID}); err != nil {
		t.Fatal(err)
	}
	session := hookstest.ScheduleSession(t, s.App, s.owner, s.team, sessions.Form{Title: "Conform check", Guests: []string{"clara@kestrel.example"}})
	name := "Grading suite"
	room, err := rooms.Create(s.App, actor, rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := members.Remove(s.App, actor, s.member.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.admin)
	page := b.Get(s.path("/audit"))
	link := func(path string) string { return `<a href="` + path + `">` }
	user := func(id string) string { return link(s.path("/users/" + id)) }
	meeting := "/app/" + s.team.Slug() + "/sessions/" + session.Id
	assertPage(t, page, http.StatusOK, user(s.owner.Id), user(s.organizer.Id), user(lucia.Id), link(meeting), link(s.path("/rooms/"+room.Id)),
		`<b><bdi class="name" title="Noor">Noor</bdi></b>`)
	assertNotContains(t, page, "/users/"+s.member.Id, "/users/"+asked.ID)
	for _, path := range []string{s.path("/users/" + lucia.Id), meeting, s.path("/rooms/" + room.Id)} {
		assertPage(t, b.Get(path), http.StatusOK)
	}

	details := detailsOf(b.Get(s.userPath(lucia, "")))
	assertPage(t, details, http.StatusOK, `Invited as a member by <a class="link" href="`+s.path("/users/"+s.owner.Id)+`">Marta</a>`)
	assertContains(t, detailsOf(b.Get(s.userPath(s.owner, ""))), `Scheduled <a class="link" href="`+meeting+`">Conform check</a>`,
		`Created the room <a class="link" href="`+s.path("/rooms/"+room.Id)+`">Grading suite</a>`, "Removed Noor from the team")
}

func TestAuditLog_TimesInEntries_AreDatesInTheTeamsZone(t *testing.T) {
	s := newAuditFixture(t)
	s.team.Set("timezone", "Europe/Lisbon")
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	starts := time.Date(time.Now().Year()+1, 7, 7, 14, 0, 0, 0, time.UTC)
	hookstest.ScheduleSession(t, s.App, s.owner, s.team, sessions.Form{Title: "Conform check", Starts: starts})
	b := s.As(s.admin)
	want := starts.Format("7 July 2006") + ", 15:00"
	r := b.Get(s.path("/audit?kind=sessions"))
	assertPage(t, r, http.StatusOK, "<dd>"+want+"</dd>")
	assertContains(t, b.Get(s.path("/audit/export?kind=sessions")), "Starts: "+want)
}

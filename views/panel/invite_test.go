package panel_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

func inviteForm(text string, roles ...string) url.Values {
	return url.Values{"list": {text}, "role": roles}
}

func withSend(form url.Values) url.Values {
	form.Set("do", "send")
	return form
}

var previewPattern = regexp.MustCompile(`(?s)<li data-f="(\w+)">.*?<b>(.*?)</b>`)

// previewLines returns the previewed outcome of each line.
func previewLines(body string) []string {
	var all []string
	for _, m := range previewPattern.FindAllStringSubmatch(body, -1) {
		all = append(all, m[1]+": "+html.UnescapeString(m[2]))
	}
	return all
}

var listPattern = regexp.MustCompile(`(?s)<textarea[^>]*name="list"[^>]*>(.*?)</textarea>`)

// listValue returns the value of the list field.
func listValue(t *testing.T, body string) string {
	t.Helper()
	m := listPattern.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no list in %s", pageText(body))
	}
	return html.UnescapeString(m[1])
}

func TestAddUsers_PreviewMatchesTheResult(t *testing.T) {
	s := newFixture(t, true)
	s.team.Set("organizer_seats", 5) // two of them are used
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	hookstest.Invite(t, s.App, s.owner, s.team, "maeve@halation.example", "organizer")
	hookstest.Invite(t, s.App, s.owner, s.team, "plain@halation.example")
	text := "Ida Sørensen <ida@halation.example>\nmei.tan.lantern\nIDA@halation.example, theo@halation.example;maeve@halation.example\n" +
		"noor@halation.example\nplain@halation.example\ngrace@lantern.example"
	want := []string{"ok: Will be invited", "bad: No @ in the address", "skip: Listed twice", "skip: Already a member", "skip: Already invited",
		"ok: Will be invited", "full: No Organizer seats left", "full: No Organizer seats left"}
	b := s.As(s.admin)
	for _, path := range []string{"/users/add", "/users/preview"} {
		r := b.Post(s.path(path), inviteForm(text, "organizer"))
		assertPage(t, r, http.StatusOK, "2 more seats reserved, 0 free.", "Send 2 invitations", "6 lines are skipped and stay in the list.",
			"There are no seats for 2 invitees.", "Free a seat", s.path("/billing"))
		if got := previewLines(r.Body); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s previews %v", path, got)
		}
	}
	if n := hookstest.Count(t, s.App, "invitations"); n != 2 {
		t.Fatalf("%d invitations after a preview, want 2", n)
	}

	r := b.Post(s.path("/users/add"), withSend(inviteForm(text, "organizer")))
	assertPage(t, r, http.StatusOK, "2 invitations sent.", "Remaining lines", "still in the list, each with its reason", "Done")
	assertNotContains(t, r, "Cancel")
	if got := listValue(t, r.Body); got != "mei.tan.lantern\ntheo@halation.example\nmaeve@halation.example\nplain@halation.example\ngrace@lantern.example" {
		t.Errorf("left in the list: %q", got)
	}
	if got := previewLines(r.Body); fmt.Sprint(got) != "[bad: No @ in the address skip: Already a member skip: Already invited full: No Organizer seats left full: No Organizer seats left]" {
		t.Errorf("said of what is left: %v", got)
	}
	for _, address := range []string{"ida@halation.example", "noor@halation.example"} {
		if _, err := invitations.FindPending(s.App, s.team.Id, address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAddUsers_AllInvited_RedirectsToUsers(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/users/add")), http.StatusOK, "<dialog", "Check list", "Cancel", "Add addresses to see what happens to each one", "A list exported from Microsoft 365", "25 seats free"[2:], `enctype="multipart/form-data"`)
	form := inviteForm("Ida <ida@halation.example>, ida@halation.example, leo@halation.example")
	form.Set("note", "See you on Monday.")
	assertRedirect(t, b, b.Post(s.path("/users/add"), withSend(form)), s.path("/users"), "2 invitations sent.")
	pending, err := invitations.FindPending(s.App, s.team.Id, "ida@halation.example")
	if err != nil || !pending.Roles().None() || pending.GetString("name") != "Ida" || pending.GetString("note") != "See you on Monday." {
		t.Fatal(err, pending)
	}
	r := b.Post(s.path("/users/add"), withSend(form)) // submit the form again
	assertPage(t, r, http.StatusUnprocessableEntity, "No invitations were sent.", "Already invited", "Cancel")
	if n := hookstest.Count(t, s.App, "invitations"); n != 2 {
		t.Fatalf("%d invitations, want 2", n)
	}
}

func TestAddUsers_PendingInvitation_GetsTheNewRoles(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	hookstest.Invite(t, s.App, s.owner, s.team, "maeve@halation.example", "organizer")
	form := inviteForm("maeve@halation.example", "organizer", "admin")
	r := b.Post(s.path("/users/preview"), form)
	assertPage(t, r, http.StatusOK, "Organizer → Admin and Organizer", "Organizer seats after inviting", "Admin seats after inviting")
	assertNotContains(t, r, "<html", "frees")
	assertPage(t, b.Post(s.path("/users/preview"), inviteForm("maeve@halation.example", "admin")), http.StatusOK, "Organizer → Admin, frees 1 Organizer seat")
	assertPage(t, b.Post(s.path("/users/preview"), inviteForm("maeve@halation.example")), http.StatusOK, "Organizer → Member, frees 1 Organizer seat")
	assertRedirect(t, b, b.Post(s.path("/users/add"), withSend(form)), s.path("/users"), "1 invitation sent.")
}

func TestAddUsers_InvalidInput_KeepsTheForm(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	form := inviteForm("ida@halation.example", "admin")
	form.Set("note", strings.Repeat("n", 501))
	r := b.Post(s.path("/users/add"), withSend(form))
	assertPage(t, r, http.StatusUnprocessableEntity, "at most 500 characters", strings.Repeat("n", 501), "ida@halation.example")
	if !regexp.MustCompile(`value="admin" checked`).MatchString(r.Body) {
		t.Error("the role is not kept")
	}
	assertPage(t, b.Post(s.path("/users/add"), withSend(inviteForm(" \n ,"))), http.StatusUnprocessableEntity, "Enter at least one email address.")
	var many []string
	for n := range 10_001 {
		many = append(many, fmt.Sprintf("p%d@halation.example", n))
	}
	for _, path := range []string{"/users/add", "/users/preview"} {
		assertPage(t, b.Post(s.path(path), withSend(inviteForm(strings.Join(many, "\n")))), http.StatusUnprocessableEntity, "You can import up to 10,000 addresses at a time. This list has 10,001.")
	}
	if n := hookstest.Count(t, s.App, "invitations"); n != 0 {
		t.Fatalf("%d invitations, want 0", n)
	}
}

func TestAddUsers_UploadedFile_FillsTheListWithoutSending(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	for name, c := range map[string]struct{ file, kept string }{
		"BOM, semicolons, CRLF": {"\ufeffName;E-Mail\r\nIda Sørensen;ida@halation.example\r\n;leo@halation.example\r\n", "Ida Sørensen <ida@halation.example>\nleo@halation.example"},
		"quotes and commas":     {"name,email\n\"Conti, Dario\",dario@halation.example\n\"Ann \"\"A\"\" B\",ann@halation.example", "Dario Conti <dario@halation.example>\nAnn A B <ann@halation.example>"},
		"tabs":                  {"ida@halation.example\tIda\n", "Ida <ida@halation.example>"},
		"no header":             {"x@halation.example\ny.halation.example\n", "x@halation.example\ny.halation.example"},
		"markup":                {"name,email\n<script>alert(1)</script>,ida@halation.example", "ida@halation.example"},
	} {
		form := withSend(inviteForm("first@halation.example", "organizer"))
		r := s.upload(b, s.path("/users/add"), form, "file", strings.NewReader(c.file))
		assertPage(t, r, http.StatusOK, "Preview", "Send ")
		if got := listValue(t, r.Body); got != "first@halation.example\n"+c.kept {
			t.Errorf("%s: %q, want %v", name, got, "first@halation.example\n"+c.kept)
		}
		r = s.upload(b, s.path("/users/preview"), inviteForm("", "organizer"), "file", strings.NewReader(c.file))
		assertPage(t, r, http.StatusOK, `id="add-fields"`, `hx-swap-oob`)
		if got := listValue(t, r.Body); got != c.kept {
			t.Errorf("%s, as a part: %q, want %v", name, got, c.kept)
		}
	}
	if n := hookstest.Count(t, s.App, "invitations"); n != 0 {
		t.Fatalf("a file was sent at once: %d invitations, want 0", n)
	}
}

func TestAddUsers_InvalidFile_IsRefusedAtTheField(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	for name, c := range map[string]struct{ file, says string }{
		"a picture":  {"\x89PNG\r\n\x1a\n\x00\x00", "a CSV or text file"},
		"NUL bytes":  {"ida@halation.example\x00\n", "a CSV or text file"},
		"a workbook": {"PK\x03\x04", "a spreadsheet, not a CSV file"},
		"no address": {"\n\n", "This file has no email addresses"},
	} {
		form := inviteForm("first@halation.example", "organizer")
		form.Set("note", "Hello")
		for _, path := range []string{"/users/add", "/users/preview"} {
			r := s.upload(b, s.path(path), form, "file", strings.NewReader(c.file))
			if r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, c.says) || !strings.Contains(r.Body, `id="file-e"`) {
				t.Errorf("%s, %s: %d %s, want %v, it with %q and it with %q", name, path, r.Status, pageText(r.Body), http.StatusUnprocessableEntity, c.says, `id="file-e"`)
			}
			if got := listValue(t, r.Body); got != "first@halation.example" {
				t.Errorf("%s: %q is kept, want %q", name, got, "first@halation.example")
			}
		}
	}
	r := s.upload(b, s.path("/users/add"), inviteForm("first@halation.example", "organizer"), "file", zeros(50<<20))
	assertPage(t, r, http.StatusRequestEntityTooLarge, "larger than 2 MB", `id="file-e"`, "Will be invited")
	if got := listValue(t, r.Body); got != "first@halation.example" {
		t.Errorf("%q is kept, want %q", got, "first@halation.example")
	}
}

func TestPages_UserInput_IsEscaped(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	const evil = `"><img src=x onerror=alert(1)>`
	form := inviteForm(evil+"\n\x00nul@halation.example\n\xff@x\n\"<b>Bold</b>\" <bold@halation.example>", "organizer")
	form.Set("note", "</textarea><script>alert(1)</script>")
	for _, path := range []string{"/users/add", "/users/preview"} {
		r := b.Post(s.path(path), form)
		for _, bad := range []string{"<img src=x", "<script>alert", "<b>Bold", "\x00", "\xff"} {
			if strings.Contains(r.Body, bad) {
				t.Errorf("%s: the page contains %q, want no %q", path, bad, bad)
			}
		}
	}
	b.Post(s.path("/users/add"), withSend(form))
	hookstest.Invite(t, s.App, s.owner, s.team, "safe@halation.example")
	s.member.Set("name", "<i>Noor</i>")
	if err := s.App.Save(s.member); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/users", "/users/" + s.member.Id, "/users/" + s.member.Id + "/remove", "/users?q=" + url.QueryEscape(evil)} {
		r := b.Get(s.path(path))
		assertPage(t, r, http.StatusOK)
		for _, bad := range []string{"<img src=x", "<i>Noor", "<b>Bold"} {
			if strings.Contains(r.Body, bad) {
				t.Errorf("%s: the page contains %q, want no %q", path, bad, bad)
			}
		}
	}
}

func TestAddUsers_AdminRole_NeedsTheTeamSetting(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	form := inviteForm("ada@halation.example", "admin")
	assertPage(t, b.Post(s.path("/users/add"), withSend(form)), http.StatusForbidden, "Only the Owner can invite Admins")
	s.allowAdminsToManageAdmins()
	assertRedirect(t, b, b.Post(s.path("/users/add"), withSend(form)), s.path("/users"), "1 invitation sent.")
}

func TestAddUsers_EmailOff_ShowsLinksOnce(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.owner)
	preview := b.Post(s.path("/users/preview"), inviteForm("ida@halation.example\nleo@halation.example"))
	assertPage(t, preview, http.StatusOK, "Create 2 links")
	assertNotContains(t, preview, "Send 2 invitations")
	r := b.Post(s.path("/users/add"), withSend(inviteForm("Ida <ida@halation.example>\nleo@halation.example")))
	assertPage(t, r, http.StatusOK, "Share the invitation links", "2 invitations created.", "Ida", "leo@halation.example", "Copy")
	links := regexp.MustCompile(`value="http://[^"]*/invite/usi_[\w-]{40,}"`).FindAllString(r.Body, -1)
	if len(links) != 2 || links[0] == links[1] {
		t.Fatalf("%d links, want 2 and anything but %v", len(links), links[1])
	}
	r = b.Post(s.path("/users/add"), withSend(inviteForm("new@halation.example\nbroken")))
	assertPage(t, r, http.StatusOK, "1 invitation created.", "/invite/usi_", "No @ in the address")
	for _, path := range []string{"/users", "/users/add"} {
		assertNotContains(t, b.Get(s.path(path)), "usi_")
	}
}

func TestAddUsers_RefusedLines_StayAsTyped(t *testing.T) {
	s := newFixture(t, true)
	typed := "<script>alert(1)</script>@x.example\n\"Conti, Dario\" <dario.halation.example>\n  Noor   A. <NOOR@halation.example>"
	r := s.As(s.owner).Post(s.path("/users/add"), withSend(inviteForm(typed)))
	assertPage(t, r, http.StatusUnprocessableEntity, "No invitations were sent.")
	if got := listValue(t, r.Body); got != strings.ReplaceAll(typed, "  Noor", "Noor") {
		t.Errorf("%q", got)
	}
	if strings.Contains(r.Body, "<script>alert") {
		t.Error("it is markup")
	}
}

func TestAddUsers_TruncatedForm_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	request, _ := http.NewRequest(http.MethodPost, s.URL+s.path("/users/add"), strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"list\"\r\n\r\nida@"))
	request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	assertPage(t, s.As(s.owner).Send(request), http.StatusBadRequest, "arrive completely")
}

// A table with roles and tags keeps them from the file to the preview and the invitations.
func TestAddUsers_FileWithRolesAndTags(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	sample := b.Get(s.path("/users/sample.csv"))
	if sample.Status != http.StatusOK || !strings.HasPrefix(sample.Header.Get("Content-Type"), "text/csv") || !strings.Contains(sample.Body, "Email,Name,Roles,Tags") {
		t.Fatalf("got %d %s: %s", sample.Status, sample.Header.Get("Content-Type"), sample.Body)
	}
	assertPage(t, b.Get(s.path("/users/add?csv")), http.StatusOK, s.path("/users/sample.csv"), "Download a sample file")
	list := "Email,Name,Roles,Tags\nlucia@x.example,Lucía Herrera,\"Admin, Organizer\",Sound; Film\nben@x.example,Ben,Member,\nzoe@x.example,Zoe,Boss,Sound"
	form := url.Values{"list": {list}, "role": {"organizer"}}
	preview := b.Post(s.path("/users/preview"), form)
	assertPage(t, preview, http.StatusOK, "Admin and Organizer · Sound, Film", "Member", "“boss” can't be given", "Read column “Roles” as the roles.", "Admin seats after inviting")
	form.Set("do", "send")
	b.Post(s.path("/users/add"), form)
	got := hookstest.QueryRows(t, s.App, "SELECT email, admin, organizer FROM invitations ORDER BY email")
	if want := "ben@x.example 0 0|lucia@x.example 1 1"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
	if n := hookstest.Count(t, s.App, "tags"); n != 2 {
		t.Errorf("got %d tags, want 2", n)
	}
}

func TestAddUsers_NoFreeOrganizerSeat_IsNotPreselected(t *testing.T) {
	s := newFixture(t, true)
	checked := func() bool {
		return regexp.MustCompile(`<input[^>]*id="role-organizer"[^>]*\bchecked\b|<input[^>]*\bchecked\b[^>]*id="role-organizer"`).MatchString(s.As(s.owner).Get(s.path("/users/add")).Body)
	}
	hookstest.Exec(t, s.App, "UPDATE teams SET organizer_seats = 9", nil)
	if !checked() {
		t.Error("not selected although seats are free")
	}
	hookstest.Exec(t, s.App, "UPDATE teams SET organizer_seats = (SELECT count(*) FROM memberships WHERE organizer AND team = teams.id)", nil)
	if checked() {
		t.Error("selected although no seat is free")
	}
}

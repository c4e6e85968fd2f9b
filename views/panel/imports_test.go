package panel_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/views/viewstest"
)

// newFixtureWithoutWorkers returns a fixture without background workers, so that the test drives the import.
func newFixtureWithoutWorkers(t *testing.T) *fixture {
	t.Helper()
	s := newFixture(t, true)
	if err := s.App.OnTerminate().Trigger(&core.TerminateEvent{App: s.App}); err != nil {
		t.Fatal(err)
	}
	return s
}

// longList returns n addresses, one per line.
func longList(n int) string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("Row %d <row%d@halation.example>", i, i)
	}
	return strings.Join(lines, "\n")
}

// importStep processes one batch of rows and reports whether there was one.
func (s *fixture) importStep() bool {
	s.t.Helper()
	worked, err := invitations.NewImporter(s.App).Step()
	if err != nil {
		s.t.Fatal(err)
	}
	return worked
}

// startImport starts an import in the browser and returns the URL of its page.
func (s *fixture) startImport(b *viewstest.Browser, form url.Values) string {
	s.t.Helper()
	r := b.Post(s.path("/users/add"), withSend(form))
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, s.path("/users/import/")) {
		s.t.Fatalf("%d to %s: %s", r.Status, r.Location, pageText(r.Body))
	}
	return r.Location
}

func TestImport_LongList_IsPreviewedRunAndReported(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.admin)
	form := inviteForm(longList(230)+"\nno address\nRow 1 again <row1@halation.example>\nnoor@halation.example", "")
	form.Set("note", "Hello")
	for _, path := range []string{"/users/preview", "/users/add"} {
		r := b.Post(s.path(path), form)
		assertPage(t, r, http.StatusOK, "233 rows", "230 rows", "Will be invited", "Already a member", "Listed twice", "Invalid address",
			"First 2 rows with errors", "Start import", "no address")
	}
	if n := hookstest.Count(t, s.App, "invitations"); n != 0 {
		t.Fatalf("%d invitations after a look, want 0", n)
	}

	page := s.startImport(b, form)
	assertPage(t, b.Get(page), http.StatusOK, "Import started", "Queued", "0 of 233", "Stop import", `hx-trigger="import from:#live, reconnected from:#live"`)
	s.importStep()
	r := b.Get(page)
	assertPage(t, r, http.StatusOK, "Running", "50 of 233", "rows per second", "Started by Jonas")
	assertNotContains(t, r, "Download report")
	for s.importStep() {
	}
	r = b.Get(page)
	assertPage(t, r, http.StatusOK, "Sending emails", "233 of 233", "All rows processed.", "You can leave this page.", `id="import" data-fresh`,
		"0 of 230 emails sent, about 3 seconds left.", "Download report", "Refused rows", "no address", "No @ in the address")
	assertNotContains(t, r, "Stop import", "hx-trigger=\"import")
	assertPage(t, b.Get(s.path("/users/import")), http.StatusOK, "Sending emails")
	hookstest.Exec(t, s.App, "UPDATE outbox SET status = iif(recipient = 'row3@halation.example', 'failed', 'sent')", nil)
	r = b.Get(page)
	assertPage(t, r, http.StatusOK, "Done", "233 of 233", "Took", "229 emails sent.", "Emails failed</dt><dd>1<")
	assertNotContains(t, r, "Sending emails")
	report := b.Get(page + "/report")
	if report.Status != http.StatusOK || report.Header.Get("Content-Disposition") == "" || strings.Count(report.Body, "\r\n") != 234 {
		t.Errorf("%d %v, want %v, it set and 234", report.Status, report.Header, http.StatusOK)
	}
	assertPage(t, b.Get(s.path("/users/import")), http.StatusOK, "Pasted list", "233 of 233", page)

	again := s.startImport(b, form)
	for s.importStep() {
	}
	assertPage(t, b.Get(again), http.StatusOK, "Unchanged", "232")
}

func TestImport_Fragment_ShowsProgress(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	page := s.startImport(b, inviteForm(longList(201), ""))
	part := func(target string) viewstest.Reply {
		request, _ := http.NewRequest(http.MethodGet, s.URL+page, nil)
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Target", target)
		return b.Send(request)
	}
	s.importStep()
	for target, text := range map[string]string{"div#import": "50 of 201", "a#import-bar": "Import: "} {
		r := part(target)
		assertPage(t, r, http.StatusOK, text, "50 of 201")
		assertNotContains(t, r, "<html")
	}
	for s.importStep() {
	}
	assertPage(t, part("a#import-bar"), http.StatusOK, "All rows processed; 201 emails waiting.")
	hookstest.Exec(t, s.App, "UPDATE outbox SET status = 'sent'", nil)
	assertPage(t, part("a#import-bar"), http.StatusOK, "Import finished.")
}

func TestImport_Stop_AsksFirst(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	page := s.startImport(b, inviteForm(longList(201), "organizer"))
	assertPage(t, b.Get(page+"/stop"), http.StatusOK, "Stop the import?", "Rows already imported are kept")
	s.importStep()
	assertRedirect(t, b, b.Post(page+"/stop", nil), page, "Import stopped. 50 rows were processed.")
	assertPage(t, b.Get(page), http.StatusOK, "Stopped", "Stopped by Marta.", "Download report")
	if s.importStep() {
		t.Error("it went on")
	}
	assertRedirect(t, b, b.Post(page+"/stop", nil), page, "The import had already finished.")
	if r := b.Get(page + "/stop"); r.Status != http.StatusSeeOther || r.Location != page {
		t.Errorf("%d %s, want %v and %v", r.Status, r.Location, http.StatusSeeOther, page)
	}
}

func TestImport_MissingSeats_AreShownInThePreview(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	r := s.As(s.owner).Post(s.path("/users/preview"), inviteForm(longList(300), "organizer"))
	assertPage(t, r, http.StatusOK, "This list needs 277 more Organizer seats", "23 rows", "277 rows", "No free seat", "Start import")
}

func TestImport_OtherRolesAndTeams_AreDenied(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	id := s.startImport(s.As(s.owner), inviteForm(longList(201), ""))[len(s.path("/users/import/")):]
	theirs := "/admin/" + s.foreign.Slug() + "/users/import/" + id
	visitors := map[string]struct {
		*viewstest.Browser
		status int
	}{
		"nobody": {s.Anonymous(), http.StatusSeeOther}, "a stranger": {s.As(s.stranger), http.StatusNotFound},
		"a guest": {s.As(s.guest), http.StatusForbidden}, "a member": {s.As(s.member), http.StatusForbidden},
		"an Organizer": {s.As(s.organizer), http.StatusForbidden}, "another team's Owner": {s.As(s.other), http.StatusNotFound},
	}
	for who, v := range visitors {
		for _, path := range []string{"", "/" + id, "/" + id + "/stop", "/" + id + "/report"} {
			if r := v.Get(s.path("/users/import" + path)); r.Status != v.status {
				t.Errorf("%s reads %q: %d, want %v", who, path, r.Status, v.status)
			}
		}
		if r := v.Post(s.path("/users/import/"+id+"/stop"), nil); r.Status != v.status {
			t.Errorf("%s stops: %d, want %v", who, r.Status, v.status)
		}
	}
	for _, path := range []string{theirs, theirs + "/stop", theirs + "/report", "/admin/" + s.foreign.Slug() + "/users/import/unknown"} {
		if r := visitors["another team's Owner"].Get(path); r.Status != http.StatusNotFound {
			t.Errorf("%s: %d, want %v", path, r.Status, http.StatusNotFound)
		}
	}
	if r := visitors["another team's Owner"].Post(theirs+"/stop", nil); r.Status != http.StatusNotFound {
		t.Errorf("another team's import is stopped: %d, want %v", r.Status, http.StatusNotFound)
	}
}

func TestImports_None_SaysSo(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	assertPage(t, s.As(s.admin).Get(s.path("/users/import")), http.StatusOK, "No imports or bulk actions yet")
}

// The worker that serve starts processes the import and notifies open pages.
func TestImport_WorkerOfServe_RunsIt(t *testing.T) {
	s := newFixture(t, true)
	ended := make(chan struct{})
	s.App.OnRecordAfterUpdateSuccess("imports").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") == invitations.ImportDone {
			close(ended)
		}
		return e.Next()
	})
	b := s.As(s.owner)
	page := s.startImport(b, inviteForm(longList(201), ""))
	<-ended
	assertPage(t, b.Get(page), http.StatusOK, "201 of 201", "All rows processed")
}

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

// quiet serves the scene without its workers, so that the test says when an import goes on.
func quiet(t *testing.T) *scene {
	t.Helper()
	s := open(t, true)
	if err := s.App.OnTerminate().Trigger(&core.TerminateEvent{App: s.App}); err != nil {
		t.Fatal(err)
	}
	return s
}

// longList is n addresses as they are pasted.
func longList(n int) string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("Row %d <row%d@halation.example>", i, i)
	}
	return strings.Join(lines, "\n")
}

// step goes through a batch of what waits, and says whether there was one.
func (s *scene) step() bool {
	s.t.Helper()
	worked, err := invitations.NewImporter(s.App).Step()
	if err != nil {
		s.t.Fatal(err)
	}
	return worked
}

// start starts an import in the browser and returns the address of its page.
func (s *scene) start(b *viewstest.Browser, form url.Values) string {
	s.t.Helper()
	r := b.Post(s.path("/users/add"), send(form))
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, s.path("/users/import/")) {
		s.t.Fatalf("%d to %s: %s", r.Status, r.Location, words(r.Body))
	}
	return r.Location
}

func TestALongListIsLookedAtStartedFollowedAndReported(t *testing.T) {
	s := quiet(t)
	b := s.As(s.admin)
	form := list(longList(230)+"\nno address\nRow 1 again <row1@halation.example>\nnoor@halation.example", "")
	form.Set("note", "Hello")
	for _, path := range []string{"/users/preview", "/users/add"} {
		r := b.Post(s.path(path), form)
		want(t, r, http.StatusOK, "233 rows", "230 rows", "Will be invited", "Already in the team", "Listed twice", "No address",
			"The first 2 rows with a fault", "Start the import", "no address")
	}
	if n := hookstest.Count(t, s.App, "invitations"); n != 0 {
		t.Fatalf("%d invitations after a look", n)
	}

	page := s.start(b, form)
	want(t, b.Get(page), http.StatusOK, "The import has started", "Waiting for its turn", "0 of 233", "Stop the import", `hx-trigger="import from:#live, reconnected from:#live"`)
	s.step()
	r := b.Get(page)
	want(t, r, http.StatusOK, "Running", "50 of 233", "rows a second", "started by Jonas")
	hasNot(t, r, "Download the report")
	for s.step() {
	}
	r = b.Get(page)
	want(t, r, http.StatusOK, "Done", "233 of 233", "Took", "Download the report", "Refused rows", "no address", "No @ in the address")
	hasNot(t, r, "Stop the import", "hx-trigger=\"import")
	report := b.Get(page + "/report")
	if report.Status != http.StatusOK || report.Header.Get("Content-Disposition") == "" || strings.Count(report.Body, "\r\n") != 234 {
		t.Errorf("%d %v", report.Status, report.Header)
	}
	want(t, b.Get(s.path("/users/import")), http.StatusOK, "Pasted list", "233 of 233", page)

	again := s.start(b, form)
	for s.step() {
	}
	want(t, b.Get(again), http.StatusOK, "Nothing to do", "232")
}

func TestAPartOfThePageFollowsAnImport(t *testing.T) {
	s := quiet(t)
	b := s.As(s.owner)
	page := s.start(b, list(longList(201), ""))
	part := func(target string) viewstest.Reply {
		request, _ := http.NewRequest(http.MethodGet, s.URL+page, nil)
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Target", target)
		return b.Send(request)
	}
	s.step()
	for target, text := range map[string]string{"div#import": "50 of 201", "a#import-bar": "Import: "} {
		r := part(target)
		want(t, r, http.StatusOK, text, "50 of 201")
		hasNot(t, r, "<html")
	}
	for s.step() {
	}
	want(t, part("a#import-bar"), http.StatusOK, "The import has ended")
}

func TestAnImportIsStoppedAfterAQuestion(t *testing.T) {
	s := quiet(t)
	b := s.As(s.owner)
	page := s.start(b, list(longList(201), "organizer"))
	want(t, b.Get(page+"/stop"), http.StatusOK, "Stop the import?", "Rows that are done stay")
	s.step()
	went(t, b, b.Post(page+"/stop", nil), page, "The import was stopped. 50 rows are done and stay.")
	want(t, b.Get(page), http.StatusOK, "Stopped", "Marta stopped it.", "Download the report")
	if s.step() {
		t.Error("it went on")
	}
	went(t, b, b.Post(page+"/stop", nil), page, "The import had ended already.")
	if r := b.Get(page + "/stop"); r.Status != http.StatusSeeOther || r.Location != page {
		t.Errorf("%d %s", r.Status, r.Location)
	}
}

func TestSeatsThatAreMissingAreSaidBeforeAnImport(t *testing.T) {
	s := quiet(t)
	r := s.As(s.owner).Post(s.path("/users/preview"), list(longList(300), "organizer"))
	want(t, r, http.StatusOK, "277 more Organizer seats would be needed", "23 rows", "277 rows", "No free seat", "Start the import")
}

func TestImportsAreForThePanelOfTheTeam(t *testing.T) {
	s := quiet(t)
	id := s.start(s.As(s.owner), list(longList(201), ""))[len(s.path("/users/import/")):]
	theirs := "/admin/" + s.foreign.Slug() + "/users/import/" + id
	visitors := map[string]struct {
		*viewstest.Browser
		status int
	}{
		"nobody": {s.Visitor(), http.StatusSeeOther}, "a stranger": {s.As(s.stranger), http.StatusNotFound},
		"a guest": {s.As(s.guest), http.StatusForbidden}, "a member": {s.As(s.member), http.StatusForbidden},
		"an Organizer": {s.As(s.organizer), http.StatusForbidden}, "another team's Owner": {s.As(s.other), http.StatusNotFound},
	}
	for who, v := range visitors {
		for _, path := range []string{"", "/" + id, "/" + id + "/stop", "/" + id + "/report"} {
			if r := v.Get(s.path("/users/import" + path)); r.Status != v.status {
				t.Errorf("%s reads %q: %d", who, path, r.Status)
			}
		}
		if r := v.Post(s.path("/users/import/"+id+"/stop"), nil); r.Status != v.status {
			t.Errorf("%s stops: %d", who, r.Status)
		}
	}
	for _, path := range []string{theirs, theirs + "/stop", theirs + "/report", "/admin/" + s.foreign.Slug() + "/users/import/unknown"} {
		if r := visitors["another team's Owner"].Get(path); r.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
	if r := visitors["another team's Owner"].Post(theirs+"/stop", nil); r.Status != http.StatusNotFound {
		t.Errorf("another team's import is stopped: %d", r.Status)
	}
}

func TestNothingWasImportedYet(t *testing.T) {
	s := quiet(t)
	want(t, s.As(s.admin).Get(s.path("/users/import")), http.StatusOK, "Nothing was imported yet")
}

// The worker that serve starts goes through it by itself, and tells open pages.
func TestAnImportRunsUnderServe(t *testing.T) {
	s := open(t, true)
	ended := make(chan struct{})
	s.App.OnRecordAfterUpdateSuccess("imports").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") == invitations.ImportDone {
			close(ended)
		}
		return e.Next()
	})
	b := s.As(s.owner)
	page := s.start(b, list(longList(201), ""))
	<-ended
	want(t, b.Get(page), http.StatusOK, "201 of 201", "Done")
}

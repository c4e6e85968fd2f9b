package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/views/viewstest"
)

// bulkStep processes one chunk of a job and reports whether there was one.
func (s *fixture) bulkStep() bool {
	s.t.Helper()
	worked, err := bulk.NewWorker(s.App).Step()
	if err != nil {
		s.t.Fatal(err)
	}
	return worked
}

// importList imports n addresses, and returns the URL of the import.
func (s *fixture) importList(b *viewstest.Browser, n int) string {
	s.t.Helper()
	page := s.startImport(b, inviteForm(longList(n), ""))
	for s.importStep() {
	}
	return page
}

// jobPage returns the URL of the page that a reply redirects to.
func (s *fixture) jobPage(r viewstest.Reply) string {
	s.t.Helper()
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, s.path("/users/jobs/")) {
		s.t.Fatalf("%d to %s: %s", r.Status, r.Location, pageText(r.Body))
	}
	return r.Location
}

func TestBulk_AllOfALongList_RunsInTheBackground(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	s.importList(b, 230)
	all := url.Values{"all": {"1"}, "operation": {"revoke-invitation"}}
	dialog := b.Get(s.path("/users/selected?" + all.Encode()))
	assertPage(t, dialog, http.StatusOK, "This runs in the background.")
	page := s.jobPage(b.Post(s.path("/users/selected"), all))
	assertPage(t, b.Get(page), http.StatusOK, "Revoke invitations", "Queued", "Stop", `hx-trigger="import from:#live, reconnected from:#live"`)
	s.bulkStep()
	assertPage(t, b.Get(page), http.StatusOK, "Running", "20 of ", "About")
	assertPage(t, b.Get(s.path("/users")), http.StatusOK, `id="job-bar"`, "Revoke invitations: ")
	for s.bulkStep() {
	}
	r := b.Get(page)
	assertPage(t, r, http.StatusOK, "Done", "invitations were revoked", "Invitation revoked", "Took")
	assertNotContains(t, r, "hx-trigger=\"import")
	assertPage(t, b.Get(s.path("/users/import")), http.StatusOK, "Bulk actions", page)
	if n := hookstest.Count(t, s.App, "invitations", dbx.HashExp{"status": "revoked"}); n < 230 {
		t.Errorf("%d are revoked, want at least 230", n)
	}
}

// Of someone who left the team, pages say the name of that time: the account may have a new one, or only an address.
func TestJobsAndImports_StarterLeft_KeepTheirNameOfThen(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	jonas := hookstest.Member(t, s.App, s.team, "jonas.later@halation.example", "admin")
	b := s.As(jonas)
	list := s.importList(b, 230)
	job := s.jobPage(b.Post(s.path("/users/selected"), url.Values{"all": {"1"}, "operation": {"revoke-invitation"}}))
	was := jonas.GetString("name")
	pages := []string{job, list, s.path("/users/import")}
	for _, page := range pages {
		assertPage(t, s.As(s.owner).Get(page), http.StatusOK, was)
	}
	if _, err := members.Remove(s.App, hookstest.Actor(t, s.App, s.owner, s.team), jonas.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, "UPDATE users SET name = '', email = 'secret@elsewhere.example' WHERE id = {:id}", dbx.Params{"id": jonas.Id})
	for _, page := range pages {
		r := s.As(s.owner).Get(page)
		assertPage(t, r, http.StatusOK, was)
		assertNotContains(t, r, "secret@elsewhere.example")
	}
}

func TestBulk_Job_CanBeStopped(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	s.importList(b, 230)
	page := s.jobPage(b.Post(s.path("/users/selected"), url.Values{"all": {"1"}, "operation": {"revoke-invitation"}}))
	s.bulkStep()
	assertRedirect(t, b, b.Post(page+"/stop", nil), page, "Stopped. 20 users were processed.")
	assertPage(t, b.Get(page), http.StatusOK, "Stopped by Marta.")
	assertRedirect(t, b, b.Post(page+"/stop", nil), page, "The action had already finished.")
	for who, v := range map[string]*viewstest.Browser{"a member": s.As(s.member), "another Owner": s.As(s.other)} {
		if r := v.Get(page); r.Status < 400 {
			t.Errorf("%s gets %d", who, r.Status)
		}
		if r := v.Post(page+"/stop", nil); r.Status < 400 {
			t.Errorf("%s stops it: %d", who, r.Status)
		}
	}
}

func TestImport_Revoke_RevokesWhatIsPending(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	page := s.importList(b, 210)
	hookstest.Exec(t, s.App, "UPDATE invitations SET status = 'accepted' WHERE email = 'row1@halation.example'", nil)
	hookstest.Invite(t, s.App, s.owner, s.team, "single@halation.example")
	assertPage(t, b.Get(page), http.StatusOK, "Revoke 209 pending invitations…")
	assertPage(t, b.Get(page+"/revoke"), http.StatusOK, "Revoke 209 pending invitations?", "Revoke invitations")
	if r := s.As(s.member).Post(page+"/revoke", nil); r.Status != http.StatusForbidden {
		t.Errorf("a member gets %d, want 403", r.Status)
	}
	job := s.jobPage(b.Post(page+"/revoke", nil))
	for s.bulkStep() {
	}
	assertPage(t, b.Get(job), http.StatusOK, "209 invitations were revoked", "Done")
	for status, want := range map[string]int{"revoked": 209, "accepted": 1} {
		if n := hookstest.Count(t, s.App, "invitations", dbx.HashExp{"status": status}, dbx.NewExp("email LIKE 'row%'")); n != want {
			t.Errorf("%d are %s, want %d", n, status, want)
		}
	}
	if n := hookstest.Count(t, s.App, "invitations", dbx.HashExp{"status": "pending", "email": "single@halation.example"}); n != 1 {
		t.Error("the invitation of another list is revoked")
	}
	assertRedirect(t, b, b.Get(page+"/revoke"), page, "None of its invitations is pending.")
	assertNotContains(t, b.Get(page), "Revoke 209")
}

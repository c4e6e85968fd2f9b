package recordings_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
)

// managers of the recording of a fixture, and who else sees it when it's shared.
var (
	managers = []string{"host", "cohost", "admin", "owner"}
	invited  = []string{"participant", "guest"}
)

func TestRecordings_AccessByRole(t *testing.T) {
	f := newFixture(t)
	paths := map[string]bool{"": false, "/rename": true, "/trash": true, "/files/p1-camera.webm": false, "/files/p2-microphone.webm": false, "/download": false, "/download?as=zip": false}
	for _, shared := range []bool{false, true} {
		hookstest.Exec(t, f.App, "UPDATE recordings SET shared = "+map[bool]string{false: "0", true: "1"}[shared], nil)
		for _, role := range roles {
			for path, manage := range paths {
				sees := slices.Contains(managers, role) || shared && !manage && slices.Contains(invited, role)
				reply := f.as(role).Get(f.app(f.in(path)))
				switch {
				case role == "nobody":
					if reply.Status != http.StatusSeeOther || !strings.HasPrefix(reply.Location, "/signin?next=") {
						t.Errorf("nobody, %s: %d to %q, want the sign-in page", path, reply.Status, reply.Location)
					}
				case sees && reply.Status != http.StatusOK, !sees && reply.Status != http.StatusNotFound:
					t.Errorf("%s, %q, shared %v: status %d, sees it: %v", role, path, shared, reply.Status, sees)
				case !sees && strings.Contains(reply.Body, "Kestrel"):
					t.Errorf("%s, %q, shared %v: the error names the recording", role, path, shared)
				}
			}
		}
	}
}

func TestPanel_OnlyForOwnerAndAdmins(t *testing.T) {
	f := newFixture(t)
	for _, role := range roles {
		for _, path := range []string{"", f.in(""), f.in("/rename"), f.in("/trash")} {
			want := http.StatusForbidden
			switch role {
			case "nobody":
				want = http.StatusSeeOther
			case "stranger", "another team's owner", "another team's admin":
				want = http.StatusNotFound
			case "admin", "owner":
				want = http.StatusOK
			}
			if reply := f.as(role).Get(f.panel(path)); reply.Status != want {
				t.Errorf("%s, %q: status %d, want %d", role, path, reply.Status, want)
			}
		}
	}
}

// TestActions_OnlyManagers tries every action as every role in both areas.
func TestActions_OnlyManagers(t *testing.T) {
	f := newFixture(t)
	for _, action := range []string{"rename", "share", "unshare", "trash", "restore", "delete"} {
		for _, role := range roles {
			for area, path := range map[string]string{"app": f.app(f.in("/" + action)), "panel": f.panel(f.in("/" + action))} {
				if slices.Contains(managers, role) {
					continue
				}
				hookstest.Exec(t, f.App, "UPDATE recordings SET shared = 1", nil)
				reply := f.as(role).Post(path, url.Values{"title": {"Taken"}})
				want := http.StatusNotFound
				switch {
				case role == "nobody":
					want = http.StatusSeeOther
				case slices.Contains(invited, role), area == "panel" && role == "member":
					want = http.StatusForbidden
				}
				if reply.Status != want {
					t.Errorf("%s, %s in the %s: status %d, want %d", role, action, area, reply.Status, want)
				}
			}
		}
	}
	if r := f.reload(); r.Title() != "Kestrel review" || !r.Shared() || !r.Trashed().IsZero() {
		t.Errorf("the recording is now %v, shared %v, trashed %v; want it unchanged", r.Title(), r.Shared(), r.Trashed())
	}
}

func TestRecordings_IDsOfAnotherTeam_AreNotFound(t *testing.T) {
	f := newFixture(t)
	for _, role := range []string{"another team's owner", "another team's admin"} {
		for _, path := range []string{f.in(""), f.in("/files/p1-camera.webm"), f.in("/download"), f.in("/rename")} {
			for _, area := range []string{"/app/grain-and-gate/recordings", "/admin/grain-and-gate/recordings"} {
				if reply := f.as(role).Get(area + path); reply.Status != http.StatusNotFound || strings.Contains(reply.Body, "Kestrel") {
					t.Errorf("%s, %s: status %d, want %d", role, area+path, reply.Status, http.StatusNotFound)
				}
			}
		}
		for _, action := range []string{"rename", "share", "trash", "restore", "delete"} {
			if reply := f.as(role).Post("/admin/grain-and-gate/recordings"+f.in("/"+action), url.Values{"title": {"Taken"}}); reply.Status != http.StatusNotFound {
				t.Errorf("%s, %s: status %d, want %d", role, action, reply.Status, http.StatusNotFound)
			}
		}
	}
	for _, id := range []string{"aaaaaaaaaaaaaaa", "%27%20OR%201=1", "..", "%2e%2e%2fx"} {
		if reply := f.as("owner").Get(f.panel("/" + id)); reply.Status == http.StatusOK {
			t.Errorf("%q: status %d, want none", id, reply.Status)
		}
	}
}

func TestRecordings_InTrash_OnlyForManagers(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.App, "UPDATE recordings SET shared = 1, trashed = '"+time.Now().UTC().Format("2006-01-02 15:04:05.000Z")+"', trashed_by = 'Host'", nil)
	for _, role := range append(invited, managers...) {
		want := http.StatusNotFound
		if slices.Contains(managers, role) {
			want = http.StatusOK
		}
		for _, path := range []string{"", "/files/p1-camera.webm", "/download"} {
			if reply := f.as(role).Get(f.app(f.in(path))); reply.Status != want {
				t.Errorf("%s, %q: status %d, want %d", role, path, reply.Status, want)
			}
		}
	}
	assertPage(t, "the page", f.as("host").Get(f.app(f.in(""))), http.StatusOK, "This recording is in the trash.", "7 days left", "Restore recording", "Delete permanently…")
	assertPage(t, "the trash", f.as("host").Get(f.app("?show=trash")), http.StatusOK, "Kestrel review", "7 days left", "Deleted by Host")
	assertPage(t, "the library", f.as("host").Get(f.app("")), http.StatusOK, "No recordings.")
	assertPage(t, "a participant's library", f.as("participant").Get(f.app("?show=trash")), http.StatusOK, "No recordings yet")
}

func TestRecordings_NotReady_HaveNoFiles(t *testing.T) {
	f := newFixture(t)
	for status, text := range map[string]string{recordings.StatusRecording: "You can watch it here after it has stopped.", recordings.StatusProcessing: "ready in a few minutes",
		recordings.StatusFailed: "This recording failed"} {
		hookstest.Exec(t, f.App, "UPDATE recordings SET status = '"+status+"'", nil)
		assertPage(t, status, f.as("host").Get(f.app(f.in(""))), http.StatusOK, text)
		for _, path := range []string{"/files/p1-camera.webm", "/download", "/download?as=mp4"} {
			if reply := f.as("host").Get(f.app(f.in(path))); reply.Status != http.StatusNotFound {
				t.Errorf("%s, %s: status %d, want %d", status, path, reply.Status, http.StatusNotFound)
			}
		}
	}
}

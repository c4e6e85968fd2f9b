package recordings_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
)

func TestList_Filters(t *testing.T) {
	f := newFixture(t)
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	hookstest.Exec(t, f.App, "UPDATE recordings SET started = '2026-03-31 23:30:00.000Z', ended = '2026-03-31 23:50:00.000Z'", nil)
	hookstest.Recording(t, f.App, f.session, map[string]any{"title": "Sound mix", "started": day, "status": recordings.StatusFailed, "bytes": 1})
	for query, want := range map[string][]string{
		"": {"Kestrel review", "Sound mix"}, "?q=mix": {"Sound mix"}, "?q=kestrel+host": {"Kestrel review"}, "?status=failed": {"Sound mix"},
		"?month=2026-03": {"Kestrel review", "Sound mix"}, "?month=2026-04": nil, "?month=nonsense": {"Kestrel review", "Sound mix"}, "?host=" + f.users["host"].Id: {"Kestrel review", "Sound mix"},
		"?host=" + f.users["admin"].Id: nil, "?q=nothing": nil, "?show=trash": nil, "?page=9": nil,
	} {
		reply := f.as("owner").Get(f.panel(query))
		assertPage(t, query, reply, http.StatusOK, want...)
		if len(want) == 0 {
			assertNotContains(t, query, reply, `data-row>`)
		}
	}
	reply := f.as("owner").Get(f.panel("?q=nothing&status=failed"))
	assertPage(t, "no match", reply, http.StatusOK, "No recordings match these filters.", "Clear filters")
	for query, first := range map[string]string{"": "Kestrel review", "?sort=started": "Sound mix", "?sort=-title": "Sound mix", "?sort=-size": "Kestrel review", "?sort=x": "Kestrel review"} {
		body := html.UnescapeString(f.as("owner").Get(f.panel(query)).Body)
		if kestrel, mix := strings.Index(body, ">Kestrel review<"), strings.Index(body, ">Sound mix<"); (kestrel < mix) != (first == "Kestrel review") {
			t.Errorf("%q: the first isn't %s", query, first)
		}
	}
}

func TestList_Pages(t *testing.T) {
	f := newFixture(t)
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for n := range 50 {
		hookstest.Recording(t, f.App, f.session, map[string]any{"title": fmt.Sprintf("Take %02d", n), "started": day.Add(time.Duration(n) * time.Minute)})
	}
	assertPage(t, "the first page", f.as("owner").Get(f.panel("")), http.StatusOK, "1 to 50 of 51", "?page=2")
	second := f.as("owner").Get(f.panel("?page=2"))
	assertPage(t, "the second page", second, http.StatusOK, "51 to 51 of 51", "Take 00")
	assertNotContains(t, "the second page", second, "Take 01")
}

func TestList_EmptyStates(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.App, "DELETE FROM recordings", nil)
	assertPage(t, "the panel", f.as("admin").Get(f.panel("")), http.StatusOK, "No recordings yet", "Start one from a live session")
	assertPage(t, "a host", f.as("host").Get(f.app("")), http.StatusOK, "Recordings of sessions you host appear here")
	assertPage(t, "a guest", f.as("guest").Get(f.app("")), http.StatusOK, "When a host shares the recording")
}

func TestStorage_WarnsNearTheLimit(t *testing.T) {
	f := newFixture(t)
	for used, want := range map[string]string{"50000000000": "50%", "95000000000": "Nearly full", "100000000000": "Storage is full, so new recordings can't be started."} {
		hookstest.Exec(t, f.App, "UPDATE plans SET storage_bytes = 100000000000", nil)
		hookstest.Exec(t, f.App, "UPDATE recordings SET bytes = "+used, nil)
		assertPage(t, used, f.as("owner").Get(f.panel("")), http.StatusOK, want, "of 100 GB used by 1 recording")
	}
}

func TestActions_OfAHost(t *testing.T) {
	f := newFixture(t)
	host := f.as("host")
	post := func(action string, form url.Values) string {
		t.Helper()
		reply := host.Post(f.app(f.in("/"+action)), form)
		if reply.Status != http.StatusSeeOther {
			t.Fatalf("%s: status %d, want %d", action, reply.Status, http.StatusSeeOther)
		}
		return reply.Location
	}
	post("rename", url.Values{"title": {" Final  cut "}})
	if r := f.reload(); r.Title() != "Final cut" {
		t.Errorf("renamed to %q, want %q", r.Title(), "Final cut")
	}
	assertPage(t, "no title", host.Post(f.app(f.in("/rename")), url.Values{"title": {" "}}), http.StatusUnprocessableEntity, "Rename recording", "required")
	assertPage(t, "a long title", host.Post(f.app(f.in("/rename")), url.Values{"title": {strings.Repeat("x", 201)}}), http.StatusUnprocessableEntity, strings.Repeat("x", 201))
	post("share", nil)
	assertPage(t, "shared", host.Get(f.app(f.in(""))), http.StatusOK, "Final cut is shared with its participants.", `aria-checked="true"`, "/unshare")
	post("unshare", nil)
	assertPage(t, "not shared", host.Get(f.app(f.in(""))), http.StatusOK, `aria-checked="false"`)
	assertPage(t, "deleting before it is in the trash", host.Post(f.app(f.in("/delete")), nil), http.StatusUnprocessableEntity, "Move the recording to the trash before you delete it.")
	if to := post("trash", nil); to != f.app("") {
		t.Errorf("after the trash: got to %s, want %s", to, f.app(""))
	}
	assertPage(t, "the toast", host.Get(f.app("")), http.StatusOK, "Final cut was moved to the trash.", "Undo")
	assertPage(t, "renaming in the trash", host.Post(f.app(f.in("/rename")), url.Values{"title": {"x"}}), http.StatusUnprocessableEntity, "This recording is in the trash. Restore it first.")
	post("restore", nil)
	if !f.reload().Trashed().IsZero() {
		t.Error("it's still in the trash")
	}
	post("trash", nil)
	post("delete", nil)
	assertPage(t, "deleted", host.Get(f.app(f.in(""))), http.StatusNotFound)
}

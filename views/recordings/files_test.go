package recordings_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
)

func TestFiles_Ranges(t *testing.T) {
	f := newFixture(t)
	path := f.app(f.in("/files/p1-camera.webm"))
	full := f.send(f.as("host"), path, nil)
	tag := full.Header.Get("ETag")
	for name, c := range map[string]struct {
		header map[string]string
		status int
		body   string
		spans  string // Content-Range
	}{
		"all of it":              {nil, 200, string(cameraTrack), ""},
		"the beginning":          {map[string]string{"Range": "bytes=0-3"}, 206, "0123", "bytes 0-3/1000"},
		"from the middle":        {map[string]string{"Range": "bytes=995-"}, 206, "56789", "bytes 995-999/1000"},
		"the end":                {map[string]string{"Range": "bytes=-2"}, 206, "89", "bytes 998-999/1000"},
		"beyond the end":         {map[string]string{"Range": "bytes=990-5000"}, 206, "0123456789", "bytes 990-999/1000"},
		"after the end":          {map[string]string{"Range": "bytes=1000-"}, 416, "", "bytes */1000"},
		"nonsense":               {map[string]string{"Range": "bytes=5-2"}, 416, "", ""},
		"another unit":           {map[string]string{"Range": "lines=1-2"}, 416, "", ""},
		"if it is the same":      {map[string]string{"Range": "bytes=0-1", "If-Range": tag}, 206, "01", "bytes 0-1/1000"},
		"if it is another":       {map[string]string{"Range": "bytes=0-1", "If-Range": `"other"`}, 200, string(cameraTrack), ""},
		"what the client has":    {map[string]string{"If-None-Match": tag}, 304, "", ""},
		"though gzip is offered": {map[string]string{"Range": "bytes=0-3", "Accept-Encoding": "gzip"}, 206, "0123", "bytes 0-3/1000"},
	} {
		reply := f.send(f.as("host"), path, c.header)
		if reply.Status != c.status || c.status != 416 && reply.Body != c.body || reply.Header.Get("Content-Range") != c.spans && c.spans != "" {
			t.Errorf("%s: %d %q with %q, want %d %q with %q", name, reply.Status, reply.Body, reply.Header.Get("Content-Range"), c.status, c.body, c.spans)
		}
		if encoding := reply.Header.Get("Content-Encoding"); encoding != "" {
			t.Errorf("%s: encoded as %q, want none", name, encoding)
		}
	}
}

func TestFiles_Headers(t *testing.T) {
	f := newFixture(t)
	for path, kind := range map[string]string{"/files/p1-camera.webm": `video/webm; codecs="vp8"`, "/files/p2-microphone.webm": `audio/webm; codecs="opus"`, "/download": "application/zip"} {
		reply := f.as("host").Get(f.app(f.in(path)))
		for name, want := range map[string]string{"Content-Type": kind, "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY"} {
			if got := reply.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if policy := reply.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") && path != "/download" {
			t.Errorf("%s: the policy is %q, want one without sources", path, policy)
		}
	}
	for path, want := range map[string]string{
		"/files/p1-camera.webm":     `inline; filename="Theo Lambert, camera.webm"; filename*=UTF-8''Th%C3%A9o%20Lambert%2C%20camera.webm`,
		"/files/p2-microphone.webm": `inline; filename="evil name, microphone.webm"`,
		"/download":                 `attachment; filename="Kestrel review.zip"`,
	} {
		if got := f.as("host").Get(f.app(f.in(path))).Header.Get("Content-Disposition"); got != want {
			t.Errorf("%s: the disposition is %s, want %s", path, got, want)
		}
	}
}

func TestFiles_OnlyWhatTheManifestLists(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"unlisted.webm", "journal.jsonl", "manifest.json", "recording.mp4", "..%2Fdata.db", "..%2F..%2Fdata.db", "%2e%2e%2fx.webm", "p1-camera.webm%00", "p1-camera.webm%2F..", "P1-CAMERA.WEBM", "", "."} {
		if reply := f.as("owner").Get(f.app(f.in("/files/" + name))); reply.Status == http.StatusOK || strings.Contains(reply.Body, "SQLite") {
			t.Errorf("%q: status %d, want none", name, reply.Status)
		}
	}
}

// PocketBase's own route of files, which allows caches for 30 days, has no recordings, whoever asks.
func TestFiles_AreNotServedByPocketBase(t *testing.T) {
	f := newFixture(t)
	collection, err := f.App.FindCollectionByNameOrId("recordings")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range collection.Fields {
		if field.Type() == core.FieldTypeFile {
			t.Errorf("the field %s holds files, which PocketBase would serve", field.GetName())
		}
	}
	for _, path := range []string{"recordings/" + f.recording.Id + "/p1-camera.webm", collection.Id + "/" + f.recording.Id + "/p1-camera.webm", "recordings/" + f.recording.Id + "/manifest.json"} {
		for _, role := range []string{"owner", "host", "nobody"} {
			if reply := f.as(role).Get("/api/files/" + path); reply.Status != http.StatusNotFound || strings.Contains(reply.Header.Get("Cache-Control"), "public") {
				t.Errorf("%s by %s: status %d, %s, want %d", path, role, reply.Status, reply.Header.Get("Cache-Control"), http.StatusNotFound)
			}
		}
	}
}

func TestFiles_DeletedWhileTheyArePlayed(t *testing.T) {
	f := newFixture(t)
	path := f.app(f.in("/files/p1-camera.webm"))
	if reply := f.send(f.as("host"), path, map[string]string{"Range": "bytes=0-3"}); reply.Status != http.StatusPartialContent {
		t.Fatalf("status %d, want %d", reply.Status, http.StatusPartialContent)
	}
	hookstest.Exec(t, f.App, "DELETE FROM recordings", nil)
	if reply := f.send(f.as("host"), path, map[string]string{"Range": "bytes=4-7"}); reply.Status != http.StatusNotFound {
		t.Errorf("without the recording: status %d, want %d", reply.Status, http.StatusNotFound)
	}
	r := f.addRecording(nil)
	if err := os.RemoveAll(recordings.Folder(f.App, r.Id)); err != nil {
		t.Fatal(err)
	}
	if reply := f.as("host").Get(f.app("/" + r.Id + "/files/p1-camera.webm")); reply.Status != http.StatusNotFound {
		t.Errorf("without its files: status %d, want %d", reply.Status, http.StatusNotFound)
	}
	assertPage(t, "the page without files", f.as("host").Get(f.app("/"+r.Id)), http.StatusOK, "The files of this recording are missing")
}

func TestDownload_ZipOfTheTracks(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.App, `UPDATE recordings SET title = 'Kestrel: reel/3 "grade" é'`, nil)
	reply := f.as("host").Get(f.app(f.in("/download")))
	if want := `attachment; filename="Kestrel reel 3 grade e.zip"; filename*=UTF-8''Kestrel%20reel%203%20grade%20%C3%A9.zip`; reply.Header.Get("Content-Disposition") != want {
		t.Errorf("the disposition is %s, want %s", reply.Header.Get("Content-Disposition"), want)
	}
	archive, err := zip.NewReader(bytes.NewReader([]byte(reply.Body)), int64(len(reply.Body)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"01 Théo Lambert, camera.webm": string(cameraTrack), "02 evil name, microphone.webm": string(soundTrack), "README.txt": ""}
	if len(archive.File) != len(want) {
		t.Errorf("%d files in the zip, want %d", len(archive.File), len(want))
	}
	for _, entry := range archive.File {
		name, inFolder := strings.CutPrefix(entry.Name, "Kestrel reel 3 grade é/")
		content, known := want[name]
		if !inFolder || !known || entry.Method != zip.Store {
			t.Errorf("got %q with method %d, want one of %v, stored", entry.Name, entry.Method, want)
			continue
		}
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if content != "" && string(got) != content {
			t.Errorf("%s: got %d bytes, want %d", name, len(got), len(content))
		}
		if name == "README.txt" {
			for _, line := range []string{"0:00:02.000   0:00:07.000   02 evil name, microphone.webm", "0:00:03.000 to 0:00:04.000: muted", "0:01:01.500 long", "Théo Lambert"} {
				if !strings.Contains(string(got), line) {
					t.Errorf("no %q in the readme:\n%s", line, got)
				}
			}
		}
	}
}

func TestDownload_MP4Fails_ManagersReadWhy(t *testing.T) {
	f := newFixture(t)
	const why = "There isn't enough storage left in the team's plan."
	hookstest.Exec(t, f.App, "UPDATE recordings SET shared = TRUE, mp4_status = 'failed', mp4_error = {:why}", dbx.Params{"why": why})
	for role, want := range map[string]string{"host": "The MP4 couldn't be made. " + why + " The tracks aren't affected.", "participant": "The MP4 couldn't be made. The tracks aren't affected."} {
		assertPage(t, role, f.as(role).Get(f.app(f.in(""))), http.StatusOK, want)
	}
	hookstest.Exec(t, f.App, "UPDATE recordings SET mp4_status = 'queued', mp4_error = 'The server has too little free disk space.'", nil)
	assertPage(t, "waiting", f.as("host").Get(f.app(f.in(""))), http.StatusOK, "MP4 queued. The server has too little free disk space. You can leave this page.")
}

func TestDownload_MP4WhenItIsReady(t *testing.T) {
	f := newFixture(t)
	path := f.app(f.in("/download"))
	hookstest.WriteRecordingFile(t, f.App, f.recording.Id, recordings.MP4Name, []byte("movie"))
	for _, status := range []string{"", recordings.MP4Queued, recordings.MP4Rendering, recordings.MP4Failed} {
		hookstest.Exec(t, f.App, "UPDATE recordings SET mp4_status = '"+status+"'", nil)
		if reply := f.as("host").Get(path + "?as=mp4"); reply.Status != http.StatusNotFound {
			t.Errorf("MP4 %q: status %d, want %d", status, reply.Status, http.StatusNotFound)
		}
		if reply := f.as("host").Get(path); reply.Header.Get("Content-Type") != "application/zip" {
			t.Errorf("MP4 %q: got %s, want a zip", status, reply.Header.Get("Content-Type"))
		}
	}
	hookstest.Exec(t, f.App, "UPDATE recordings SET mp4_status = 'ready', mp4_bytes = 5", nil)
	for _, query := range []string{"", "?as=mp4"} {
		reply := f.as("host").Get(path + query)
		if reply.Status != 200 || reply.Body != "movie" || reply.Header.Get("Content-Type") != "video/mp4" || reply.Header.Get("Content-Disposition") != `attachment; filename="Kestrel review.mp4"` {
			t.Errorf("%q: got %d %q %v, want the MP4", query, reply.Status, reply.Body, reply.Header)
		}
	}
	if reply := f.send(f.as("host"), path, map[string]string{"Range": "bytes=2-"}); reply.Status != 206 || reply.Body != "vie" {
		t.Errorf("a range: got %d %q, want %d %q", reply.Status, reply.Body, 206, "vie")
	}
	if reply := f.as("host").Get(path + "?as=zip"); reply.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("?as=zip: got %s, want a zip", reply.Header.Get("Content-Type"))
	}
	if reply := f.as("host").Get(path + "?as=exe"); reply.Status != http.StatusNotFound {
		t.Errorf("?as=exe: status %d, want %d", reply.Status, http.StatusNotFound)
	}
}

func TestDownload_MissingTrack_BreaksOff(t *testing.T) {
	f := newFixture(t)
	if err := os.Remove(recordings.Folder(f.App, f.recording.Id) + "/p2-microphone.webm"); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, f.URL+f.app(f.in("/download")), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := f.as("host").Client
	client.Timeout = time.Minute
	response, err := client.Do(request)
	if err != nil {
		return // it broke off before the header
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the download ends as if it were whole, want it to break off")
	}
}

package web_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// A disk that is full in truth refuses even to change what is there.
func TestFullDisk_ReadsStillWork(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting a small disk takes root")
	}
	disk := t.TempDir()
	if err := mount(disk, "size=24m"); err != nil {
		t.Skipf("a small disk can't be mounted here: %v", err)
	}
	t.Cleanup(func() { unmount(disk) })
	t.Setenv("TMPDIR", disk)
	out := captureStderr(t)
	s := viewstest.Serve(t, hookstest.Config())
	marta := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, marta, "Halation Post", "free")
	b := s.As(marta)
	hookstest.Exec(t, s.App, "UPDATE logins SET seen = datetime('now', '-1 hour') || '.000Z'", nil) // a page wants to note it
	hookstest.Invite(t, s.App, marta, team, "lucia@halation.example", "organizer")                  // a list wants to be renewed
	full, err := os.Create(disk + "/filler")
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for size := 1 << 20; size >= 512; { // to the last byte
		if _, err := full.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	for _, path := range []string{"/teams", "/account", "/admin/" + team.Id + "/users", "/admin/" + team.Id + "/audit", "/app/" + team.Id} {
		if got := b.Get(path); got.Status != http.StatusOK {
			t.Errorf("%s: %d, want %v", path, got.Status, http.StatusOK)
		}
	}
	for name, page := range map[string]viewstest.Reply{
		"a form":    b.Post("/account", url.Values{"name": {"Another"}}),
		"a picture": b.Send(upload(t, s.URL+"/account/picture", "picture", testPNG(t), nil)),
		"a logo":    b.Send(upload(t, s.URL+"/admin/"+team.Id+"/settings", "logo", testPNG(t), url.Values{"name": {"Halation Post"}, "slug": {team.Slug()}})),
	} {
		if page.Status != http.StatusServiceUnavailable || page.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d\n%s, want %v and it set", name, page.Status, out.String(), http.StatusServiceUnavailable)
		}
	}
	list := upload(t, s.URL+"/admin/"+team.Id+"/users/add", "file", []byte("email\nnew@halation.example\n"), url.Values{"role": {"organizer"}})
	if page := b.Send(list); page.Status != http.StatusOK || !strings.Contains(page.Body, "new@halation.example") {
		t.Errorf("a list that is only read: %d, want %v and it with %q", page.Status, http.StatusOK, "new@halation.example")
	}
	if err := commands.CheckReady(s.App); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("ready: %v, want an error and it with %q", err, "disk is full")
	}
	_ = full.Truncate(0)
	if page := b.Post("/account", url.Values{"name": {"Marta O."}}); page.Status != http.StatusSeeOther {
		t.Errorf("with space again: %d, want %v", page.Status, http.StatusSeeOther)
	}
}

func mount(dir, options string) error { return syscall.Mount("tmpfs", dir, "tmpfs", 0, options) }

func unmount(dir string) { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }

func testPNG(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// upload is a form with a file.
func upload(t *testing.T, address, field string, file []byte, values url.Values) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, list := range values {
		_ = form.WriteField(name, list[0])
	}
	part, err := form.CreateFormFile(field, "upload")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file)
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	request, _ := http.NewRequest(http.MethodPost, address, &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return request
}

package account_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

func testPNG(t *testing.T, side int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func uploadAvatar(t *testing.T, s *viewstest.Server, b *viewstest.Browser, name string, data []byte) viewstest.Reply {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("picture", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	request, _ := http.NewRequest(http.MethodPost, s.URL+"/account/picture", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Send(request)
}

var avatarPattern = regexp.MustCompile(`/avatar/[a-z0-9]{15}/[0-9a-f]{16}\.jpg`)

func TestServeAvatar_VisibleToTeammatesOnly(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.As(owner)
	assertRedirect(t, uploadAvatar(t, s, b, "me.png", testPNG(t, 300, color.RGBA{200, 40, 90, 255})), "/account")
	page := b.Get("/account")
	assertPage(t, page, 200, "Picture updated.", "Remove picture")
	path := avatarPattern.FindString(page.Body)
	if path == "" || strings.Count(page.Body, path) != 2 {
		t.Fatalf("the picture is not on the page and in its menu: %s", page.Body)
	}
	assertPage(t, b.Get("/admin/halation-post/users"), 200, path)

	member := hookstest.Member(t, s.App, team, "noor@halation.example")
	stranger := hookstest.Account(t, s.App, "eve@elsewhere.example")
	hookstest.Team(t, s.App, stranger, "Elsewhere", "free")
	guest := hookstest.Guest(t, s.App, team, "gita@guest.example")
	for name, who := range map[string]*core.Record{"its owner": owner, "a member": member, "a guest": guest} {
		r := s.As(who).Get(path)
		if r.Status != 200 || r.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" || r.Header.Get("Content-Type") != "image/jpeg" ||
			r.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, r.Status, r.Header)
		}
	}
	for name, r := range map[string]viewstest.Reply{
		"a stranger": s.As(stranger).Get(path), "nobody": s.Anonymous().Get(path),
		"another hash": b.Get(strings.Replace(path, owner.Id+"/", owner.Id+"/0", 1)), "no account": b.Get("/avatar/aaaaaaaaaaaaaaa/0123456789abcdef.jpg"),
		"another's name": b.Get(strings.Replace(path, owner.Id, member.Id, 1)), "a file of the house": b.Get("/avatar/" + owner.Id + "/..%2f..%2fdata.db"),
	} {
		if r.Status != 404 || strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v, want 404 and it without %q", name, r.Status, r.Header, "immutable")
		}
	}
	hash := path[strings.LastIndexByte(path, '/'):]
	for name, token := range map[string]string{"nobody": "", "a stranger": s.Token(stranger), "a member": s.Token(member)} {
		if status, _ := s.Call(token, "GET", "/api/files/users/"+owner.Id+hash, nil); status != 404 {
			t.Errorf("PocketBase gives it to %s: %d, want 404", name, status)
		}
	}

	assertRedirect(t, b.Post("/account/picture/remove", nil), "/account")
	if r := b.Get("/account"); strings.Contains(r.Body, "/avatar/") || b.Get(path).Status != 404 {
		t.Error("the picture is still there")
	}
}

func TestSetAvatar_InvalidImage_ShowsFieldError(t *testing.T) {
	s := newServer(t)
	b := s.As(hookstest.Account(t, s.App, "marta@halation.example"))
	assertPage(t, uploadAvatar(t, s, b, "me.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)), 422, "Choose a PNG, JPEG or WebP file.", `id="picture-e"`, `href="#picture"`)
	assertPage(t, uploadAvatar(t, s, b, "me.png", make([]byte, 3<<20)), 413, "larger than 1 MB")
	assertPage(t, uploadAvatar(t, s, b, "me.png", testPNG(t, 2049, color.White)), 422, "at most 2048 by 2048 pixels")
	assertPage(t, b.Post("/account/picture", nil), 422, "a supported image")
	if r := b.Get("/account"); strings.Contains(r.Body, "/avatar/") {
		t.Error("something was kept")
	}
	assertRedirect(t, s.Anonymous().Post("/account/picture", nil), "/signin?next=%2Faccount%2Fpicture")
	assertRedirect(t, b.Get("/account/picture"), "/account")
}

func TestServeAvatar_DoesNotTouchLogin(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	b := s.As(owner)
	hookstest.Exec(t, s.App, "UPDATE logins SET seen = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-1 hour')", nil)
	b.Get("/avatar/" + owner.Id + "/0123456789abcdef.jpg")
	var seen int
	const old = "SELECT count(*) FROM logins WHERE seen < strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-30 minutes')"
	if err := s.App.DB().NewQuery(old).Row(&seen); err != nil || seen != 1 {
		t.Errorf("%d %v, want 1", seen, err)
	}
	b.Get("/account")
	if err := s.App.DB().NewQuery(old).Row(&seen); err != nil || seen != 0 {
		t.Errorf("%d %v, want 0", seen, err)
	}
}

package accounts_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

// sampleImage is a picture of one colour with a green square in its middle.
func sampleImage(width, height int, c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, c)
	}
	for x := width/2 - min(width, height)/4; x < width/2+min(width, height)/4; x++ {
		for y := height / 4; y < height*3/4; y++ {
			img.Set(x, y, color.NRGBA{20, 160, 60, 255})
		}
	}
	return img
}

func encodePNG(img image.Image) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

// jpegWithExif is a JPEG that says where it was taken, and has a page of HTML behind its end.
func jpegWithExif(img image.Image) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil)
	exif := append([]byte("Exif\x00\x00"), "GPS 38.7223N 9.1393W"...)
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...), "<script>alert(1)</script>"...)
}

// pngBomb is a PNG whose header promises a picture of that size, and that has no pixels.
func pngBomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	header = append(header, 8, 6, 0, 0, 0)
	data := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), uint32(len(header)-4))
	return binary.BigEndian.AppendUint32(append(data, header...), crc32.ChecksumIEEE(header))
}

// webpBomb is a WebP that says it is of one pixel and holds one of 16,384 by 16,384.
func webpBomb() []byte {
	chunk := func(name string, data []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data))), data...)
	}
	small := chunk("VP8X", make([]byte, 10))
	large := chunk("VP8L", append([]byte{0x2f, 0xff, 0xff, 0xff, 0x0f}, 0))
	body := append([]byte("WEBP"), append(small, large...)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func sampleWebP() []byte {
	data, _ := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	return data
}

// avatarFiles are the files of an account on the disk.
func avatarFiles(t *testing.T, app core.App, user string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(app.DataDir(), "storage", "*", user, "*.[jp][pn]g"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSetAvatar_IsReencodedAsSquare(t *testing.T) {
	grey := color.NRGBA{200, 200, 200, 255}
	for name, s := range map[string]struct {
		data   []byte
		ending string
	}{
		"PNG":              {encodePNG(sampleImage(300, 300, grey)), ".jpg"},
		"one pixel":        {sampleWebP(), ".jpg"},
		"wide":             {encodePNG(sampleImage(600, 200, grey)), ".jpg"},
		"the largest":      {encodePNG(sampleImage(2048, 2048, grey)), ".jpg"},
		"see-through":      {encodePNG(sampleImage(300, 300, color.NRGBA{0, 0, 0, 0})), ".png"},
		"JPEG with a tail": {jpegWithExif(sampleImage(400, 500, grey)), ".jpg"},
	} {
		t.Run(name, func(t *testing.T) {
			app := hookstest.NewApp(t)
			ada := hookstest.Account(t, app, "ada@x.example")
			if err := accounts.SetAvatar(app, ada, s.data, ""); err != nil {
				t.Fatal(err)
			}
			files := avatarFiles(t, app, ada.Id)
			avatar := hookstest.FindRecord(t, app, "users", ada.Id).GetString("avatar")
			if len(files) != 1 || filepath.Base(files[0]) != avatar || !strings.HasSuffix(avatar, s.ending) ||
				accounts.AvatarPath(ada.Id, avatar) != "/avatar/"+ada.Id+"/"+avatar {
				t.Fatalf("%v, %q", files, avatar)
			}
			stored, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			drawn, _, err := image.Decode(bytes.NewReader(stored))
			if err != nil || drawn.Bounds() != image.Rect(0, 0, 256, 256) {
				t.Fatalf("%v %v", drawn, err)
			}
			if name != "one pixel" {
				if r, g, _, _ := drawn.At(128, 128).RGBA(); g < 2*r {
					t.Errorf("the middle is %v, want at least %v", drawn.At(128, 128), 2*r)
				}
			}
			for _, kept := range []string{"GPS", "Exif", "script"} {
				if bytes.Contains(stored, []byte(kept)) {
					t.Errorf("%s was kept", kept)
				}
			}
		})
	}
}

func TestSetAvatar_InvalidFile_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	var gifs bytes.Buffer
	_ = gif.Encode(&gifs, sampleImage(8, 8, color.White), nil)
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"GIF": gifs.Bytes(), "a page that begins as a GIF": []byte("GIF89a/*<script>alert(1)</script>*/"),
		"too large a file": append(encodePNG(sampleImage(8, 8, color.White)), make([]byte, 1<<20)...),
		"too wide":         encodePNG(sampleImage(2049, 10, color.White)), "a bomb": pngBomb(60000, 60000), "a bomb as WebP": webpBomb(),
		"half a file": encodePNG(sampleImage(300, 300, color.White))[:200], "no pixels": pngBomb(10, 10),
	} {
		hookstest.AssertCode(t, name, accounts.SetAvatar(app, ada, data, ""), accounts.CodeBadAvatar)
		app.Store().Remove("usher.limits.picture")
	}
	if avatar := hookstest.FindRecord(t, app, "users", ada.Id).GetString("avatar"); avatar != "" || len(avatarFiles(t, app, ada.Id)) != 0 {
		t.Errorf("%q was stored, want none and 0", avatar)
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.picture", "result": accounts.CodeBadAvatar}); n != 11 {
		t.Errorf("got %d refusals in the audit log, want 11", n)
	}
}

func TestSetAvatar_ReplacesOldFile(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	names := []string{}
	for _, c := range []color.Color{color.White, color.Black, color.Black} {
		if err := accounts.SetAvatar(app, ada, encodePNG(sampleImage(64, 64, c)), ""); err != nil {
			t.Fatal(err)
		}
		names = append(names, hookstest.FindRecord(t, app, "users", ada.Id).GetString("avatar"))
		if files := avatarFiles(t, app, ada.Id); len(files) != 1 || filepath.Base(files[0]) != names[len(names)-1] {
			t.Fatalf("%v of %v, want 1 and %v", files, names, names[len(names)-1])
		}
	}
	if names[0] == names[1] || names[1] != names[2] {
		t.Error(names)
	}
	if err := accounts.DeleteAvatar(app, ada, ""); err != nil {
		t.Fatal(err)
	}
	if avatar := hookstest.FindRecord(t, app, "users", ada.Id).GetString("avatar"); avatar != "" || len(avatarFiles(t, app, ada.Id)) != 0 {
		t.Errorf("%q is left, want none and 0", avatar)
	}
}

func TestAvatarPath(t *testing.T) {
	for name, want := range map[string]string{
		"0123456789abcdef.jpg": "/avatar/me/0123456789abcdef.jpg", "0123456789abcdef.png": "/avatar/me/0123456789abcdef.png",
		"": "", "me_ab12cd34ef.png": "", "0123456789abcdef.svg": "", "../0123456789abcdef.png": "",
	} {
		if got := accounts.AvatarPath("me", name); got != want {
			t.Errorf("%q: %q, want %v", name, got, want)
		}
	}
}

func TestSetAvatar_TwentyAnHour(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	results := make([]string, 0, 21)
	for range 21 {
		results = append(results, errs.Code(accounts.SetAvatar(app, ada, []byte("no picture"), "")))
	}
	if slices.Index(results, errs.CodeTooMany) != 20 {
		t.Error(results)
	}
}

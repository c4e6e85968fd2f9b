package teams_test

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
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/teams"
)

func solidImage(side int, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, c)
	}
	return img
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jpegWithExif is a JPEG that says where it was taken.
func jpegWithExif(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, solidImage(64, color.RGBA{200, 30, 30, 255}), nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00"), "GPS 38.7223N 9.1393W"...)
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...)
}

// sampleWebP is one red pixel.
func sampleWebP(t *testing.T) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sampleGIF(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, solidImage(8, color.White), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngBomb is a PNG whose header promises a picture of that width and height, and that has no pixels.
func pngBomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	header = append(header, 8, 6, 0, 0, 0)
	data := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), uint32(len(header)-4))
	return binary.BigEndian.AppendUint32(append(data, header...), crc32.ChecksumIEEE(header))
}

func noiseImage(side int) *image.RGBA {
	img, random := solidImage(side, color.White), rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
	}
	return img
}

// newLogoFixture is a team, what its Owner does with its logo, and the logos on the disk.
func newLogoFixture(t *testing.T) (set func(teams.Profile) (*teams.Team, error), files func() []string, app core.App) {
	t.Helper()
	app = hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	set = func(profile teams.Profile) (*teams.Team, error) {
		return teams.Update(app, hookstest.Actor(t, app, owner, team), profile)
	}
	files = func() []string {
		found, err := filepath.Glob(filepath.Join(app.DataDir(), "storage", "*", team.Id, "*.png"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	return set, files, app
}

func TestUpdate_Logo_IsReencodedAsPNG(t *testing.T) {
	for name, data := range map[string][]byte{
		"PNG": encodePNG(t, solidImage(64, color.Black)), "JPEG with a place": jpegWithExif(t), "WebP": sampleWebP(t),
		"the largest": encodePNG(t, solidImage(2048, color.White)),
	} {
		t.Run(name, func(t *testing.T) {
			set, files, _ := newLogoFixture(t)
			team, err := set(teams.Profile{Logo: data})
			if err != nil {
				t.Fatal(err)
			}
			if len(files()) != 1 || !strings.HasPrefix(team.LogoPath(), "/logo/halation-post/") ||
				filepath.Base(team.LogoPath()) != filepath.Base(files()[0]) {
				t.Fatalf("%v, %q", files(), team.LogoPath())
			}
			stored, err := os.ReadFile(files()[0])
			if err != nil {
				t.Fatal(err)
			}
			if _, format, err := image.Decode(bytes.NewReader(stored)); format != "png" || err != nil {
				t.Errorf("stored as %q, %v, want %q", format, err, "png")
			}
			if bytes.Contains(stored, []byte("Exif")) || bytes.Contains(stored, []byte("GPS")) {
				t.Error("it still says where it was taken")
			}
		})
	}
}

func TestUpdate_InvalidLogo_IsRefused(t *testing.T) {
	large := encodePNG(t, noiseImage(600))
	for _, s := range []struct {
		name string
		data []byte
		says string
	}{
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "PNG, JPEG or WebP"},
		{"GIF", sampleGIF(t), "PNG, JPEG or WebP"},
		{"text", []byte("hello"), "PNG, JPEG or WebP"},
		{"too large", large, "larger than 1 MB"},
		{"too wide", encodePNG(t, image.NewGray(image.Rect(0, 0, 2049, 1))), "2048 by 2048"},
		{"too high", encodePNG(t, image.NewGray(image.Rect(0, 0, 1, 2049))), "2048 by 2048"},
		{"a bomb of 60,000 by 60,000", pngBomb(60_000, 60_000), "2048 by 2048"},
		{"no pixels", pngBomb(64, 64), "damaged"},
		{"half a picture", encodePNG(t, noiseImage(64))[:2000], "damaged"},
	} {
		t.Run(s.name, func(t *testing.T) {
			set, files, _ := newLogoFixture(t)
			if s.name == "too large" && len(s.data) <= teams.MaxLogo {
				t.Fatalf("%d bytes are not too large", len(s.data))
			}
			_, err := set(teams.Profile{Logo: s.data})
			hookstest.AssertCode(t, s.name, err, "bad_logo")
			if err == nil || !strings.Contains(err.Error(), s.says) || len(files()) != 0 {
				t.Errorf("%v does not say %q; stored: %v, want an error, it with %q and 0", err, s.says, files(), s.says)
			}
		})
	}
}

func TestUpdate_LogoTooLargeAsPNG_IsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noiseImage(1000), &jpeg.Options{Quality: 20}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > teams.MaxLogo {
		t.Fatalf("%d bytes, want at most %v", b.Len(), teams.MaxLogo)
	}
	set, _, _ := newLogoFixture(t)
	_, err := set(teams.Profile{Logo: b.Bytes()})
	hookstest.AssertCode(t, "a detailed JPEG", err, "bad_logo")
}

func TestUpdate_NewLogo_ReplacesOld(t *testing.T) {
	set, files, app := newLogoFixture(t)
	black, white := encodePNG(t, solidImage(64, color.Black)), encodePNG(t, solidImage(64, color.White))
	first, err := set(teams.Profile{Logo: black})
	if err != nil {
		t.Fatal(err)
	}
	again, err := set(teams.Profile{Logo: black})
	if err != nil || again.LogoPath() != first.LogoPath() || len(files()) != 1 {
		t.Fatalf("the same logo again: %q %v, stored: %v", again.LogoPath(), err, files())
	}
	second, err := set(teams.Profile{Logo: white})
	if err != nil || second.LogoPath() == first.LogoPath() || len(files()) != 1 {
		t.Fatalf("another logo: %q %v, stored: %v", second.LogoPath(), err, files())
	}
	name := "Halation"
	if kept, err := set(teams.Profile{Name: &name}); err != nil || kept.LogoPath() != second.LogoPath() || len(files()) != 1 {
		t.Fatalf("another name: %q %v, stored: %v", kept.LogoPath(), err, files())
	}
	dropped, err := set(teams.Profile{RemoveLogo: true})
	if err != nil || dropped.LogoPath() != "" || len(files()) != 0 {
		t.Fatalf("dropped: %q %v, stored: %v, want none and 0", dropped.LogoPath(), err, files())
	}
	if hookstest.FindRecord(t, app, "teams", second.Id).GetString("logo") != "" {
		t.Error("the logo is still named")
	}
}

func TestDelete_RemovesLogo(t *testing.T) {
	set, files, app := newLogoFixture(t)
	team, err := set(teams.Profile{Logo: encodePNG(t, solidImage(64, color.Black))})
	if err != nil || len(files()) != 1 {
		t.Fatalf("%v, stored: %v, want 1", err, files())
	}
	if err := app.Delete(team); err != nil {
		t.Fatal(err)
	}
	for range 500 { // PocketBase deletes files during the action
		if len(files()) == 0 {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Errorf("stored: %v", files())
}

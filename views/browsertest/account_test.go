package browsertest

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
)

// writePortrait writes an image file.
func writePortrait(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range 320 * 240 {
		img.Set(i%320, i/320, color.RGBA{uint8(i % 320 / 2), 120, 160, 255})
	}
	path := filepath.Join(t.TempDir(), "me.png")
	file, err := os.Create(path)
	must(t, err)
	must(t, png.Encode(file, img))
	must(t, file.Close())
	return path
}

// waitForAvatars waits until the page's avatars have loaded.
func (b *tab) waitForAvatars(count int) {
	b.t.Helper()
	b.waitUntil("the videos", `(all => all.length === `+string(rune('0'+count))+` && all.every(i => i.complete && i.naturalWidth === 256))([...document.querySelectorAll(".avatar > img")])`)
}

func TestAccount_PictureDevicesEmailAndDeletion(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "noor@halation.example")
	elsewhere := signIn(t, server, "noor@halation.example")
	elsewhere.visit("/app/halation-post")
	elsewhere.waitForStream()

	b := signIn(t, server, "noor@halation.example")
	b.expectStatus(422)
	b.visit("/account")
	file := writePortrait(t)
	b.do(chromedp.SetUploadFiles("#picture", []string{file}))
	b.press("Upload picture")
	b.waitForText("Picture updated.")
	b.waitForAvatars(2)
	b.assertAccessible("an account with a picture")

	b.press("Sign out other devices…")
	b.waitForText("You stay signed in on this device.")
	b.press("Sign out other devices")
	b.waitForText("All other devices were signed out.")
	elsewhere.waitForText("Sign in")

	b.fill("New address", "noor@new.example")
	b.fill("Your password", "not the password")
	b.press("Send confirmation link")
	b.waitForText("current password is wrong")
	b.assertAccessible("a refused change of address")
	b.fill("New address", "noor@new.example")
	b.fill("Your password", hookstest.Password)
	b.press("Send confirmation link")
	b.waitForText("noor@new.example isn't confirmed yet")
	b.assertAccessible("a pending change of address")
	link := linkPath(t, post.FindLink(post.WaitFor(t, "noor@new.example"), "/email/"))
	visitor := openTab(t, server.URL)
	visitor.visit(link)
	visitor.assertAccessible("a new address, signed out")
	visitor.expectStatus(410)
	visitor.visit(link + "x")
	visitor.assertAccessible("an expired link of a new address")
	stranger := signIn(t, server, "marta@halation.example")
	stranger.visit(link)
	stranger.assertAccessible("a new address, to another account")
	stranger.visit("/account/delete")
	stranger.waitForText("You can't delete your account yet.")
	stranger.assertAccessible("an Owner's account, which can't be deleted")
	b.visit(link)
	b.assertAccessible("a new address")
	b.press("Confirm new address")
	b.waitForText("Your email address is noor@new.example")

	b.resize(390, 844)
	b.visit("/account/delete")
	b.fill("Type noor@new.example", "noor@new.example")
	b.fill("Your password", "not the password")
	b.press("Delete account")
	b.waitForText("current password is wrong")
	b.assertAccessible("a refused account deletion")
	b.fill("Your password", hookstest.Password)
	b.press("Delete account")
	b.waitForText("Your account was deleted.")
	b.waitForURL("/signin")
}

func TestNavigation_MobileMenu_ScrollsToTheSection(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	hookstest.Team(t, server.App, hookstest.Account(t, server.App, "marta@halation.example"), "Halation Post", "free")
	b := signIn(t, server, "marta@halation.example")
	b.resize(390, 844)
	b.visit("/account")
	b.press("Menu")
	b.press("Devices")
	b.waitForURL("/account#devices")
	b.waitUntil("the drawer to close", `!document.querySelector(".side").matches(":popover-open")`)
	b.waitUntil("the visible part", `(r => r.top >= 0 && r.top < innerHeight)(document.querySelector("#devices").getBoundingClientRect())`)
}

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

// portrait is a file with a picture.
func portrait(t *testing.T) string {
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

// loaded waits until the pictures of the page are there.
func (b *tab) loaded(count int) {
	b.t.Helper()
	b.until("the pictures", `(all => all.length === `+string(rune('0'+count))+` && all.every(i => i.complete && i.naturalWidth === 256))([...document.querySelectorAll(".avatar > img")])`)
}

func TestSomebodyKeepsAnAccount(t *testing.T) {
	server, post := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	hookstest.Member(t, server.App, team, "noor@halation.example")
	elsewhere := signIn(t, server, "noor@halation.example")
	elsewhere.visit("/app/halation-post")
	elsewhere.connected()

	b := signIn(t, server, "noor@halation.example")
	b.expect(422)
	b.visit("/account")
	file := portrait(t)
	b.do(chromedp.SetUploadFiles("#picture", []string{file}))
	b.press("Upload the picture")
	b.see("Your picture is changed.")
	b.loaded(2)
	b.accessible("an account with a picture")

	b.press("Sign out all others…")
	b.see("You stay signed in on this device.")
	b.press("Sign out all others")
	b.see("Everything but this device is signed out.")
	elsewhere.see("Sign in")

	b.fill("New address", "noor@new.example")
	b.fill("Your password", "not the password")
	b.press("Send a link to the new address")
	b.see("not your current password")
	b.accessible("a refused change of address")
	b.fill("New address", "noor@new.example")
	b.fill("Your password", hookstest.Password)
	b.press("Send a link to the new address")
	b.see("noor@new.example waits to be confirmed")
	b.accessible("a change of address that waits")
	link := local(t, post.Link(post.WaitFor(t, "noor@new.example"), "/email/"))
	visitor := open(t, server.URL)
	visitor.visit(link)
	visitor.accessible("a new address, to nobody")
	visitor.expect(410)
	visitor.visit(link + "x")
	visitor.accessible("a dead link of a new address")
	stranger := signIn(t, server, "marta@halation.example")
	stranger.visit(link)
	stranger.accessible("a new address, to another account")
	stranger.visit("/account/delete")
	stranger.see("Your account cannot be deleted now.")
	stranger.accessible("an Owner's account, which stays")
	b.visit(link)
	b.accessible("a new address")
	b.press("Confirm new address")
	b.see("You sign in as noor@new.example")

	b.size(390, 844)
	b.visit("/account/delete")
	b.fill("Type noor@new.example", "noor@new.example")
	b.fill("Your password", "not the password")
	b.press("Delete the account")
	b.see("not your current password")
	b.accessible("a refused end of an account")
	b.fill("Your password", hookstest.Password)
	b.press("Delete the account")
	b.see("Your account is deleted.")
	b.at("/signin")
}

func TestTheDrawerLeadsToAPartOfThePage(t *testing.T) {
	server, _ := withMail(t)
	hookstest.Team(t, server.App, hookstest.Person(t, server.App, "marta@halation.example"), "Halation Post", "free")
	b := signIn(t, server, "marta@halation.example")
	b.size(390, 844)
	b.visit("/account")
	b.press("Menu")
	b.press("Signed in on")
	b.at("/account#devices")
	b.until("the drawer to close", `!document.querySelector(".side").matches(":popover-open")`)
	b.until("the part in sight", `(r => r.top >= 0 && r.top < innerHeight)(document.querySelector("#devices").getBoundingClientRect())`)
}

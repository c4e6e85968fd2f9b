package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
)

// plain is a tab without JavaScript. Nothing can be waited for in the page, so it is found by its markup.
type plain struct{ *tab }

func openPlain(t *testing.T, base string) plain {
	b := open(t, base)
	b.noScript()
	return plain{b}
}

// write types into the field of that name; push presses the button or link with those words.
func (p plain) write(name, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(fmt.Sprintf(`main [name=%q], dialog [name=%q]`, name, name), text))
}

func (p plain) push(words string) {
	p.t.Helper()
	p.do(chromedp.Click(fmt.Sprintf(`//*[self::button or self::a][contains(normalize-space(.), %q)][not(ancestor::nav)]`, words)))
}

func (p plain) read(words string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(fmt.Sprintf(`//body//*[contains(normalize-space(.), %q)]`, words)))
}

func TestInvitingAndAcceptingWithoutJavaScript(t *testing.T) {
	server, post := withMail(t)
	owner := hookstest.Person(t, server.App, "marta@halation.example")
	hookstest.Team(t, server.App, owner, "Halation Post", "free")

	admin := openPlain(t, server.URL)
	admin.visit("/admin/halation-post/users/add")
	admin.read("Sign in")
	admin.write("email", "marta@halation.example")
	admin.write("password", hookstest.Password)
	admin.push("Sign in")
	admin.read("What will happen")
	admin.write("list", "lucia@halation.example, not an address")
	admin.push("Check the list")
	admin.read("Will be invited")
	admin.push("Send 1 invitation")
	admin.read("on its way")

	lucia := openPlain(t, server.URL)
	lucia.visit(local(t, post.Link(post.WaitFor(t, "lucia@halation.example"), "/invite/")))
	lucia.read("asks you to join Halation Post")
	lucia.write("name", "Lucía Herrera")
	lucia.write("password", "four words nobody joins")
	lucia.push("Accept invitation")
	lucia.read("Organizer")
	lucia.read("Who runs the team")
}

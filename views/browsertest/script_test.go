package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
)

// plainTab is a tab without JavaScript. It can't wait for page state, so elements are found by markup.
type plainTab struct{ *tab }

func openPlainTab(t *testing.T, base string) plainTab {
	b := openTab(t, base)
	b.disableScript()
	return plainTab{b}
}

// fillByName types into the field with that name; push presses the button or link with that text.
func (p plainTab) fillByName(name, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(fmt.Sprintf(`main [name=%q], dialog [name=%q]`, name, name), text))
}

func (p plainTab) clickText(words string) {
	p.t.Helper()
	p.do(chromedp.Click(fmt.Sprintf(`//*[self::button or self::a][contains(normalize-space(.), %q)][not(ancestor::nav)]`, words)))
}

func (p plainTab) waitForMarkup(words string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(fmt.Sprintf(`//body//*[contains(normalize-space(.), %q)]`, words)))
}

func TestInvite_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	server, post := newServerWithEmail(t)
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	hookstest.Team(t, server.App, owner, "Halation Post", "free")

	admin := openPlainTab(t, server.URL)
	admin.visit("/admin/halation-post/users/add")
	admin.waitForMarkup("Sign in")
	admin.fillByName("email", "marta@halation.example")
	admin.fillByName("password", hookstest.Password)
	admin.clickText("Sign in")
	admin.waitForMarkup("Preview")
	admin.fillByName("list", "lucia@halation.example, not an address")
	admin.clickText("Check list")
	admin.waitForMarkup("Will be invited")
	admin.clickText("Send 1 invitation")
	admin.waitForMarkup("invitation sent")

	lucia := openPlainTab(t, server.URL)
	lucia.visit(linkPath(t, post.FindLink(post.WaitFor(t, "lucia@halation.example"), "/invite/")))
	lucia.waitForMarkup("invited you to join Halation Post")
	lucia.fillByName("name", "Lucía Herrera")
	lucia.fillByName("password", "four words nobody joins")
	lucia.clickText("Accept invitation")
	lucia.waitForMarkup("Organizer")
	lucia.waitForMarkup("Team Admins")
}

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"usher/hooks/accounts"
)

// pressCtrl presses a key with Ctrl after the page has started to listen.
func (b *tab) pressCtrl(key string) {
	b.t.Helper()
	b.waitUntil("the page's script", `document.readyState === "complete"`)
	b.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// waitForOption waits until the option with this text is selected, which Enter would open.
func (b *tab) waitForOption(words string) {
	b.t.Helper()
	b.waitUntil("the option "+words, `(() => {
		const field = document.querySelector("#finder [role=combobox]");
		const option = document.getElementById(field.getAttribute("aria-activedescendant"));
		return document.activeElement === field && option?.getAttribute("aria-selected") === "true" && option.innerText.includes("`+words+`")
	})()`)
}

func TestSearch_ByKeyboard(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	theo, err := accounts.Find(f.App, "theo@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	b := f.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	focused := `document.activeElement?.id === "q"`
	eval[bool](b, `(document.getElementById("q").focus(), true)`)
	b.pressCtrl("k")
	b.waitForOption("Add users")
	b.sendKeys("anneke")
	b.waitForOption("Anneke de Vries")
	b.sendKeys(kb.Escape)
	b.waitUntil("the search closed, the focus back", `!document.getElementById("finder").open && `+focused)
	b.waitForURL("/admin/halation-post/users")

	b.pressCtrl("k")
	b.waitForOption("Add users")
	b.sendKeys(kb.ArrowDown)
	b.waitForOption("Meet now")
	b.sendKeys(kb.ArrowUp + kb.ArrowUp)
	b.waitForOption("Fathom Sound") // wraps around
	b.sendKeys("halation.example")
	b.waitForOption("Anneke")
	b.sendKeys(kb.ArrowDown)
	b.waitForOption("Dario")
	for range len("halation.example") {
		b.sendKeys(kb.Backspace)
	}
	b.sendKeys("theo")
	b.waitForOption("Théo Lambert")
	b.assertAccessible("the search")
	b.sendKeys(kb.Enter)
	b.waitForURL("/admin/halation-post/users/" + theo.Id)
	b.waitForText("Activity")
	b.waitForText("Invited as Admin by Marta Oliveira")
	b.waitForFocus("Théo Lambert") // where reading continues

	b.pressCtrl("k")
	b.sendKeys("audit" + kb.Enter) // faster than any response
	b.waitForURL("/admin/halation-post/audit")
	b.waitUntil("the focus on the page's heading", `document.activeElement.matches("#main h1")`)
	b.press("Search or go to")
	b.sendKeys("new.person@halation.example")
	b.waitForText("No user matches “new.person@halation.example”.")
	b.waitForOption("Invite new.person@halation.example")
	b.sendKeys(kb.Enter)
	b.waitForURL("/users/add?list=new.person")
	b.waitForText("Will be invited")

	b.visit("/app/halation-post")
	b.pressCtrl("k")
	b.sendKeys("priya")
	b.waitForOption("Priya Raman")
	b.assertAccessible("the search in the App")
	for range len("priya") {
		b.sendKeys(kb.Backspace)
	}
	b.sendKeys("out sign")
	b.waitForOption("Sign out")
	b.assertAccessible("the search with a form")
	b.sendKeys(kb.Enter)
	b.waitForURL("/signin")
}

func TestSearch_WithoutJavaScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := openPlainTab(t, f.URL)
	p.visit("/signin")
	p.fillByName("email", "marta@halation.example")
	p.fillByName("password", f.Password)
	p.clickText("Sign in")
	p.waitForMarkup("Later")
	p.visit("/admin/halation-post/find?q=theo")
	p.waitForMarkup("Théo Lambert")
	p.clickText("Théo Lambert")
	p.waitForMarkup("All activity")
	p.visit("/admin/halation-post/find?q=sign+out")
	p.clickText("Sign out")
	p.waitForMarkup("Forgot")
}

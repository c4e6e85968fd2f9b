package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"usher/hooks/accounts"
)

// ctrl presses a key with Ctrl, once the page listens.
func (b *tab) ctrl(key string) {
	b.t.Helper()
	b.until("the page's script", `document.readyState === "complete"`)
	b.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// marked waits until the option with these words is the one that Enter would follow.
func (b *tab) marked(words string) {
	b.t.Helper()
	b.until("the option "+words, `(() => {
		const field = document.querySelector("#finder [role=combobox]");
		const option = document.getElementById(field.getAttribute("aria-activedescendant"));
		return document.activeElement === field && option?.getAttribute("aria-selected") === "true" && option.innerText.includes("`+words+`")
	})()`)
}

func TestSearchingByKeyboardAlone(t *testing.T) {
	house := furnish(t)
	theo, err := accounts.Find(house.App, "theo@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	b := house.signIn(t, "marta@halation.example")
	b.visit("/admin/halation-post/users")
	focused := `document.activeElement?.id === "q"`
	eval[bool](b, `(document.getElementById("q").focus(), true)`)
	b.ctrl("k")
	b.marked("Add users")
	b.keys("anneke")
	b.marked("Anneke de Vries")
	b.keys(kb.Escape)
	b.until("the search closed, the focus back", `!document.getElementById("finder").open && `+focused)
	b.at("/admin/halation-post/users")

	b.ctrl("k")
	b.marked("Add users")
	b.keys(kb.ArrowDown)
	b.marked("New session")
	b.keys(kb.ArrowUp + kb.ArrowUp)
	b.marked("Fathom Sound") // round the end
	b.keys("halation.example")
	b.marked("Anneke")
	b.keys(kb.ArrowDown)
	b.marked("Dario")
	for range len("halation.example") {
		b.keys(kb.Backspace)
	}
	b.keys("theo")
	b.marked("Théo Lambert")
	b.accessible("the search")
	b.keys(kb.Enter)
	b.at("/admin/halation-post/users/" + theo.Id)
	b.see("Activity")
	b.see("Invited as Admin by Marta Oliveira")
	b.holds("Théo Lambert") // where one goes on reading

	b.ctrl("k")
	b.keys("audit" + kb.Enter) // faster than any answer
	b.at("/admin/halation-post/audit")
	b.until("the focus on the page's heading", `document.activeElement.matches("#main h1")`)
	b.press("Search or go to")
	b.keys("new.person@halation.example")
	b.see("No one called “new.person@halation.example”.")
	b.marked("Invite new.person@halation.example")
	b.keys(kb.Enter)
	b.at("/users/add?list=new.person")
	b.see("Will be invited")

	b.visit("/app/halation-post")
	b.ctrl("k")
	b.keys("priya")
	b.marked("Priya Raman")
	b.accessible("the search in the App")
}

func TestSearchingWithoutJavaScript(t *testing.T) {
	house := furnish(t)
	p := openPlain(t, house.URL)
	p.visit("/signin")
	p.write("email", "marta@halation.example")
	p.write("password", house.Password)
	p.push("Sign in")
	p.read("Later")
	p.visit("/admin/halation-post/find?q=theo")
	p.read("Théo Lambert")
	p.push("Théo Lambert")
	p.read("All activity")
}

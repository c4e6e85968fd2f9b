package browsertest

import (
	"os"
	"testing"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

// axe reports what keeps people out, as "rule: what is wrong (where)".
const axe = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v =>
	v.nodes.map(n => v.id + ": " + v.help + " (" + n.target.join(" ") + ")")))`

// accessible fails the test for each thing on the page that keeps people out, in the light and the dark theme.
func (b *tab) accessible(name string) {
	b.t.Helper()
	source, err := os.ReadFile("../../static/vendor/test/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, dark := range []bool{false, true} {
		b.dark(dark)
		b.settle()
		eval[bool](b, string(source)+"; true")
		for _, violation := range eval[[]string](b, axe) {
			b.t.Errorf("%s (dark %v): %s", name, dark, violation)
		}
	}
	b.dark(false)
}

func TestEveryPageIsForEverybody(t *testing.T) {
	house := furnish(t)
	for _, width := range []int64{1440, 390} {
		b := house.signIn(t, "marta@halation.example")
		b.size(width, 900)
		theo, err := accounts.Find(house.App, "theo@halation.example")
		if err != nil {
			t.Fatal(err)
		}
		users := "/admin/halation-post/users"
		for _, path := range []string{
			"/teams", "/account", "/account/devices/others", "/account/delete", "/app/halation-post", users, users + "?q=nobody-like-this", users + "?status=pending",
			users + "?kind=guest", users + "/add", users + "/" + theo.Id, users + "/" + theo.Id + "/remove",
			users + "/" + theo.Id + "/revoke-role?role=organizer", "/admin/halation-post/settings", "/admin/halation-post/settings/delete",
			users + "/selected?deed=remove&all=1", users + "/selected?deed=revoke&all=1", users + "/selected?deed=tag&all=1", users + "/selected?deed=resend",
			"/admin/halation-post/audit", "/admin/halation-post/audit/verify", "/admin/halation-post/audit?person=" + theo.Id,
			"/admin/halation-post/audit?person=nobody-like-this", "/admin/halation-post/find?q=theo", "/app/halation-post/find",
		} {
			b.visit(path)
			b.accessible(path)
		}
		b.expect(422)
		b.visit("/admin/halation-post/audit?from=tomorrow")
		b.accessible("a day that is none")
		b.expect(404)
		b.visit("/no-such-page")
		b.accessible("not found")
	}
}

func TestEveryPageBeforeSigningInIsForEverybody(t *testing.T) {
	house := furnish(t)
	link := local(t, house.invite(t, "nadia@halation.example", "organizer"))
	hookstest.Person(t, house.App, "private@home.example")
	for _, width := range []int64{1440, 390} {
		b := open(t, house.URL)
		b.size(width, 844)
		for _, status := range []int{403, 404, 410, 422} {
			b.expect(status)
		}
		for _, path := range []string{"/signin", "/signup", "/reset", "/reset/dead", "/verify/dead", link, "/invite/usi_unknown"} {
			b.visit(path)
			b.accessible(path)
		}
		b.visit("/signin")
		b.fill("Email address", "private@home.example")
		b.fill("Password", "not the password at all")
		b.press("Sign in")
		b.see("wrong")
		b.accessible("a refused sign-in")
	}
	b := open(t, house.URL)
	b.expect(403)
	b.visit("/signin")
	b.fill("Email address", "private@home.example")
	b.fill("Password", hookstest.Password)
	b.press("Sign in")
	b.at("/teams")
	b.accessible("no team")
	b.visit(link)
	b.see("another address")
	b.accessible("the wrong account")
}

func TestAPageThatBreaksThePolicyIsNoticed(t *testing.T) {
	server, _ := withMail(t)
	b := open(t, server.URL)
	b.visit("/signup")
	eval[bool](b, `(document.head.appendChild(document.createElement("script")).textContent = "1", true)`)
	noticed := func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.console) > 0
	}
	for deadline := time.Now().Add(patience); !noticed(); {
		if time.Now().After(deadline) {
			t.Fatal("an inline script broke the policy, and nobody noticed")
		}
		eval[bool](b, "true")
	}
	b.console = nil
}

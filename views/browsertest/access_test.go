package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

// axeScript collects accessibility violations as "rule: problem (element)" in window.violations: those of the open dialog or the details, or
// else of the whole page, because the page behind them is checked by itself. Its verb takes the options that choose the rules. A run may
// take longer than one evaluation: it is started once and awaited.
const axeScript = `(window.violations = null, axe.run([...document.querySelectorAll("dialog:modal")].at(-1) ?? document.querySelector("#details:not(:empty)") ?? document, {resultTypes: ["violations"], ...%s}).then(r => window.violations = r.violations.flatMap(v =>
	v.nodes.map(n => v.id + ": " + v.help + " (" + n.target.join(" ") + ")"))), true)`

// assertAccessible reports each accessibility violation of the page, in the light and the dark theme, which differ in colours only.
func (b *tab) assertAccessible(name string) {
	b.t.Helper()
	b.checkAccessible(name, map[bool]string{false: allRules, true: `{runOnly: ["color-contrast"]}`})
}

const allRules = `{}`

// checkAccessible reports each violation of the rules for a theme; the dark one is true.
func (b *tab) checkAccessible(name string, themes map[bool]string) {
	b.t.Helper()
	source, err := os.ReadFile("../../static/vendor/test/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	for dark, rules := range themes {
		b.setDark(dark)
		b.settle()
		eval[bool](b, "if (!window.axe) {"+string(source)+"}; true")
		eval[bool](b, fmt.Sprintf(axeScript, rules))
		b.waitUntil("the accessibility check of "+name, `!!window.violations`)
		for _, violation := range eval[[]string](b, `window.violations`) {
			b.t.Errorf("%s (dark %v): %s", name, dark, violation)
		}
	}
	b.setDark(false)
}

func TestAccessibility_SignedInPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, width := range []int64{1440, 390} {
		b := f.signIn(t, "marta@halation.example")
		b.resize(width, 900)
		theo, err := accounts.Find(f.App, "theo@halation.example")
		if err != nil {
			t.Fatal(err)
		}
		users := "/admin/halation-post/users"
		for _, path := range []string{
			"/teams", "/help/admins", "/admin/halation-post/settings/owner", "/account", "/account/devices/others", "/account/delete", "/app/halation-post", users, users + "?q=nobody-like-this", users + "?status=pending",
			users + "?kind=guest", users + "/add", users + "/" + theo.Id, users + "/" + theo.Id + "/remove",
			users + "/" + theo.Id + "/revoke-role?role=organizer", "/admin/halation-post/settings", "/admin/halation-post/settings/delete",
			users + "/selected?operation=remove&all=1", users + "/selected?operation=revoke&all=1", users + "/selected?operation=tag&all=1", users + "/selected?operation=resend",
			"/admin/halation-post/audit", "/admin/halation-post/audit/verify", "/admin/halation-post/audit?person=" + theo.Id,
			"/admin/halation-post/audit?person=nobody-like-this", "/admin/halation-post/find?q=theo", "/app/halation-post/find",
		} {
			variant := strings.Contains(path, "?") // of a page that is checked in full
			if variant && width < 900 {
				continue
			}
			b.visit(path)
			if variant || width < 900 { // the colours are those of the wide page
				b.checkAccessible(path, map[bool]string{false: allRules})
			} else {
				b.assertAccessible(path)
			}
		}
		b.expectStatus(422)
		b.visit("/admin/halation-post/audit?from=tomorrow")
		b.assertAccessible("an invalid day")
		b.expectStatus(404)
		b.visit("/no-such-page")
		b.assertAccessible("not found")
	}
}

func TestAccessibility_SignedOutPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	link := linkPath(t, f.invite(t, "nadia@halation.example", "organizer"))
	hookstest.Account(t, f.App, "private@home.example")
	for _, width := range []int64{1440, 390} {
		b := openTab(t, f.URL)
		b.resize(width, 844)
		for _, status := range []int{403, 404, 410, 422} {
			b.expectStatus(status)
		}
		for _, path := range []string{"/signin", "/signup", "/reset", "/reset/dead", "/verify/dead", link, "/invite/usi_unknown"} {
			b.visit(path)
			b.assertAccessible(path)
		}
		b.visit("/signin")
		b.fill("Email address", "private@home.example")
		b.fill("Password", "not the password at all")
		b.press("Sign in")
		b.waitForText("Wrong email address or password")
		b.assertAccessible("a refused sign-in")
	}
	b := openTab(t, f.URL)
	b.expectStatus(403)
	b.visit("/signin")
	b.fill("Email address", "private@home.example")
	b.fill("Password", hookstest.Password)
	b.press("Sign in")
	b.waitForURL("/teams")
	b.assertAccessible("no team")
	b.visit(link)
	b.waitForText("another address")
	b.assertAccessible("the wrong account")
}

func TestConsole_PolicyViolation_IsReported(t *testing.T) {
	server, _ := newServerWithEmail(t)
	b := openTab(t, server.URL)
	b.visit("/signup")
	eval[bool](b, `(document.head.appendChild(document.createElement("script")).textContent = "1", true)`)
	noticed := func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.consoleErrors) > 0
	}
	for deadline := time.Now().Add(waitTimeout); !noticed(); {
		if time.Now().After(deadline) {
			t.Fatal("a blocked inline script was not reported")
		}
		eval[bool](b, "true")
	}
	b.consoleErrors = nil
}

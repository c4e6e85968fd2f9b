package browsertest

import (
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// TestTwoFactors_SetUpAndSignIn sets up an authenticator app, then signs in with its code and with a recovery code.
func TestTwoFactors_SetUpAndSignIn(t *testing.T) {
	t.Parallel()
	server := viewstest.Serve(t, hookstest.Config())
	marta := hookstest.Account(t, server.App, "marta@halation.example")
	b := openTab(t, server.URL)
	b.signIn(marta.Email(), hookstest.Password)
	b.visit("/account/two-factors")
	b.press("Set up two-factor authentication")
	b.waitForText("1. Add Usher to your app")
	b.assertAccessible("the setup with a QR code")
	two := hookstest.TwoFactors{Secret: strings.ReplaceAll(eval[string](b, `document.querySelector(".copyable code").textContent`), " ", "")}
	b.fill("Code", two.Code(t))
	b.fill("Your password", hookstest.Password)
	b.press("Turn on")
	b.waitForText("Save your recovery codes")
	b.assertAccessible("the recovery codes")
	recovery := eval[string](b, `document.querySelector(".recovery code").textContent`)
	hookstest.Exec(t, server.App, "UPDATE authenticators SET last_step = 0", nil) // the code counts as unused

	for _, code := range []string{two.Code(t), recovery} {
		eval[bool](b, `fetch("/signout", { method: "POST" }).then((left) => left.ok)`)
		b.visit("/signin?next=%2Faccount%2Ftwo-factors")
		b.fill("Email address", marta.Email())
		b.fill("Password", hookstest.Password)
		b.press("Sign in")
		b.waitForText("Enter your authenticator code")
		label := "Code"
		if code == recovery {
			b.press("Use a recovery code")
			b.waitForText("Enter a recovery code")
			label = "Recovery code"
		}
		b.fill(label, code)
		b.press("Sign in")
		b.waitForText("Turn off two-factor authentication")
	}
	b.waitForText("9 of 10 codes left.")
}

package browsertest

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// plugInAuthenticator gives the tab a device that holds passkeys and verifies its user without asking.
func (b *tab) plugInAuthenticator() {
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
}

// TestPasskey_SignsIn adds a passkey, signs in with it, and removes it.
func TestPasskey_SignsIn(t *testing.T) {
	t.Parallel()
	server := viewstest.ServeAt(t, hookstest.Config(), "localhost")
	hookstest.Account(t, server.App, "marta@halation.example")
	b := openTab(t, server.URL)
	b.plugInAuthenticator()
	b.visit("/signin?next=%2Faccount")
	b.fill("Email address", "marta@halation.example")
	b.fill("Password", hookstest.Password)
	b.press("Sign in")
	b.press("Add a passkey…")
	b.fill("Your password", hookstest.Password)
	b.press("Continue")
	b.waitForText("You can now sign in with the passkey of")
	b.assertAccessible("an account with a passkey")

	eval[bool](b, `fetch("/signout", { method: "POST" }).then((left) => left.ok)`)
	b.visit("/signin?next=%2Faccount")
	b.press("Sign in with a passkey")
	b.waitForText("Last used")
	b.press("Remove…")
	b.press("Remove passkey")
	b.waitForText("You have no passkeys yet.")
}

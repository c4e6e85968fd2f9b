package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oauth2-proxy/mockoidc"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// cookieOf returns the value of a cookie of the browser.
func cookieOf(t *testing.T, s *viewstest.Server, b *viewstest.Browser, name string) string {
	t.Helper()
	address, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.Jar.Cookies(address) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// plant puts a cookie into the browser, as someone could who once sat at it.
func plant(t *testing.T, s *viewstest.Server, b *viewstest.Browser, name, value string) {
	t.Helper()
	address, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.Jar.SetCookies(address, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// Every way to sign in starts a login of its own, whatever cookies the browser has before.
func TestSignIn_PlantedCookies_AreReplaced(t *testing.T) {
	s, provider := newServerWithProvider(t)
	eve, marta := hookstest.Account(t, s.App, "eve@x.example"), hookstest.Account(t, s.App, "marta@x.example")
	two := hookstest.EnableTwoFactors(t, s.App, marta)
	password := formValues("email", marta.Email(), "password", hookstest.Password)
	for name, first := range map[string]func(b *viewstest.Browser){
		"password": func(b *viewstest.Browser) { b.Post("/signin", password) },
		"provider": func(b *viewstest.Browser) {
			plant(t, s, b, "usher", "") // signed in, the page leads on
			start := b.Get("/signin/with/oidc")
			b.Get(signInAtProvider(t, provider, start.Location, &mockoidc.MockUser{Subject: "m1", Email: marta.Email(), EmailVerified: true}))
		},
	} {
		attacker, victim := s.As(eve), s.Anonymous()
		known := cookieOf(t, s, attacker, "usher")
		plant(t, s, victim, "usher", known)
		first(victim)
		pending := cookieOf(t, s, victim, "usher_pending")
		if pending == "" {
			t.Fatalf("%s: got no second step", name)
		}
		hookstest.Exec(t, s.App, "UPDATE authenticators SET last_step = 0", nil)
		victim.Post("/signin/two-factors", formValues("code", two.Code(t)))
		if own := cookieOf(t, s, victim, "usher"); own == "" || own == known {
			t.Errorf("%s: got the login %q, want a new one", name, own)
		}
		if r := attacker.Get("/account"); strings.Contains(r.Body, marta.Email()) {
			t.Errorf("%s: the planted cookie opens the account", name)
		}
		// The token of the first step is no login, and the code was used.
		thief := s.Anonymous()
		plant(t, s, thief, "usher", pending)
		plant(t, s, thief, "usher_pending", pending)
		if isSignedIn(thief) {
			t.Errorf("%s: the first step alone signed in", name)
		}
		assertPage(t, thief.Post("/signin/two-factors", formValues("code", two.Code(t))), 422, "This code was already used")
	}
}

// No page after signing in is on another server, whichever way the address came.
func TestSignIn_ForeignNext_StaysHere(t *testing.T) {
	s, provider := newServerWithProvider(t)
	marta := hookstest.Account(t, s.App, "marta@x.example")
	two := hookstest.EnableTwoFactors(t, s.App, marta)
	for _, next := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/%5Cevil.example", "/%2Fevil.example", "javascript:alert(1)", "/\t/evil.example"} {
		query := "next=" + url.QueryEscape(next)
		signedIn := s.Anonymous()
		answers := map[string]viewstest.Reply{}
		answers["password"] = signedIn.Post("/signin", formValues("email", marta.Email(), "password", hookstest.Password, "next", next))
		hookstest.Exec(t, s.App, "UPDATE authenticators SET last_step = 0", nil)
		answers["second step"] = signedIn.Post("/signin/two-factors", formValues("code", two.Code(t), "next", next))
		answers["sign-in page"], answers["sign-up page"] = signedIn.Get("/signin?"+query), signedIn.Get("/signup?"+query)
		answers["passkey page"], answers["provider"] = signedIn.Get("/signin/passkey?"+query), signedIn.Get("/signin/with/oidc?"+query)
		b := s.Anonymous()
		callback := signInAtProvider(t, provider, b.Get("/signin/with/oidc?"+query).Location, &mockoidc.MockUser{Subject: "m1", Email: marta.Email(), EmailVerified: true})
		answers["callback"] = b.Get(callback)
		for where, r := range answers {
			if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/") || strings.Contains(r.Location, "evil") || strings.Contains(r.Location, "alert") {
				t.Errorf("%s with %q: got %d to %q, want a page of this server", where, next, r.Status, r.Location)
			}
		}
	}
}

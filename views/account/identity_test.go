package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oauth2-proxy/mockoidc"

	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// newServerWithProvider returns a server with an OpenID Connect provider that runs in the test.
func newServerWithProvider(t *testing.T) (*viewstest.Server, *mockoidc.MockOIDC) {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Shutdown() })
	return newServer(t, func(c *settings.Config) {
		c.Providers = []settings.Provider{{Key: settings.ProviderOIDC, Name: "Halation ID", ClientID: provider.ClientID, ClientSecret: provider.ClientSecret, Issuer: provider.Issuer()}}
	}), provider
}

// signInAtProvider follows the link to the provider, whose next user it is, and returns the path of the callback.
func signInAtProvider(t *testing.T, provider *mockoidc.MockOIDC, link string, user mockoidc.User) string {
	t.Helper()
	provider.QueueUser(user)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back.RequestURI()
}

func TestSignInWithProvider(t *testing.T) {
	s, provider := newServerWithProvider(t)
	hookstest.Account(t, s.App, "marta@halation.example")
	marta := &mockoidc.MockUser{Subject: "m1", Email: "marta@halation.example", EmailVerified: true}
	browser := s.Anonymous()
	assertPage(t, browser.Get("/signin?next=%2Faccount"), 200, "Continue with Halation ID", `href="/signin/with/oidc?next=%2Faccount"`)
	start := browser.Get("/signin/with/oidc?next=%2Faccount")
	back := signInAtProvider(t, provider, start.Location, marta)

	// The callback works in the browser that started only, and once.
	assertPage(t, s.Anonymous().Get(back), 422, "expired or was already used")
	start = browser.Get("/signin/with/oidc?next=%2Faccount")
	back = signInAtProvider(t, provider, start.Location, marta)
	assertRedirect(t, browser.Get(back), "/account")
	assertPage(t, browser.Get("/account"), 200, "Halation ID", "Connected on", `href="/account/identities/oidc/disconnect"`)
	assertPage(t, s.Anonymous().Get(back), 422, "expired or was already used")
	assertRedirect(t, browser.Get("/signin/with/oidc?next=%2Fteams"), "/teams")

	assertPage(t, browser.Get("/account/identities/oidc/disconnect"), 200, "Disconnect Halation ID?")
	assertRedirect(t, browser.Post("/account/identities/oidc/disconnect", nil), "/account#identities")
	assertPage(t, browser.Get("/account"), 200, "You can no longer sign in with Halation ID.", "Not connected")
	assertRedirect(t, browser.Get("/account/identities/oidc/disconnect"), "/account#identities")
}

func TestSignInWithProvider_Refused_SaysWhy(t *testing.T) {
	s, provider := newServerWithProvider(t)
	hookstest.Account(t, s.App, "marta@halation.example")
	browser := s.Anonymous()
	for sentence, user := range map[string]*mockoidc.MockUser{
		"has no confirmed email address":             {Subject: "x", Email: "marta@halation.example"},
		"There is no account for eve@client.example": {Subject: "e", Email: "eve@client.example", EmailVerified: true},
	} {
		start := browser.Get("/signin/with/oidc")
		assertPage(t, browser.Get(signInAtProvider(t, provider, start.Location, user)), 422, sentence, "Continue with Halation ID")
	}

	start := browser.Get("/signin/with/oidc?next=%2Fteams")
	location, err := url.Parse(start.Location)
	if err != nil {
		t.Fatal(err)
	}
	declined := "/signin/with/oidc/callback?error=access_denied&state=" + location.Query().Get("state")
	assertPage(t, browser.Get(declined), 422, "You cancelled signing in with Halation ID.", `name="next" value="/teams"`)
	assertPage(t, browser.Get(declined), 422, "expired or was already used")
	assertPage(t, browser.Get("/signin/with/google"), 404)

	if err := provider.Shutdown(); err != nil {
		t.Fatal(err)
	}
	s.App.Store().Remove("usher.identities.discovery " + provider.Issuer())
	assertPage(t, browser.Get("/signin/with/oidc?next=%2Fteams"), 422, "work at the moment", `name="next" value="/teams"`)
}

func TestConnectProvider_AsksForThePassword(t *testing.T) {
	s, provider := newServerWithProvider(t)
	marta := hookstest.Account(t, s.App, "marta@halation.example")
	browser := s.As(marta)
	assertPage(t, browser.Get("/account/identities/oidc"), 200, "Connect Halation ID", "Your password")
	assertPage(t, browser.Get("/account/identities/google"), 404)
	assertPage(t, browser.Post("/account/identities/oidc", formValues("password", "wrong password here")), 422, "The current password is wrong.")
	page := browser.Post("/account/identities/oidc", formValues("password", hookstest.Password))
	assertPage(t, page, 200, "Continue to Halation ID")
	_, link, _ := strings.Cut(page.Body, `href="`+provider.AuthorizationEndpoint())
	link, _, _ = strings.Cut(link, `"`)
	link = provider.AuthorizationEndpoint() + strings.ReplaceAll(link, "&amp;", "&")
	back := signInAtProvider(t, provider, link, &mockoidc.MockUser{Subject: "m9", Email: "private@mail.example"})
	assertRedirect(t, browser.Get(back), "/account#identities")
	assertPage(t, browser.Get("/account"), 200, "You can now sign in with Halation ID.", "Connected on")
}

func TestSignInWithProvider_TakesSecondStep(t *testing.T) {
	s, provider := newServerWithProvider(t)
	marta := hookstest.Account(t, s.App, "marta@halation.example")
	two := hookstest.EnableTwoFactors(t, s.App, marta)
	for range 2 { // the first time connects the account
		b := s.Anonymous()
		callback := signInAtProvider(t, provider, b.Get("/signin/with/oidc?next=%2Faccount").Location, &mockoidc.MockUser{Subject: "m1", Email: "marta@halation.example", EmailVerified: true})
		assertRedirect(t, b.Get(callback), "/signin/two-factors?next=%2Faccount")
		if isSignedIn(b) {
			t.Fatal("got signed in after the first step")
		}
		hookstest.Exec(t, s.App, "UPDATE authenticators SET last_step = 0", nil)
		assertRedirect(t, b.Post("/signin/two-factors", formValues("code", two.Code(t), "next", "/account")), "/account")
	}
}

// The provider's verified address is the invited one: the new user comes back to the invitation, and accepts it signed in.
func TestSignUpWithProvider_Invited_ReturnsToTheInvitation(t *testing.T) {
	s, provider := newServerWithProvider(t)
	marta := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, marta, "Halation Post", "pro")
	path := strings.TrimPrefix(hookstest.Invite(t, s.App, marta, team, "luis@halation.example", "organizer").Link, s.URL)
	browser := s.Anonymous()
	link := "/signin/with/oidc?next=" + url.QueryEscape(path)
	assertPage(t, browser.Get(path), 200, "Or continue with", `href="`+link+`"`)

	start := browser.Get(link)
	callback := signInAtProvider(t, provider, start.Location, &mockoidc.MockUser{Subject: "x", Email: "other@halation.example", EmailVerified: true})
	assertPage(t, browser.Get(callback), 422, "There is no account for other@halation.example")
	start = browser.Get(link)
	callback = signInAtProvider(t, provider, start.Location, &mockoidc.MockUser{Subject: "l1", Email: "luis@halation.example", EmailVerified: true})
	assertRedirect(t, browser.Get(callback), path)
	assertPage(t, browser.Get(path), 200, "Accept")
	if r := browser.Post(path+"/accept", nil); r.Status != http.StatusSeeOther {
		t.Errorf("got %d %s, want the team", r.Status, r.Body)
	}
}

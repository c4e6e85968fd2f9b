package identities_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/identities"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

const network = "192.0.2.1"

// fixture is a server with an OpenID Connect provider that runs in the test.
type fixture struct {
	*testing.T
	app      *core.BaseApp
	provider *mockoidc.MockOIDC
}

func newFixture(t *testing.T, change func(*settings.Config)) *fixture {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Shutdown() })
	config := hookstest.Config()
	config.Providers = []settings.Provider{{Key: settings.ProviderOIDC, Name: "Halation ID", ClientID: provider.ClientID, ClientSecret: provider.ClientSecret, Issuer: provider.Issuer()}}
	if change != nil {
		change(&config)
	}
	return &fixture{t, hookstest.NewAppWith(t, config), provider}
}

func user(subject, email string, verified bool) *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: subject, Email: email, EmailVerified: verified}
}

// visit starts an attempt, signs in at the provider and returns the code and state that it sends back.
func (f *fixture) visit(who mockoidc.User, account *core.Record) (code, state string) {
	f.Helper()
	address, state, err := identities.Start(f.app, settings.ProviderOIDC, "/teams", account, network)
	if err != nil {
		f.Fatal(err)
	}
	f.provider.QueueUser(who)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		f.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		f.Fatal(err)
	}
	if want := "http://usher.test/signin/with/oidc/callback"; !strings.HasPrefix(back.String(), want) {
		f.Errorf("the provider returned to %s, want %s", back, want)
	}
	if got := back.Query().Get("state"); got != state {
		f.Errorf("the provider returned the state %q, want %q", got, state)
	}
	return back.Query().Get("code"), state
}

// identity returns the identity of a whole visit.
func (f *fixture) identity(who mockoidc.User, account *core.Record) identities.Identity {
	f.Helper()
	code, state := f.visit(who, account)
	attempt, identity, err := identities.Finish(f.app, settings.ProviderOIDC, state, code)
	if err != nil {
		f.Fatal(err)
	}
	if attempt.Next != "/teams" {
		f.Errorf("got the next page %q, want /teams", attempt.Next)
	}
	return identity
}

func (f *fixture) links(account *core.Record) int {
	f.Helper()
	return hookstest.Count(f, f.app, core.CollectionNameExternalAuths, dbx.HashExp{"recordRef": account.Id})
}

func (f *fixture) emails(kind string) int {
	f.Helper()
	return hookstest.Count(f, f.app, "outbox", dbx.HashExp{"kind": kind})
}

func TestSignIn_VerifiedAddress_ConnectsTheAccount(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	identity := f.identity(user("m1", "Marta@Halation.example", true), nil)
	account, err := identities.SignIn(f.app, identity, network)
	if err != nil || account.Id != marta.Id {
		t.Fatalf("got %v, %v, want Marta's account", account, err)
	}
	if f.links(marta) != 1 || f.emails("identity_connected") != 1 {
		t.Errorf("got %d connections and %d emails, want one of each", f.links(marta), f.emails("identity_connected"))
	}

	// From then on the subject counts, whatever address the provider has.
	account, err = identities.SignIn(f.app, f.identity(user("m1", "other@halation.example", false), nil), network)
	if err != nil || account.Id != marta.Id {
		t.Fatalf("after a change of the address at the provider: got %v, %v, want Marta's account", account, err)
	}
	if f.links(marta) != 1 {
		t.Errorf("got %d connections, want 1", f.links(marta))
	}
}

func TestSignIn_UnverifiedAddress_IsRefused(t *testing.T) {
	f := newFixture(t, func(c *settings.Config) { c.SignUp = "open" })
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	for _, who := range []*mockoidc.MockUser{user("x", "marta@halation.example", false), user("x", "new@halation.example", false), user("x", "", true)} {
		_, err := identities.SignIn(f.app, f.identity(who, nil), network)
		hookstest.AssertCode(t, who.Email, err, identities.CodeNoEmail)
	}
	if f.links(marta) != 0 || hookstest.Count(t, f.app, "users") != 1 {
		t.Error("an unverified address connected or created an account")
	}
}

func TestSignIn_UnconfirmedAccount_IsTakenOver(t *testing.T) {
	f := newFixture(t, nil)
	hookstest.Account(t, f.app, "marta@halation.example")
	squatter, err := accounts.New(f.app, accounts.Params{Email: "nora@client.example", Name: "Not Nora", Password: "correct horse battery"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.app.Save(squatter); err != nil {
		t.Fatal(err)
	}
	account, err := identities.SignIn(f.app, f.identity(user("n1", "nora@client.example", true), nil), network)
	if err != nil || account.Id != squatter.Id {
		t.Fatalf("got %v, %v, want the account", account, err)
	}
	stored := hookstest.FindRecord(t, f.app, "users", squatter.Id)
	if !stored.Verified() || stored.ValidatePassword("correct horse battery") || stored.TokenKey() == squatter.TokenKey() || accounts.StoredName(stored) == "Not Nora" {
		t.Error("the account keeps what was entered before its owner came")
	}
}

func TestSignIn_WithoutAccount_FollowsWhoMaySignUp(t *testing.T) {
	f := newFixture(t, nil)
	first := f.identity(user("l0", "luis@halation.example", true), nil)
	_, err := identities.SignIn(f.app, first, network)
	hookstest.AssertCode(t, "the first account", err, identities.CodeNoAccount)

	marta := hookstest.Account(t, f.app, "marta@halation.example")
	team := hookstest.Team(t, f.app, marta, "Halation Post", "pro")
	luis := f.identity(user("l1", "luis@halation.example", true), nil)
	_, err = identities.SignIn(f.app, luis, network)
	hookstest.AssertCode(t, "without an invitation", err, identities.CodeNoAccount)
	revoked := hookstest.Invite(t, f.app, marta, team, "luis@halation.example", "organizer")
	hookstest.Exec(t, f.app, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": revoked.ID})
	_, err = identities.SignIn(f.app, luis, network)
	hookstest.AssertCode(t, "with an expired invitation", err, identities.CodeNoAccount)

	hookstest.Invite(t, f.app, marta, team, "luis@halation.example", "organizer")
	account, err := identities.SignIn(f.app, luis, network)
	if err != nil || account.Email() != "luis@halation.example" || !account.Verified() {
		t.Fatalf("with an invitation: got %v, %v, want a confirmed account", account, err)
	}
}

// Someone who was invited only to a session can create the account that they join it with.
func TestSignIn_InvitedToSession_CreatesAnAccount(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	team := hookstest.Team(t, f.app, marta, "Halation Post", "unlimited")
	signIn := func(what string, who *mockoidc.MockUser, code string) {
		t.Helper()
		_, err := identities.SignIn(f.app, f.identity(who, nil), network)
		hookstest.AssertCode(t, what, err, code)
	}
	signIn("before", user("n1", "nora@client.example", true), identities.CodeNoAccount)
	session := hookstest.ScheduleSession(t, f.app, marta, team, sessions.Form{Guests: []string{"nora@client.example", "ben@client.example", "late@client.example", "out@client.example"}})
	signIn("an unverified address", user("n1", "nora@client.example", false), identities.CodeNoEmail)
	signIn("another address", user("n1", "nora@private.example", true), identities.CodeNoAccount)
	signIn("the address", user("n1", "Nora@client.example", true), "")

	hookstest.Exec(t, f.app, "UPDATE participants SET state = 'out' WHERE email = 'out@client.example'", nil)
	signIn("removed from the session", user("o1", "out@client.example", true), identities.CodeNoAccount)
	hookstest.Exec(t, f.app, "UPDATE sessions SET status = 'running' WHERE id = {:id}", dbx.Params{"id": session.Id})
	signIn("while it runs", user("b1", "ben@client.example", true), "")
	hookstest.Exec(t, f.app, "UPDATE sessions SET status = 'ended' WHERE id = {:id}", dbx.Params{"id": session.Id})
	signIn("after its end", user("l1", "late@client.example", true), identities.CodeNoAccount)
	if n := hookstest.Count(t, f.app, "users"); n != 3 {
		t.Errorf("got %d accounts, want Marta's and two new ones", n)
	}
}

func TestSignIn_OpenSignUp_CreatesAnAccount(t *testing.T) {
	f := newFixture(t, func(c *settings.Config) { c.SignUp = "open" })
	hookstest.Account(t, f.app, "marta@halation.example")
	identity := f.identity(user("l1", "luis@halation.example", true), nil)
	identity.Name = strings.Repeat("ü", 200) // longer than a name may be
	account, err := identities.SignIn(f.app, identity, network)
	if err != nil || f.links(account) != 1 {
		t.Fatal(account, err)
	}
}

// TestSignIn_Concurrent_ConnectsOnce signs in twice with an identity that isn't connected yet.
func TestSignIn_Concurrent_ConnectsOnce(t *testing.T) {
	f := newFixture(t, func(c *settings.Config) { c.SignUp = "open" })
	hookstest.Account(t, f.app, "marta@halation.example")
	identity := f.identity(user("l1", "luis@halation.example", true), nil)
	hookstest.SlowWrites(f.app, "users", core.CollectionNameExternalAuths)
	ids := make([]string, 4)
	results := hookstest.Race(len(ids), func(i int) error {
		account, err := identities.SignIn(f.app, identity, network)
		if err == nil {
			ids[i] = account.Id
		}
		return err
	})
	if won := hookstest.CountSucceeded(t, results); won != len(ids) {
		t.Errorf("%d sign-ins succeeded, want %d", won, len(ids))
	}
	if n := hookstest.Count(t, f.app, "users"); n != 2 {
		t.Errorf("got %d accounts, want 2", n)
	}
	if n := hookstest.Count(t, f.app, core.CollectionNameExternalAuths); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
}

func TestFinish_UsedTwiceOrForged_IsRefused(t *testing.T) {
	f := newFixture(t, nil)
	code, state := f.visit(user("m1", "marta@halation.example", true), nil)
	_, _, err := identities.Finish(f.app, settings.ProviderOIDC, "forged", code)
	hookstest.AssertCode(t, "a forged state", err, identities.CodeExpired)
	_, _, err = identities.Finish(f.app, settings.ProviderOIDC, "", code)
	hookstest.AssertCode(t, "no state", err, identities.CodeExpired)
	if _, _, err := identities.Finish(f.app, settings.ProviderOIDC, state, code); err != nil {
		t.Fatal(err)
	}
	_, _, err = identities.Finish(f.app, settings.ProviderOIDC, state, code)
	hookstest.AssertCode(t, "again", err, identities.CodeExpired)

	_, state = f.visit(user("m1", "marta@halation.example", true), nil)
	_, _, err = identities.Finish(f.app, settings.ProviderOIDC, state, "another code")
	hookstest.AssertCode(t, "a forged code", err, identities.CodeUnreachable)
	_, state = f.visit(user("m1", "marta@halation.example", true), nil)
	_, _, err = identities.Finish(f.app, settings.ProviderGitHub, state, "code")
	hookstest.AssertCode(t, "the address of another provider", err, identities.CodeExpired)
}

func TestStart_ProviderDown_SaysSo(t *testing.T) {
	f := newFixture(t, nil)
	if err := f.provider.Shutdown(); err != nil {
		t.Fatal(err)
	}
	_, _, err := identities.Start(f.app, settings.ProviderOIDC, "/", nil, network)
	hookstest.AssertCode(t, "a provider that is down", err, identities.CodeUnreachable)
	_, _, err = identities.Start(f.app, settings.ProviderGoogle, "/", nil, network)
	if err != errs.ErrNotFound {
		t.Errorf("a provider that isn't set up: got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestStart_Provider_IsAskedAtItsOwnAddress(t *testing.T) {
	f := newFixture(t, func(c *settings.Config) {
		c.Providers = append(c.Providers,
			settings.Provider{Key: settings.ProviderGoogle, Name: "Google", ClientID: "id", ClientSecret: "secret"},
			settings.Provider{Key: settings.ProviderMicrosoft, Name: "Microsoft", ClientID: "id", ClientSecret: "secret", Tenant: "halation.example"},
			settings.Provider{Key: settings.ProviderGitHub, Name: "GitHub", ClientID: "id", ClientSecret: "secret"})
	})
	for key, want := range map[string]string{
		settings.ProviderGoogle:    "https://accounts.google.com/",
		settings.ProviderMicrosoft: "https://login.microsoftonline.com/halation.example/",
		settings.ProviderGitHub:    "https://github.com/login/oauth/",
	} {
		address, state, err := identities.Start(f.app, key, "/", nil, network)
		if err != nil || !strings.HasPrefix(address, want) {
			t.Errorf("%s: got %q, %v, want %s…", key, address, err, want)
			continue
		}
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		query := parsed.Query()
		if query.Get("state") != state || query.Get("code_challenge_method") != "S256" || query.Get("redirect_uri") != "http://usher.test/signin/with/"+key+"/callback" {
			t.Errorf("%s: got %v, want the state, PKCE and the callback", key, query)
		}
	}
}

func TestConnect_SignedInAccount(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	eve := hookstest.Account(t, f.app, "eve@halation.example")
	mine := f.identity(user("m1", "private@mail.example", false), marta)
	if err := identities.Connect(f.app, marta, mine, network); err != nil {
		t.Fatal(err)
	}
	if err := identities.Connect(f.app, marta, mine, network); err != nil || f.links(marta) != 1 {
		t.Errorf("again: got %v and %d connections, want one", err, f.links(marta))
	}
	hookstest.AssertCode(t, "another account", identities.Connect(f.app, eve, mine, network), identities.CodeTaken)
	if err := identities.Connect(f.app, marta, f.identity(user("m2", "", false), marta), network); err != nil || f.links(marta) != 1 {
		t.Errorf("another identity: got %v and %d connections, want it to take the place of the first", err, f.links(marta))
	}
	if account, err := identities.SignIn(f.app, f.identity(user("m2", "", false), nil), network); err != nil || account.Id != marta.Id {
		t.Errorf("sign in: got %v, %v, want Marta", account, err)
	}
	if err := identities.Disconnect(f.app, marta, settings.ProviderOIDC, network); err != nil || f.emails("identity_disconnected") != 1 {
		t.Errorf("disconnect: got %v and %d emails, want one", err, f.emails("identity_disconnected"))
	}
	if err := identities.Disconnect(f.app, marta, settings.ProviderOIDC, network); err != errs.ErrNotFound {
		t.Errorf("disconnect again: got %v, want %v", err, errs.ErrNotFound)
	}
	_, err := identities.SignIn(f.app, f.identity(user("m2", "", false), nil), network)
	hookstest.AssertCode(t, "sign in after that", err, identities.CodeNoEmail)
}

func TestConfirm_WrongPassword_IsRefused(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	provider := settings.Of(f.app).Providers[0]
	hookstest.AssertCode(t, "a wrong password", identities.Confirm(f.app, marta, provider, "wrong password here", network), accounts.CodeBadSignIn)
	if err := identities.Confirm(f.app, marta, provider, hookstest.Password, network); err != nil {
		t.Errorf("the right password: got %v, want no error", err)
	}
}

func TestList_ProviderNoLongerSetUp_StaysVisible(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	gone := identities.Identity{Provider: settings.Provider{Key: settings.ProviderGitHub, Name: "GitHub"}, Subject: "7"}
	if err := identities.Connect(f.app, marta, gone, network); err != nil {
		t.Fatal(err)
	}
	list, err := identities.List(f.app, marta)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if !list[0].Available || !list[0].Since.IsZero() || list[1].Available || list[1].Provider.Name != "GitHub" || time.Since(list[1].Since) > time.Minute {
		t.Errorf("got %+v, want one to connect and one that is connected", list)
	}
}

func TestDeleteAccount_EndsConnections(t *testing.T) {
	f := newFixture(t, nil)
	marta := hookstest.Account(t, f.app, "marta@halation.example")
	if err := identities.Connect(f.app, marta, f.identity(user("m1", "", false), marta), network); err != nil {
		t.Fatal(err)
	}
	if err := f.app.Delete(marta); err != nil {
		t.Fatal(err)
	}
	if f.links(marta) != 0 {
		t.Error("the connection outlives the account")
	}
}

package passkeys_test

import (
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/passkeys"
	"usher/hooks/tools/errs"
)

const (
	network = "192.0.2.1"
	address = "https://usher.example.org"
)

// fixture is a server with an account and a device that can hold a passkey.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	account *core.Record
	party   virtualwebauthn.RelyingParty
	device  virtualwebauthn.Authenticator
	key     virtualwebauthn.Credential
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	config := hookstest.Config()
	config.URL = address
	f := &fixture{T: t, app: hookstest.NewAppWith(t, config), party: virtualwebauthn.RelyingParty{Name: "Usher", ID: "usher.example.org", Origin: address}}
	f.account = hookstest.Account(t, f.app, "marta@halation.example")
	f.device = virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(f.account.Id)})
	f.key = newKey()
	return f
}

// newKey returns a new key pair. Of one in 128, the library encodes a number without its leading zero, which isn't valid.
func newKey() virtualwebauthn.Credential {
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(key.Key.AttestationData()) == 77 { // with two numbers of 32 bytes
			return key
		}
	}
}

// create returns the token of a new ceremony and what the device answers.
func (f *fixture) create() (token, answer string) {
	f.Helper()
	ceremony, err := passkeys.BeginAdding(f.app, f.account, hookstest.Password, network)
	if err != nil {
		f.Fatal(err)
	}
	options, err := virtualwebauthn.ParseAttestationOptions(ceremony.Options)
	if err != nil {
		f.Fatal(err)
	}
	return ceremony.Token, virtualwebauthn.CreateAttestationResponse(f.party, f.device, f.key, *options)
}

func (f *fixture) add() *passkeys.Passkey {
	f.Helper()
	token, answer := f.create()
	added, err := passkeys.Add(f.app, f.account, token, answer, "Chrome on Linux", network)
	if err != nil {
		f.Fatal(err)
	}
	f.device.AddCredential(f.key)
	return added
}

// get returns the token of a new sign-in and what the device answers.
func (f *fixture) get() (token, answer string) {
	f.Helper()
	ceremony, err := passkeys.BeginSignIn(f.app, network)
	if err != nil {
		f.Fatal(err)
	}
	options, err := virtualwebauthn.ParseAssertionOptions(ceremony.Options)
	if err != nil {
		f.Fatal(err)
	}
	f.key.Counter++
	return ceremony.Token, virtualwebauthn.CreateAssertionResponse(f.party, f.device, f.key, *options)
}

func TestSignIn_WithPasskey(t *testing.T) {
	f := newFixture(t)
	added := f.add()
	if added.Name() != "Chrome on Linux" || !added.Used().IsZero() {
		t.Errorf("got %q, used %s, want an unused one of Chrome on Linux", added.Name(), added.Used())
	}
	for range 2 {
		token, answer := f.get()
		account, err := passkeys.SignIn(f.app, token, answer, network)
		if err != nil || account.Id != f.account.Id {
			t.Fatalf("got %v, %v, want the account", account, err)
		}
		_, err = passkeys.SignIn(f.app, token, answer, network)
		hookstest.AssertCode(t, "the same answer again", err, passkeys.CodeExpired)
	}
	list, err := passkeys.List(f.app, f.account)
	if err != nil || len(list) != 1 || list[0].Used().IsZero() {
		t.Errorf("got %v, %v, want one that was used", list, err)
	}
	if n := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"kind": "passkey_added"}); n != 1 {
		t.Errorf("got %d emails about the new passkey, want 1", n)
	}
}

func TestSignIn_AnswerThatDoesNotHold_IsRefused(t *testing.T) {
	f := newFixture(t)
	f.add()
	sign := func(what string, change func(f *fixture)) {
		other := *f
		change(&other)
		token, answer := other.get()
		_, err := passkeys.SignIn(f.app, token, answer, network)
		hookstest.AssertCode(t, what, err, passkeys.CodeRefused)
	}
	sign("another site", func(f *fixture) { f.party.Origin = "https://usher.example.net" })
	sign("the ID of another site", func(f *fixture) { f.party.ID = "usher.example.net" })
	sign("another key with the same ID", func(f *fixture) { f.key.Key = newKey().Key })
	sign("an unknown passkey", func(f *fixture) { f.key = newKey() })
	sign("a device that didn't verify its user", func(f *fixture) { f.device.Options.UserNotVerified = true })
	sign("the handle of another account", func(f *fixture) { f.device.Options.UserHandle = []byte("another") })

	token, _ := f.get()
	_, answer := f.get()
	_, err := passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "the answer to another challenge", err, passkeys.CodeRefused)
	token, _ = f.get()
	_, err = passkeys.SignIn(f.app, token, "{}", network)
	hookstest.AssertCode(t, "no answer", err, passkeys.CodeRefused)
	_, err = passkeys.SignIn(f.app, "forged", answer, network)
	hookstest.AssertCode(t, "a forged token", err, passkeys.CodeExpired)
}

func TestSignIn_CounterWentBack_IsRefused(t *testing.T) {
	f := newFixture(t)
	f.add()
	f.key.Counter = 7
	token, answer := f.get()
	if _, err := passkeys.SignIn(f.app, token, answer, network); err != nil {
		t.Fatal(err)
	}
	f.key.Counter = 3
	token, answer = f.get()
	_, err := passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "a copy of the key", err, passkeys.CodeRefused)
}

// unconfirm makes the address of the account unconfirmed again, as a server administrator can.
func (f *fixture) unconfirm() *core.Record {
	f.Helper()
	account := hookstest.FindRecord(f, f.app, "users", f.account.Id)
	account.SetVerified(false)
	if err := f.app.Save(account); err != nil {
		f.Fatal(err)
	}
	return account
}

func TestSignIn_UnconfirmedAccount_IsRefused(t *testing.T) {
	f := newFixture(t)
	f.add()
	f.unconfirm()
	token, answer := f.get()
	_, err := passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "an unconfirmed account", err, accounts.CodeUnverified)
}

// The account of a passkey is deleted; another one may have its address.
func TestSignIn_DeletedAccount_IsRefused(t *testing.T) {
	f := newFixture(t)
	f.add()
	begun, answered := f.get()
	if err := f.app.Delete(hookstest.FindRecord(t, f.app, "users", f.account.Id)); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, f.app, "passkeys"); n != 0 {
		t.Errorf("got %d passkeys of a deleted account, want none", n)
	}
	hookstest.Account(t, f.app, f.account.Email())
	_, err := passkeys.SignIn(f.app, begun, answered, network)
	hookstest.AssertCode(t, "begun before", err, passkeys.CodeRefused)
	token, answer := f.get()
	_, err = passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "begun after", err, passkeys.CodeRefused)
}

// Someone else may have had the account before the owner of its address confirmed it.
func TestTakeOver_RemovesPasskeys(t *testing.T) {
	f := newFixture(t)
	f.add()
	account := f.unconfirm()
	if n := hookstest.Count(t, f.app, "passkeys"); n != 1 {
		t.Errorf("got %d passkeys before, want 1", n)
	}
	link, err := account.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(f.app, accounts.ResetForm{Token: link, Password: "copper velvet harbour cloud", Name: "Marta"}); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, f.app, "passkeys"); n != 0 {
		t.Errorf("got %d passkeys after, want none", n)
	}
	token, answer := f.get()
	_, err = passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "the passkey", err, passkeys.CodeRefused)
}

// TestSignIn_Concurrent_AnswerWorksOnce sends one answer several times at once.
func TestSignIn_Concurrent_AnswerWorksOnce(t *testing.T) {
	f := newFixture(t)
	f.add()
	token, answer := f.get()
	hookstest.SlowWrites(f.app, "passkeys")
	results := hookstest.Race(4, func(int) error {
		_, err := passkeys.SignIn(f.app, token, answer, network)
		return err
	})
	if won := hookstest.CountSucceeded(t, results, passkeys.CodeExpired); won != 1 {
		t.Errorf("%d sign-ins succeeded, want 1", won)
	}
}

func TestAdd_Refused(t *testing.T) {
	f := newFixture(t)
	_, err := passkeys.BeginAdding(f.app, f.account, "wrong password here", network)
	hookstest.AssertCode(t, "a wrong password", err, accounts.CodeBadSignIn)

	token, answer := f.create()
	eve := hookstest.Account(t, f.app, "eve@halation.example")
	_, err = passkeys.Add(f.app, eve, token, answer, "Chrome on Linux", network)
	hookstest.AssertCode(t, "another account", err, passkeys.CodeRefused)

	token, answer = f.create()
	if _, err := passkeys.Add(f.app, f.account, token, answer, "Chrome on Linux", network); err != nil {
		t.Fatal(err)
	}
	_, err = passkeys.Add(f.app, f.account, token, answer, "Chrome on Linux", network)
	hookstest.AssertCode(t, "the same answer again", err, passkeys.CodeExpired)
	token, _ = f.create()
	_, err = passkeys.Add(f.app, f.account, token, "not JSON", "Chrome on Linux", network)
	hookstest.AssertCode(t, "no answer", err, passkeys.CodeRefused)
}

func TestAdd_MoreThanMax_IsRefused(t *testing.T) {
	f := newFixture(t)
	for range passkeys.Max {
		f.key = newKey()
		f.add()
	}
	_, err := passkeys.BeginAdding(f.app, f.account, hookstest.Password, network)
	hookstest.AssertCode(t, "one more", err, passkeys.CodeFull)
}

func TestRemove_OwnPasskey(t *testing.T) {
	f := newFixture(t)
	added := f.add()
	eve := hookstest.Account(t, f.app, "eve@halation.example")
	if _, err := passkeys.Remove(f.app, eve, added.Id, network); err != errs.ErrNotFound {
		t.Errorf("another account: got %v, want %v", err, errs.ErrNotFound)
	}
	if _, err := passkeys.Remove(f.app, f.account, added.Id, network); err != nil {
		t.Fatal(err)
	}
	token, answer := f.get()
	_, err := passkeys.SignIn(f.app, token, answer, network)
	hookstest.AssertCode(t, "a removed passkey", err, passkeys.CodeRefused)
}

func TestAvailable_NeedsAHostNameAndHTTPS(t *testing.T) {
	for url, want := range map[string]bool{
		"https://usher.example.org": true, "http://localhost:8090": true, "http://usher.example.org": false, "https://192.0.2.7": false, "http://127.0.0.1:8090": false,
	} {
		config := hookstest.Config()
		config.URL = url
		app := hookstest.NewAppWith(t, config)
		if got := passkeys.Available(app); got != want {
			t.Errorf("%s: got %t, want %t", url, got, want)
		}
		_, err := passkeys.BeginSignIn(app, network)
		if refused := errs.Code(err) == passkeys.CodeOff; refused == want {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

package twofactors_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/twofactors"
)

func countWarnings(t *testing.T, app core.App) int {
	t.Helper()
	return hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "wrong_codes"})
}

func TestSignIn_WrongCodes_WarnTheOwnerOnce(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	used := two.Code(t)
	hookstest.AssertCode(t, "the right code", signIn(app, ada, used), "")
	// Authenticator codes, recovery codes and replayed codes count together, from whatever network.
	for n, code := range []string{two.WrongCode(t), "aaaa-bbbb-cccc-dddd", used, two.WrongCode(t), two.WrongCode(t), two.WrongCode(t), two.WrongCode(t)} {
		if _, err := twofactors.SignIn(app, ada, "", code, fmt.Sprintf("192.0.2.%d", n)); err == nil {
			t.Fatalf("code %d signed in", n)
		}
		want := 0
		if n >= 4 {
			want = 1
		}
		if got := countWarnings(t, app); got != want {
			t.Errorf("got %d emails after %d wrong codes, want %d", got, n+1, want)
		}
	}
	hookstest.AssertCode(t, "a recovery code after that", signIn(app, ada, two.Recovery[0]), "")
	if ben := hookstest.Account(t, app, "ben@x.example"); hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "wrong_codes", "about": ben.Id}) != 0 {
		t.Error("someone else got an email")
	}
}

func TestSignIn_WrongCodesConcurrently_SendOneEmail(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	hookstest.Race(9, func(int) error { return signIn(app, ada, two.WrongCode(t)) })
	if n := countWarnings(t, app); n != 1 {
		t.Errorf("got %d emails, want 1", n)
	}
}

// Someone who is signed in on a stolen device and knows the password tries to turn it off.
func TestDisable_WrongCodes_WarnTheOwner(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	for range 5 {
		err := twofactors.Disable(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.WrongCode(t)})
		hookstest.AssertCode(t, "a wrong code", err, twofactors.CodeWrongCode)
	}
	if n := countWarnings(t, app); n != 1 {
		t.Errorf("got %d emails, want 1", n)
	}
}

func TestEnable_WrongCodes_WarnNoOne(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	if err := twofactors.Begin(app, ada); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		_, err := twofactors.Enable(app, ada, nil, twofactors.Form{Password: hookstest.Password, Code: "123 45"})
		hookstest.AssertCode(t, "a mistyped code", err, twofactors.CodeWrongCode)
	}
	if n := countWarnings(t, app); n != 0 {
		t.Errorf("got %d emails during the setup, want none", n)
	}
}

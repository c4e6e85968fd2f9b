package twofactors_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/twofactors"
)

func TestSignIn_SameCodeConcurrently_OneWins(t *testing.T) {
	for _, what := range []string{"authenticator code", "recovery code"} {
		app := hookstest.NewApp(t)
		ada := hookstest.Account(t, app, "ada@x.example")
		two := hookstest.EnableTwoFactors(t, app, ada)
		code := two.Code(t)
		if what == "recovery code" {
			code = two.Recovery[0]
		}
		hookstest.SlowWrites(app, "authenticators")
		results := hookstest.Race(5, func(int) error { return signIn(app, ada, code) })
		if won := hookstest.CountSucceeded(t, results, twofactors.CodeUsedCode, twofactors.CodeWrongCode); won != 1 {
			t.Errorf("%s: got %d sign-ins, want 1", what, won)
		}
	}
}

// The control: outside of a transaction, both compare the code before either has used it up.
func TestSignIn_WithoutTransaction_BothWin(t *testing.T) {
	for _, what := range []string{"authenticator code", "recovery code"} {
		app := hookstest.NewApp(t)
		ada := hookstest.Account(t, app, "ada@x.example")
		two := hookstest.EnableTwoFactors(t, app, ada)
		code := two.Code(t)
		if what == "recovery code" {
			code = two.Recovery[0]
		}
		var read sync.WaitGroup
		read.Add(2)
		results := hookstest.Race(2, func(int) error {
			a, err := twofactors.Find(app, ada.Id)
			read.Done()
			read.Wait()
			if err != nil {
				return err
			}
			_, err = a.Spend(app, code, time.Now())
			return err
		})
		if won := hookstest.CountSucceeded(t, results); won != 2 {
			t.Errorf("%s: got %d sign-ins without the transaction, want the fault that the race shows", what, won)
		}
	}
}

func TestEnable_Concurrent_OneWins(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	if err := twofactors.Begin(app, ada); err != nil {
		t.Fatal(err)
	}
	setup, err := twofactors.FindSetup(app, ada.Id)
	if err != nil {
		t.Fatal(err)
	}
	key, err := setup.Key(app, ada)
	if err != nil {
		t.Fatal(err)
	}
	code := hookstest.TwoFactors{Secret: strings.ReplaceAll(key.Secret, " ", "")}.Code(t)
	hookstest.SlowWrites(app, "authenticators", "users")
	results := hookstest.Race(3, func(int) error {
		account := hookstest.FindRecord(t, app, "users", ada.Id)
		_, err := twofactors.Enable(app, account, nil, twofactors.Form{Password: hookstest.Password, Code: code})
		return err
	})
	if won := hookstest.CountSucceeded(t, results, "setup_expired", "bad_credentials"); won != 1 {
		t.Errorf("got %d setups that won, want 1", won)
	}
}

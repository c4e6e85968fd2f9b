package accounts_test

import (
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/record"
)

func TestOnlyFailedSignInsCount(t *testing.T) {
	app := hookstest.New(t)
	hookstest.Person(t, app, "ada@x.example")
	for n := range 25 {
		if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, "192.0.2.1"); err != nil {
			t.Fatalf("sign-in %d: %v", n+1, err)
		}
	}
}

func TestAKnownDeviceKeepsItsOwnAllowance(t *testing.T) {
	app := hookstest.New(t)
	hookstest.Person(t, app, "ada@x.example")
	device, err := accounts.RememberDevice(app, "", "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := accounts.RememberDevice(app, "", "mallory@x.example")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_, err := accounts.SignIn(app, "ada@x.example", other, "192.0.2.1")
		hookstest.Refused(t, "a wrong password", err, accounts.CodeBadSignIn)
	}
	for what, value := range map[string]string{"no device": "", "another account's device": foreign, "a made-up device": device + "x"} {
		_, err := accounts.SignInOn(app, value, "ada@x.example", hookstest.Password, "192.0.2.1")
		hookstest.Refused(t, what, err, record.CodeTooMany)
		if !strings.Contains(err.Error(), "Try again in ") || !strings.Contains(err.Error(), "reset your password") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := accounts.SignInOn(app, device, " ADA@x.example", hookstest.Password, "192.0.2.1"); err != nil {
		t.Errorf("the known device: %v", err)
	}
	for range 10 {
		_, err := accounts.SignInOn(app, device, "ada@x.example", other, "192.0.2.1")
		hookstest.Refused(t, "a wrong password on the known device", err, accounts.CodeBadSignIn)
	}
	_, err = accounts.SignInOn(app, device, "ada@x.example", hookstest.Password, "192.0.2.1")
	hookstest.Refused(t, "the known device after ten failures", err, record.CodeTooMany)
}

func TestParallelFailuresDoNotExceedTheLimit(t *testing.T) {
	app := hookstest.New(t)
	hookstest.Person(t, app, "ada@x.example")
	for _, address := range []string{"ada@x.example", "unknown@x.example"} {
		results := hookstest.Race(30, func(int) error {
			_, err := accounts.SignIn(app, address, other, "192.0.2.1")
			return err
		})
		checked := 0
		for _, err := range results {
			if record.Code(err) == accounts.CodeBadSignIn {
				checked++
			}
		}
		if checked != 10 {
			t.Errorf("%s: %d of 30 passwords were checked, want 10", address, checked)
		}
	}
}

package twofactors_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/administrators"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
	"usher/hooks/twofactors"
)

// signIn takes the second step of a sign-in.
func signIn(app core.App, account *core.Record, code string) error {
	_, err := twofactors.SignIn(app, account, "", code, "192.0.2.1")
	return err
}

func isOn(t *testing.T, app core.App, account *core.Record) bool {
	t.Helper()
	on, err := actors.HasTwoFactors(app, account.Id)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

func TestEnable_RequiresPasswordAndCode(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	_, err := twofactors.Enable(app, ada, nil, twofactors.Form{Password: hookstest.Password, Code: "123456"})
	hookstest.AssertCode(t, "without a setup", err, "setup_expired")
	if err := twofactors.Begin(app, ada); err != nil {
		t.Fatal(err)
	}
	_, err = twofactors.Enable(app, ada, nil, twofactors.Form{Password: "not the password", Code: "123456"})
	hookstest.AssertCode(t, "a wrong password", err, accounts.CodeBadSignIn)
	_, err = twofactors.Enable(app, ada, nil, twofactors.Form{Password: hookstest.Password, Code: "12345"})
	hookstest.AssertCode(t, "no code of an app", err, twofactors.CodeWrongCode)
	if isOn(t, app, ada) {
		t.Error("got two-factor authentication on before a right code")
	}
	hookstest.Exec(t, app, "UPDATE authenticators SET created = '2026-01-01 00:00:00.000Z'", nil)
	_, err = twofactors.Enable(app, ada, nil, twofactors.Form{Password: hookstest.Password, Code: "123456"})
	hookstest.AssertCode(t, "an old setup", err, "setup_expired")

	two := hookstest.EnableTwoFactors(t, app, ada)
	if !isOn(t, app, ada) || len(two.Recovery) != 10 {
		t.Errorf("got on %t with %d recovery codes, want on with 10", isOn(t, app, ada), len(two.Recovery))
	}
	hookstest.AssertCode(t, "another setup", twofactors.Begin(app, ada), "unchanged")
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "two_factors_on"}); n != 1 {
		t.Errorf("got %d emails, want 1", n)
	}
}

// Other devices signed in with one factor.
func TestEnable_SignsOutOtherDevices(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	hookstest.EnableTwoFactors(t, app, ada)
	if _, _, err := accounts.FindLogin(app, secret); err == nil {
		t.Error("got the other device still signed in")
	}
	if _, err := app.FindAuthRecordByToken(token, core.TokenTypeAuth); err == nil {
		t.Error("got the API token still valid")
	}
}

func TestEnable_StoresNoSecretInClearText(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	row := hookstest.QueryRows(t, app, "SELECT secret || recovery FROM authenticators")[0]
	for _, secret := range append(two.Recovery, two.Secret, strings.ReplaceAll(two.Recovery[0], "-", "")) {
		if strings.Contains(row, secret) {
			t.Errorf("got %s stored in clear text", secret)
		}
	}
	other := hookstest.Account(t, app, "ben@x.example")
	hookstest.Exec(t, app, "UPDATE authenticators SET user = {:other}", dbx.Params{"other": other.Id})
	hookstest.AssertCode(t, "the secret moved to another account", signIn(app, other, two.Code(t)), "authenticator_unreadable")
	hookstest.AssertCode(t, "a recovery code, which needs no key", signIn(app, other, two.Recovery[0]), "")
}

func TestSignIn_CodeWorksOnceWithinTolerance(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	now := time.Now()
	code := two.CodeAt(t, now)
	hookstest.AssertCode(t, "a wrong code", signIn(app, ada, two.WrongCode(t)), twofactors.CodeWrongCode)
	hookstest.AssertCode(t, "nothing", signIn(app, ada, ""), twofactors.CodeWrongCode)
	hookstest.AssertCode(t, "a code of two minutes ago", signIn(app, ada, two.CodeAt(t, now.Add(-2*time.Minute))), twofactors.CodeWrongCode)
	hookstest.AssertCode(t, "the code", signIn(app, ada, code[:3]+" "+code[3:]), "")
	hookstest.AssertCode(t, "the code again", signIn(app, ada, code), twofactors.CodeUsedCode)
	hookstest.AssertCode(t, "the code of the next step, from a fast clock", signIn(app, ada, two.CodeAt(t, now.Add(30*time.Second))), "")
	hookstest.AssertCode(t, "the first code after it", signIn(app, ada, code), twofactors.CodeUsedCode)
	for result, want := range map[string]int{"ok": 2, twofactors.CodeWrongCode: 3, twofactors.CodeUsedCode: 2} {
		if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.signin", "actor": ada.Id, "result": result}); n != want {
			t.Errorf("got %d entries with the result %s, want %d", n, result, want)
		}
	}
}

// After the server's clock was a year ahead for a while, codes work again.
func TestSignIn_ClockWasAhead_IsForgotten(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	hookstest.Exec(t, app, "UPDATE authenticators SET last_step = last_step + 1000000", nil)
	code := two.Code(t)
	hookstest.AssertCode(t, "the code", signIn(app, ada, code), "")
	hookstest.AssertCode(t, "the code again", signIn(app, ada, code), twofactors.CodeUsedCode)
}

func TestSignIn_RecoveryCode_WorksOnceAndIsReported(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	used, err := twofactors.SignIn(app, ada, "", " "+strings.ToUpper(two.Recovery[3])+" ", "192.0.2.1")
	if err != nil || !used.Recovery || used.Left != 9 {
		t.Errorf("got %+v, %v, want a recovery code with 9 left", used, err)
	}
	hookstest.AssertCode(t, "the code again", signIn(app, ada, two.Recovery[3]), twofactors.CodeWrongCode)
	for n, code := range two.Recovery {
		if n != 3 {
			hookstest.AssertCode(t, "another code", signIn(app, ada, code), "")
		}
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "recovery_code_used"}); n != 10 {
		t.Errorf("got %d emails, want 10", n)
	}
}

func TestNewRecoveryCodes_ReplaceOldOnes(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	_, err := twofactors.NewRecoveryCodes(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.WrongCode(t)})
	hookstest.AssertCode(t, "a wrong code", err, twofactors.CodeWrongCode)
	codes, err := twofactors.NewRecoveryCodes(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.Code(t)})
	if err != nil || len(codes) != 10 {
		t.Fatalf("got %d codes, %v, want 10", len(codes), err)
	}
	hookstest.AssertCode(t, "an old code", signIn(app, ada, two.Recovery[0]), twofactors.CodeWrongCode)
	hookstest.AssertCode(t, "a new code", signIn(app, ada, codes[0]), "")
}

func TestDisable_RequiresPasswordAndCode(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	hookstest.AssertCode(t, "a wrong password", twofactors.Disable(app, ada, twofactors.Form{Password: "not the password", Code: two.Code(t)}), accounts.CodeBadSignIn)
	hookstest.AssertCode(t, "a wrong code", twofactors.Disable(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.WrongCode(t)}), twofactors.CodeWrongCode)
	if !isOn(t, app, ada) {
		t.Fatal("got two-factor authentication off after refusals")
	}
	hookstest.AssertCode(t, "both", twofactors.Disable(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.Recovery[0]}), "")
	if isOn(t, app, ada) || hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "two_factors_off"}) != 1 {
		t.Error("got two-factor authentication on, or no email about it")
	}
	hookstest.AssertCode(t, "again", twofactors.Disable(app, ada, twofactors.Form{Password: hookstest.Password, Code: two.Recovery[1]}), "unchanged")
}

func TestDisableByAdministrator_IsRecordedAndEmailed(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	entry := func() error {
		return twofactors.DisableByAdministrator(app, ada, administrators.CommandEntry("account.two_factors.reset").WithTarget(ada.Id, ada.Email()))
	}
	hookstest.AssertCode(t, "already off", entry(), "unchanged")
	hookstest.EnableTwoFactors(t, app, ada)
	hookstest.AssertCode(t, "on", entry(), "")
	if isOn(t, app, ada) || hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "two_factors_off"}) != 1 ||
		hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.two_factors.reset", "target": ada.Id, "result": "ok"}) != 1 {
		t.Error("got two-factor authentication on, or no email or entry about it")
	}
}

// Someone who registered an address before its owner may have set up an app.
func TestTakeOver_DiscardsAuthenticator(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	hookstest.EnableTwoFactors(t, app, ada)
	hookstest.Exec(t, app, "UPDATE users SET verified = FALSE", nil)
	token, err := hookstest.FindRecord(t, app, "users", ada.Id).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: "copper velvet harbour cloud", Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, app, "authenticators"); n != 0 {
		t.Errorf("got %d authenticators, want none", n)
	}
}

func TestResetPassword_KeepsAuthenticator(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	hookstest.EnableTwoFactors(t, app, ada)
	token, err := ada.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: "copper velvet harbour cloud"}); err != nil {
		t.Fatal(err)
	}
	if !isOn(t, app, ada) {
		t.Error("got two-factor authentication off after a password reset")
	}
	if err := app.Delete(ada); err != nil || hookstest.Count(t, app, "authenticators") != 0 {
		t.Errorf("got %d authenticators of a deleted account, %v, want none", hookstest.Count(t, app, "authenticators"), err)
	}
}

func TestPendingSignIn_ExpiresWithKeyAndTampering(t *testing.T) {
	app := hookstest.NewApp(t)
	ada, ben := hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "ben@x.example")
	token, err := accounts.NewPendingSignIn(app, ada)
	if err != nil {
		t.Fatal(err)
	}
	if account, err := accounts.FindPendingSignIn(app, token); err != nil || account.Id != ada.Id {
		t.Errorf("got %v, %v, want the account", account, err)
	}
	parts := strings.Split(token, ".")
	for what, forged := range map[string]string{
		"another account": ben.Id + "." + parts[1] + "." + parts[2], "a later expiry": parts[0] + ".9" + parts[1] + "." + parts[2], "expired": parts[0] + ".1." + parts[2],
		"nothing": "", "one part": ada.Id, "no number": ada.Id + ".x." + parts[2],
	} {
		if _, err := accounts.FindPendingSignIn(app, forged); err == nil {
			t.Errorf("%s: got an account", what)
		}
	}
	if err := accounts.ChangePassword(app, ada, hookstest.Password, "copper velvet harbour cloud", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.FindPendingSignIn(app, token); err == nil {
		t.Error("got an account after a new password")
	}
}

func TestSignIn_ThousandTries_AreLimited(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, app, ada)
	device, err := accounts.RememberDevice(app, "", "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for range 1000 {
		count[errs.Code(signIn(app, ada, two.WrongCode(t)))]++
	}
	if count[twofactors.CodeWrongCode] != 10 || count[errs.CodeTooMany] != 990 {
		t.Errorf("got %v from one network, want 10 codes compared", count)
	}
	for n := range 1000 {
		_, err := twofactors.SignIn(app, ada, "", two.WrongCode(t), fmt.Sprintf("198.51.%d.%d", n/250, n%250))
		count[errs.Code(err)]++
	}
	if count[twofactors.CodeWrongCode] > 30 {
		t.Errorf("got %d codes compared from all networks, want 30 at most", count[twofactors.CodeWrongCode])
	}
	if _, err := twofactors.SignIn(app, ada, device, two.Code(t), "192.0.2.1"); err != nil {
		t.Errorf("the owner on a known device: %v", err)
	}
}

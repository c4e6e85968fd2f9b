package accounts_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

const desktop = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

var codePattern = regexp.MustCompile(`\n(\d{4} \d{4})\n`)

// requestCode requests a code and returns the secret of the request and the code in the email.
func requestCode(t *testing.T, app core.App, post *resendtest.Server, address string) (secret, code string) {
	t.Helper()
	secret, err := accounts.RequestCode(app, address, "", desktop, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	found := codePattern.FindStringSubmatch(post.WaitFor(t, address).Text)
	if found == nil {
		t.Fatal("no code in the email")
	}
	return secret, found[1]
}

// enterCode signs in with a code.
func enterCode(app core.App, secret, code string) error {
	_, err := accounts.SignInWithCode(app, "", secret, code, "192.0.2.1")
	return err
}

// wrongCode is a code other than the right one.
func wrongCode(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func TestSignInWithCode_WorksOnceInItsBrowser(t *testing.T) {
	app, post := newAppWithMail(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	if text := post.Emails()[0].Text; !strings.Contains(text, "Firefox on Linux") {
		t.Errorf("got the email %s, want it to name the browser", text)
	}
	hookstest.AssertCode(t, "in another browser", enterCode(app, accounts.NewSecret(), code), accounts.CodeCodeExpired)
	hookstest.AssertCode(t, "a wrong code", enterCode(app, secret, wrongCode(code)), accounts.CodeWrongCode)
	account, err := accounts.SignInWithCode(app, "", secret, strings.ReplaceAll(code, " ", "-"), "192.0.2.1")
	if err != nil || account.Id != ada.Id {
		t.Fatalf("got %v, %v, want the account", account, err)
	}
	hookstest.AssertCode(t, "a second time", enterCode(app, secret, code), accounts.CodeCodeExpired)
	for result, want := range map[string]int{"ok": 1, accounts.CodeWrongCode: 1} {
		if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.signin", "actor": ada.Id, "result": result}); n != want {
			t.Errorf("got %d entries with the result %s, want %d", n, result, want)
		}
	}
}

func TestRequestCode_StoresNeitherCodeNorSecret(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	row := hookstest.QueryRows(t, app, "SELECT request_hash || code_hash || email FROM signin_codes")
	digits := strings.ReplaceAll(code, " ", "")
	if len(row) != 1 || strings.Contains(row[0], digits) || strings.Contains(row[0], secret) || strings.Contains(row[0], accounts.Hash(digits)) {
		t.Errorf("got %v, want a keyed hash of the code and a hash of the secret", row)
	}
}

func TestRequestCode_UnknownAddress_LooksTheSame(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.Account(t, app, "ada@x.example")
	secret, err := accounts.RequestCode(app, "unknown@x.example", "", desktop, "192.0.2.1")
	if err != nil || secret == "" {
		t.Fatalf("got %q, %v, want a secret", secret, err)
	}
	known, _ := requestCode(t, app, post, "ada@x.example")
	for n := range 6 {
		a, b := enterCode(app, secret, "00000000"), enterCode(app, known, "x")
		if errs.Code(a) != errs.Code(b) || a.Error() != b.Error() || errs.Code(a) == "" {
			t.Errorf("wrong code %d: got %v for an unknown address and %v for a known one", n+1, a, b)
		}
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "signin_code"}); n != 1 {
		t.Errorf("got %d codes by email, want 1 to the known address", n)
	}
	_, err = accounts.RequestCode(app, "not an address", "", desktop, "192.0.2.1")
	hookstest.AssertCode(t, "a bad address", err, "bad_email")
}

// An account whose address isn't confirmed may have a stranger's password, so a code doesn't open it.
func TestRequestCode_UnconfirmedAddress_GetsConfirmation(t *testing.T) {
	app, post := newAppWithMail(t)
	newUnconfirmed(t, app, "ada@x.example")
	if _, err := accounts.RequestCode(app, "ada@x.example", "/teams", desktop, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	email := post.WaitFor(t, "ada@x.example")
	if link := post.FindLink(email, "/verify/"); !strings.Contains(link, "next=%2Fteams") || codePattern.MatchString(email.Text) {
		t.Errorf("got %s, want the confirmation link", email.Text)
	}
	if n := hookstest.Count(t, app, "signin_codes", dbx.HashExp{"user": ""}); n != 1 {
		t.Errorf("got %d requests without an account, want 1", n)
	}
}

func TestSignInWithCode_ExpiredReplacedOrChanged_IsRefused(t *testing.T) {
	app, post := newAppWithMail(t)
	for name, spoil := range map[string]func(*core.Record){
		"expired": func(*core.Record) {
			hookstest.Exec(t, app, "UPDATE signin_codes SET expires = {:past}", dbx.Params{"past": record.FormatTime(time.Now().Add(-time.Second))})
		},
		"newpassword": func(r *core.Record) {
			if err := accounts.ChangePassword(app, r, hookstest.Password, otherPassword, ""); err != nil {
				t.Fatal(err)
			}
		},
		"deleted": func(r *core.Record) {
			if err := app.Delete(r); err != nil {
				t.Fatal(err)
			}
		},
	} {
		account := hookstest.Account(t, app, name+"@x.example")
		secret, code := requestCode(t, app, post, name+"@x.example")
		spoil(account)
		hookstest.AssertCode(t, name, enterCode(app, secret, code), accounts.CodeCodeExpired)
	}
	if err := accounts.DeleteExpiredCodes(app); err != nil || hookstest.Count(t, app, "signin_codes") != 0 {
		t.Errorf("got %d requests after the cleanup, %v, want none", hookstest.Count(t, app, "signin_codes"), err)
	}
}

func TestSignInWithCode_ThousandTries_LockAfterFive(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	device, err := accounts.RememberDevice(app, "", "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]int{}
	for range 1000 {
		compared[errs.Code(enterCode(app, secret, wrongCode(code)))]++
	}
	if compared[accounts.CodeWrongCode] != 5 || compared[""] != 0 || compared[errs.CodeTooMany] < 900 {
		t.Errorf("got %v, want 5 wrong codes compared", compared)
	}
	_, err = accounts.SignInWithCode(app, device, secret, code, "198.51.100.7")
	hookstest.AssertCode(t, "the right code", err, accounts.CodeCodeLocked)
}

func TestRequestCode_IsRateLimited(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	request := func(address, from string) error {
		_, err := accounts.RequestCode(app, address, "", desktop, from)
		return err
	}
	for n := range 6 {
		hookstest.AssertCode(t, "a code", request("ada@x.example", "192.0.2.1"), "")
		hookstest.AssertCode(t, "a code to an unknown address", request("unknown@x.example", "192.0.2.1"), "")
		if n == 5 {
			hookstest.AssertCode(t, "one too many", request("Ada@x.example", "192.0.2.1"), errs.CodeTooMany)
			hookstest.AssertCode(t, "one too many to an unknown address", request("unknown@x.example", "192.0.2.1"), errs.CodeTooMany)
			hookstest.AssertCode(t, "from elsewhere", request("ada@x.example", "198.51.100.7"), "")
		}
	}
}

func TestSignInWithCode_Concurrent_OneWins(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	hookstest.SlowWrites(app, "signin_codes")
	results := hookstest.Race(5, func(int) error { return enterCode(app, secret, code) })
	if won := hookstest.CountSucceeded(t, results, accounts.CodeCodeExpired); won != 1 {
		t.Errorf("got %d sign-ins with one code, want 1", won)
	}
}

// The control: outside of a transaction, both compare the code before either deletes it.
func TestSignInWithCode_WithoutTransaction_BothWin(t *testing.T) {
	app, post := newAppWithMail(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	var read sync.WaitGroup
	read.Add(2)
	results := hookstest.Race(2, func(int) error {
		request, err := accounts.FindSignInCode(app, secret)
		read.Done()
		read.Wait()
		if err != nil {
			return err
		}
		refused, err := request.Try(app, ada, code)
		if err != nil {
			return nil // compared as right; the row is gone by now
		}
		return refused
	})
	if won := hookstest.CountSucceeded(t, results); won != 2 {
		t.Errorf("got %d sign-ins without the transaction, want the fault that the race shows", won)
	}
}

func TestSignInWithCode_ConcurrentWrongCodes_StayWithinLimit(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.Account(t, app, "ada@x.example")
	secret, code := requestCode(t, app, post, "ada@x.example")
	hookstest.SlowWrites(app, "signin_codes")
	compared := 0
	for _, err := range hookstest.Race(9, func(int) error { return enterCode(app, secret, wrongCode(code)) }) {
		if errs.Code(err) == accounts.CodeWrongCode {
			compared++
		}
	}
	if compared != 5 {
		t.Errorf("got %d codes compared, want 5", compared)
	}
}

func TestSignInWithCode_WrongCodes_WarnTheOwnerOnce(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "ada@x.example")
	for _, c := range []struct {
		address string
		want    int // emails about wrong codes since the start
	}{{"ada@x.example", 1}, {"ada@x.example", 1}, {"eve@x.example", 1}} { // there is no account for the last one
		secret, err := accounts.RequestCode(app, c.address, "", desktop, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			hookstest.AssertCode(t, c.address, enterCode(app, secret, "no code"), accounts.CodeWrongCode)
		}
		if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": "wrong_codes"}); n != c.want {
			t.Errorf("got %d emails after wrong codes for %s, want %d", n, c.address, c.want)
		}
	}
}

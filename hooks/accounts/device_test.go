package accounts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

// startLogin is a device of the account and the secret of its cookie.
func startLogin(t *testing.T, app core.App, account *core.Record, agent string) (string, *accounts.Login) {
	t.Helper()
	secret, err := accounts.StartLogin(app, account, agent, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	login, _, err := accounts.FindLogin(app, secret)
	if err != nil {
		t.Fatal(err)
	}
	return secret, login
}

func loginValid(app core.App, secret string) bool {
	_, _, err := accounts.FindLogin(app, secret)
	return err == nil
}

func TestLogin_Device(t *testing.T) {
	for agent, want := range map[string]string{
		firefox: "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":              "Edge on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                            "Chrome on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                      "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1":    "Safari on iPhone",
		"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.128 Mobile/15E148 Safari/604.1":     "Chrome on iPad",
		"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                             "Chrome on ChromeOS",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0":                        "Opera on Linux",
		"":                          "A browser",
		"Click http://evil.example": "A browser",
		"curl/8.5.0":                "A browser",
	} {
		app := &accounts.Login{Record: core.NewRecord(core.NewBaseCollection("logins"))}
		app.SetRaw("agent", agent)
		if got := app.Device(); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func TestDevices_ListsValidLogins(t *testing.T) {
	app := hookstest.NewApp(t)
	ada, eve := hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "eve@x.example")
	startLogin(t, app, eve, firefox)
	_, now := startLogin(t, app, ada, firefox)
	_, before := startLogin(t, app, ada, "")
	_, idle := startLogin(t, app, ada, "")
	_, old := startLogin(t, app, ada, "")
	seen := func(l *accounts.Login, column string, ago time.Duration) {
		hookstest.Exec(t, app, "UPDATE logins SET "+column+" = {:at} WHERE id = {:id}", dbx.Params{"at": record.FormatTime(time.Now().Add(-ago)), "id": l.Id})
	}
	seen(before, "seen", time.Hour)
	seen(idle, "seen", accounts.IdleApp+time.Minute)
	seen(old, "created", accounts.MaxLoginAge+time.Minute)
	devices, err := accounts.Devices(app, ada)
	if err != nil || len(devices) != 2 || devices[0].Id != now.Id || devices[1].Id != before.Id {
		t.Fatalf("%v %v, want 2, %v and %v", devices, err, now.Id, before.Id)
	}
	if d := devices[0]; d.Device() != "Firefox on Linux" || d.IP() != "192.0.2.7" || d.Started().IsZero() || d.IsMobile() {
		t.Errorf("%v", d.FieldsData())
	}
}

func TestEndDevice_OnlyByOwner(t *testing.T) {
	app := hookstest.NewApp(t)
	ada, eve := hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "eve@x.example")
	secret, login := startLogin(t, app, ada, firefox)
	kept, _ := startLogin(t, app, ada, "")
	if _, err := accounts.EndDevice(app, eve, login.Id, ""); !errors.Is(err, errs.ErrNotFound) || !loginValid(app, secret) {
		t.Errorf("by a stranger: %v", err)
	}
	if _, err := accounts.EndDevice(app, ada, login.Id, ""); err != nil || loginValid(app, secret) || !loginValid(app, kept) {
		t.Errorf("by its owner: %v", err)
	}
	if _, err := accounts.EndDevice(app, ada, login.Id, ""); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("twice: %v, want %v", err, errs.ErrNotFound)
	}
	if hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.device.end", "target_name": "Firefox on Linux", "result": "ok"}) != 1 {
		t.Error("want one entry in the audit log")
	}
}

func TestEndOtherDevices_KeepsOnlyThisOne(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	token, err := ada.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	here, this := startLogin(t, app, ada, "")
	there, _ := startLogin(t, app, ada, "")
	if err := accounts.EndOtherDevices(app, ada, this, ""); err != nil {
		t.Fatal(err)
	}
	if !loginValid(app, here) || loginValid(app, there) || hookstest.Count(t, app, "logins") != 1 {
		t.Error("not this device alone")
	}
	if _, err := app.FindAuthRecordByToken(token, core.TokenTypeAuth); err == nil {
		t.Error("a program's token is still good")
	}
	if fresh, err := ada.NewAuthToken(); err != nil {
		t.Error(err)
	} else if _, err := app.FindAuthRecordByToken(fresh, core.TokenTypeAuth); err != nil {
		t.Errorf("the account does not go on with its new key: %v", err)
	}
	if err := accounts.EndOtherDevices(app, ada, nil, ""); err != nil || loginValid(app, here) {
		t.Errorf("with none to keep: %v", err)
	}
}

func TestEndOtherDevices_EndedLogin_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	here, _ := startLogin(t, app, ada, "")
	_, thief := startLogin(t, app, ada, "")
	if _, err := accounts.EndDevice(app, ada, thief.Id, ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.EndOtherDevices(app, ada, thief, ""); !errors.Is(err, errs.ErrNotFound) || !loginValid(app, here) {
		t.Errorf("a login that was ended ends others: %v", err)
	}
}

func TestEndOtherDevices_Concurrent_OneWins(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.SlowWrites(app, "users", "logins")
	ada := hookstest.Account(t, app, "ada@x.example")
	secrets, logins := make([]string, 2), make([]*accounts.Login, 2)
	for i := range secrets {
		secrets[i], logins[i] = startLogin(t, app, ada, "")
	}
	results := hookstest.Race(2, func(i int) error {
		return accounts.EndOtherDevices(app, hookstest.FindRecord(t, app, "users", ada.Id), logins[i], "")
	})
	if (results[0] == nil) == (results[1] == nil) || loginValid(app, secrets[0]) != (results[0] == nil) || loginValid(app, secrets[1]) != (results[1] == nil) {
		t.Errorf("%v: %v %v", results, loginValid(app, secrets[0]), loginValid(app, secrets[1]))
	}
}

func TestTouch_AfterEndOtherDevices_KeepsLogin(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, _ := startLogin(t, app, ada, "")
	hookstest.Exec(t, app, "UPDATE logins SET seen = {:at}", dbx.Params{"at": record.FormatTime(time.Now().Add(-time.Hour))})
	read, _, err := accounts.FindLogin(app, secret) // by a concurrent page request
	if err != nil {
		t.Fatal(err)
	}
	this, _, _ := accounts.FindLogin(app, secret)
	if err := accounts.EndOtherDevices(app, ada, this, ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.Touch(app, read); err != nil || !loginValid(app, secret) {
		t.Errorf("the old key of the login came back: %v", err)
	}
	if _, err := accounts.EndDevice(app, ada, this.Id, ""); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, app, "UPDATE logins SET seen = ''", nil)
	read.SetRaw("seen", nil)
	if err := accounts.Touch(app, read); !errors.Is(err, errs.ErrNotFound) || hookstest.Count(t, app, "logins") != 0 {
		t.Errorf("a look brought an ended login back: %v, want %v and 0", err, errs.ErrNotFound)
	}
}

func TestSave_TokenKeyChange_EndsLogins(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	for what, turn := range map[string]func(r *core.Record){
		"a password": func(r *core.Record) { r.SetPassword(otherPassword) }, "an address": func(r *core.Record) { r.SetEmail("ada@y.example") },
		"the key itself": func(r *core.Record) { r.RefreshTokenKey() },
	} {
		startLogin(t, app, hookstest.FindRecord(t, app, "users", ada.Id), "")
		r := hookstest.FindRecord(t, app, "users", ada.Id)
		r.Set("name", what)
		if err := app.Save(r); err != nil || hookstest.Count(t, app, "logins") != 1 {
			t.Fatalf("a name ended a login: %v, want 1", err)
		}
		turn(r)
		if err := app.Save(r); err != nil || hookstest.Count(t, app, "logins") != 0 {
			t.Errorf("%s: %v, %d logins, want 0", what, err, hookstest.Count(t, app, "logins"))
		}
	}
}

// A server administrator unconfirms the address of an account in the dashboard.
func TestSave_Unconfirmed_EndsLoginsAndTokens(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	secret, err := accounts.StartLogin(app, ada, "", "")
	if err != nil {
		t.Fatal(err)
	}
	pending, err := accounts.NewPendingSignIn(app, ada)
	if err != nil {
		t.Fatal(err)
	}
	token, err := ada.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	ada.SetVerified(false)
	if err := app.Save(ada); err != nil {
		t.Fatal(err)
	}
	ada.SetVerified(true) // again
	if err := app.Save(ada); err != nil {
		t.Fatal(err)
	}
	if _, _, err := accounts.FindLogin(app, secret); err == nil {
		t.Error("got the device still signed in")
	}
	if _, err := accounts.FindPendingSignIn(app, pending); err == nil {
		t.Error("got a sign-in that still waits for its second step")
	}
	if _, err := app.FindAuthRecordByToken(token, core.TokenTypeAuth); err == nil {
		t.Error("got the API token still valid")
	}
}

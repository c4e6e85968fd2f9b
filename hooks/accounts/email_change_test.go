package accounts_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/errs"
)

// newAppWithMail returns an app that sends emails.
func newAppWithMail(t *testing.T) (*core.BaseApp, *resendtest.Server) {
	t.Helper()
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	app := hookstest.NewAppWith(t, config)
	t.Cleanup(mail.Start(app))
	return app, post
}

// requestChange is the token of the link for a change of Ada's address.
func requestChange(t *testing.T, app core.App, post *resendtest.Server, ada *core.Record, address string) string {
	t.Helper()
	if err := accounts.RequestAddressChange(app, hookstest.FindRecord(t, app, "users", ada.Id), hookstest.Password, address, ""); err != nil {
		t.Fatal(err)
	}
	link := post.FindLink(post.WaitFor(t, address), "/email/")
	return link[strings.LastIndexByte(link, '/')+1:]
}

func TestConfirmAddressChange_ChangesAddressAndSignsOut(t *testing.T) {
	app, post := newAppWithMail(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	team := hookstest.Team(t, app, hookstest.Account(t, app, "marta@x.example"), "Halation Post", "pro")
	secret, _ := startLogin(t, app, ada, "")
	marta, _ := accounts.Find(app, "marta@x.example")
	offer := hookstest.Invite(t, app, marta, team, "ada@x.example", "organizer")

	token := requestChange(t, app, post, ada, "Ada@New.example")
	waiting, err := accounts.FindAddressChange(app, ada)
	if err != nil || waiting == nil || waiting.Address() != "ada@new.example" || waiting.GetString("token_hash") != accounts.Hash(token) {
		t.Fatalf("%v %v", waiting, err)
	}
	if hookstest.FindRecord(t, app, "users", ada.Id).Email() != "ada@x.example" || !loginValid(app, secret) {
		t.Fatal("changed before its link was used")
	}
	for _, email := range post.Emails() {
		if email.To == "ada@new.example" && (strings.Contains(email.Text, "Ada ") || strings.Contains(email.Text, "ada@x.example")) {
			t.Errorf("the email to a stranger contains user input: %s", email.Text)
		}
	}
	changed, err := accounts.ConfirmAddressChange(app, ada, token, "")
	if err != nil || changed.Email() != "ada@new.example" || !changed.Verified() {
		t.Fatalf("%v %v", changed, err)
	}
	if loginValid(app, secret) || hookstest.Count(t, app, "address_changes") != 0 {
		t.Error("a login or the link is left")
	}
	first, second := post.WaitFor(t, "ada@x.example"), post.WaitFor(t, "ada@x.example") // the invitation, and this
	if !strings.Contains(first.Text+second.Text, "If it wasn't you, contact help@usher.test") {
		t.Errorf("got %s %s for the old address, want it to contain %q", first.Text, second.Text, "If it wasn't you, contact help@usher.test")
	}
	_, err = accounts.ConfirmAddressChange(app, changed, token, "")
	hookstest.AssertCode(t, "twice", err, "link_expired")
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, ""); errs.Code(err) != accounts.CodeBadSignIn {
		t.Errorf("with the old address: %v, want %v", err, accounts.CodeBadSignIn)
	}
	if _, err := accounts.SignIn(app, "ada@new.example", hookstest.Password, ""); err != nil {
		t.Errorf("with the new address: %v", err)
	}
	if r := hookstest.FindRecord(t, app, "invitations", offer.ID); r.GetString("email") != "ada@x.example" || r.GetString("status") != invitations.Pending {
		t.Errorf("the invitation of the old address: %v, want %q and %v", r.FieldsData(), "ada@x.example", invitations.Pending)
	}
}

func TestConfirmAddressChange_InvalidLink_IsRefused(t *testing.T) {
	for name, spoil := range map[string]struct {
		spoil func(app *core.BaseApp, ada *core.Record)
		code  string
	}{
		"untouched": {func(*core.BaseApp, *core.Record) {}, ""},
		"expired": {func(app *core.BaseApp, _ *core.Record) {
			hookstest.Exec(t, app, "UPDATE address_changes SET expires = '2026-01-01 00:00:00.000Z'", nil)
		}, "link_expired"},
		"after another password": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.ChangePassword(app, hookstest.FindRecord(t, app, "users", ada.Id), hookstest.Password, otherPassword, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"after all others were ended": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.EndOtherDevices(app, hookstest.FindRecord(t, app, "users", ada.Id), nil, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"with another key past all hooks": {func(app *core.BaseApp, _ *core.Record) {
			hookstest.Exec(t, app, "UPDATE users SET tokenKey = 'another-key-another-key-another-key'", nil)
		}, "link_expired"},
		"taken back": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.CancelAddressChange(app, ada, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"replaced": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.RequestAddressChange(app, hookstest.FindRecord(t, app, "users", ada.Id), hookstest.Password, "newer@new.example", ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"taken by another meanwhile": {func(app *core.BaseApp, _ *core.Record) { hookstest.Account(t, app, "ada@new.example") }, "address_taken"},
	} {
		app, post := newAppWithMail(t)
		ada := hookstest.Account(t, app, "ada@x.example")
		token := requestChange(t, app, post, ada, "ada@new.example")
		spoil.spoil(app, ada)
		_, err := accounts.ConfirmAddressChange(app, ada, token, "")
		hookstest.AssertCode(t, name, err, spoil.code)
		if now := hookstest.FindRecord(t, app, "users", ada.Id).Email(); (now == "ada@new.example") != (spoil.code == "") {
			t.Errorf("%s: %s", name, now)
		}
	}
}

func TestConfirmAddressChange_OtherAccount_IsRefused(t *testing.T) {
	app, post := newAppWithMail(t)
	ada, eve := hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "eve@x.example")
	token := requestChange(t, app, post, ada, "ada@new.example")
	_, err := accounts.ConfirmAddressChange(app, eve, token, "")
	hookstest.AssertCode(t, "by another", err, accounts.CodeWrongAccount)
	if _, err := accounts.ConfirmAddressChange(app, ada, token, ""); err != nil {
		t.Errorf("by the owner afterwards: got %v, want no error", err)
	}
}

func TestRequestAddressChange_TakenAddress_GetsSameAnswer(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	owner := hookstest.Account(t, app, "taken@x.example")
	for _, address := range []string{"taken@x.example", "free@x.example"} {
		if err := accounts.RequestAddressChange(app, ada, hookstest.Password, address, ""); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if waiting, err := accounts.FindAddressChange(app, ada); err != nil || waiting == nil || waiting.Address() != address {
			t.Errorf("%s: %v waits, %v, want %v", address, waiting, err, address)
		}
	}
	for address, kind := range map[string]string{"taken@x.example": mail.KindAddressTaken, "free@x.example": mail.KindChangeAddress} {
		if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": address, "kind": kind}); n != 1 || hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": address}) != 1 {
			t.Errorf("got an email to %s, want none", address)
		}
	}
	if hookstest.FindRecord(t, app, "users", owner.Id).Email() != "taken@x.example" {
		t.Error("the owner's account was touched")
	}
}

func TestRequestAddressChange(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	ask := func(password, address string) error {
		return accounts.RequestAddressChange(app, hookstest.FindRecord(t, app, "users", ada.Id), password, address, "")
	}
	hookstest.AssertCode(t, "without the password", ask(otherPassword, "new@x.example"), accounts.CodeBadSignIn)
	hookstest.AssertCode(t, "no address", ask(hookstest.Password, "nobody"), accounts.CodeBadEmail)
	hookstest.AssertCode(t, "the same", ask(hookstest.Password, " ADA@x.example"), "same_address")
	if hookstest.Count(t, app, "address_changes")+hookstest.Count(t, app, "outbox") != 0 {
		t.Error("a refused change left something")
	}
	for n := range 5 {
		hookstest.AssertCode(t, "one of five", ask(hookstest.Password, string(rune('a'+n))+"@new.example"), "")
	}
	hookstest.AssertCode(t, "a sixth in an hour", ask(hookstest.Password, "z@new.example"), errs.CodeTooMany)
	if n := hookstest.Count(t, app, "address_changes"); n != 1 {
		t.Errorf("%d changes wait, want 1", n)
	}
	stale := hookstest.FindRecord(t, app, "users", ada.Id)
	app.Store().Remove("usher.limits.address")
	app.Store().Remove("usher.limits.signin")
	if err := accounts.ChangePassword(app, hookstest.FindRecord(t, app, "users", ada.Id), hookstest.Password, otherPassword, ""); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "with a password that was changed since",
		accounts.RequestAddressChange(app, stale, hookstest.Password, "thief@new.example", ""), accounts.CodeBadSignIn)
}

func TestConfirmAddressChange_ConcurrentUses_OneWins(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.SlowWrites(app, "users")
	ada := hookstest.Account(t, app, "ada@x.example")
	token := requestChange(t, app, post, ada, "ada@new.example")
	results := hookstest.Race(3, func(int) error {
		_, err := accounts.ConfirmAddressChange(app, ada, token, "")
		return err
	})
	if won := hookstest.CountSucceeded(t, results, "link_expired"); won != 1 {
		t.Errorf("%d won, want 1", won)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindAddressChanged}); n != 1 {
		t.Errorf("got %d emails to the old address, want 1", n)
	}
}

func TestConfirmAddressChange_ConcurrentAccounts_OneWins(t *testing.T) {
	app, post := newAppWithMail(t)
	hookstest.SlowWrites(app, "users")
	who := []*core.Record{hookstest.Account(t, app, "ada@x.example"), hookstest.Account(t, app, "ben@x.example")}
	tokens := []string{requestChange(t, app, post, who[0], "shared@new.example"), requestChange(t, app, post, who[1], "shared@new.example")}
	hookstest.Race(2, func(i int) error {
		_, err := accounts.ConfirmAddressChange(app, who[i], tokens[i], "")
		return err
	})
	if n := hookstest.Count(t, app, "users", dbx.HashExp{"email": "shared@new.example"}); n != 1 {
		t.Errorf("%d accounts have it, want 1", n)
	}
}

func TestSave_CanonicalizesAddress(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	hookstest.Account(t, app, "eve@x.example")
	ada.SetEmail(" ADA@New.Example ")
	if err := app.Save(ada); err != nil || hookstest.FindRecord(t, app, "users", ada.Id).Email() != "ada@new.example" {
		t.Errorf("%v, want %q", err, "ada@new.example")
	}
	ada.SetEmail("EVE@x.example")
	if err := app.Save(ada); err == nil || hookstest.FindRecord(t, app, "users", ada.Id).Email() != "ada@new.example" {
		t.Errorf("another's address: %v, want an error and %q", err, "ada@new.example")
	}
}

func TestDeleteExpiredAddressChanges(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	if err := accounts.RequestAddressChange(app, ada, hookstest.Password, "new@x.example", ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.DeleteExpiredAddressChanges(app); err != nil || hookstest.Count(t, app, "address_changes") != 1 {
		t.Errorf("one that waits: %v, want 1", err)
	}
	hookstest.Exec(t, app, "UPDATE address_changes SET expires = '2026-01-01 00:00:00.000Z'", nil)
	if waiting, err := accounts.FindAddressChange(app, ada); err != nil || waiting != nil {
		t.Errorf("%v waits, %v, want nil", waiting, err)
	}
	if err := accounts.DeleteExpiredAddressChanges(app); err != nil || hookstest.Count(t, app, "address_changes") != 0 {
		t.Errorf("an old one: %v, want 0", err)
	}
}

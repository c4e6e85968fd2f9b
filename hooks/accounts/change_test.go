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
	"usher/hooks/record"
)

// posted is an app whose letters arrive.
func posted(t *testing.T) (*core.BaseApp, *resendtest.Server) {
	t.Helper()
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	app := hookstest.NewWith(t, config)
	t.Cleanup(mail.Start(app))
	return app, post
}

// asked is the token of the link for a change of Ada's address.
func asked(t *testing.T, app core.App, post *resendtest.Server, ada *core.Record, address string) string {
	t.Helper()
	if err := accounts.AskAddress(app, hookstest.Stored(t, app, "users", ada.Id), hookstest.Password, address, ""); err != nil {
		t.Fatal(err)
	}
	link := post.Link(post.WaitFor(t, address), "/email/")
	return link[strings.LastIndexByte(link, '/')+1:]
}

func TestAnAddressChangesOnceItsLinkIsUsed(t *testing.T) {
	app, post := posted(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	team := hookstest.Team(t, app, hookstest.Person(t, app, "marta@x.example"), "Halation Post", "pro")
	secret, _ := signedIn(t, app, ada, "")
	marta, _ := accounts.Find(app, "marta@x.example")
	offer := hookstest.Invite(t, app, marta, team, "ada@x.example", "organizer")

	token := asked(t, app, post, ada, "Ada@New.example")
	waiting, err := accounts.FindAddressChange(app, ada)
	if err != nil || waiting == nil || waiting.Address() != "ada@new.example" || waiting.GetString("token_hash") != accounts.Hash(token) {
		t.Fatalf("%v %v", waiting, err)
	}
	if hookstest.Stored(t, app, "users", ada.Id).Email() != "ada@x.example" || !good(app, secret) {
		t.Fatal("changed before its link was used")
	}
	for _, letter := range post.Letters() {
		if letter.To == "ada@new.example" && (strings.Contains(letter.Text, "Ada ") || strings.Contains(letter.Text, "ada@x.example")) {
			t.Errorf("a stranger's mail says what somebody typed: %s", letter.Text)
		}
	}
	changed, err := accounts.ChangeAddress(app, ada, token, "")
	if err != nil || changed.Email() != "ada@new.example" || !changed.Verified() {
		t.Fatalf("%v %v", changed, err)
	}
	if good(app, secret) || hookstest.Count(t, app, "address_changes") != 0 {
		t.Error("a login or the link is left")
	}
	first, second := post.WaitFor(t, "ada@x.example"), post.WaitFor(t, "ada@x.example") // the invitation, and this
	if !strings.Contains(first.Text+second.Text, "It was not you? Write to help@usher.test") {
		t.Errorf("the old address is told %s %s", first.Text, second.Text)
	}
	_, err = accounts.ChangeAddress(app, changed, token, "")
	hookstest.Refused(t, "twice", err, "link_expired")
	if _, err := accounts.SignIn(app, "ada@x.example", hookstest.Password, ""); record.Code(err) != accounts.CodeBadSignIn {
		t.Errorf("with the old address: %v", err)
	}
	if _, err := accounts.SignIn(app, "ada@new.example", hookstest.Password, ""); err != nil {
		t.Errorf("with the new address: %v", err)
	}
	if r := hookstest.Stored(t, app, "invitations", offer.ID); r.GetString("email") != "ada@x.example" || r.GetString("status") != invitations.Pending {
		t.Errorf("the invitation of the old address: %v", r.FieldsData())
	}
}

func TestALinkOfAnAddressThatIsNotGood(t *testing.T) {
	for name, spoil := range map[string]struct {
		spoil func(app *core.BaseApp, ada *core.Record)
		code  string
	}{
		"untouched": {func(*core.BaseApp, *core.Record) {}, ""},
		"expired": {func(app *core.BaseApp, _ *core.Record) {
			hookstest.Exec(t, app, "UPDATE address_changes SET expires = '2026-01-01 00:00:00.000Z'", nil)
		}, "link_expired"},
		"after another password": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.ChangePassword(app, hookstest.Stored(t, app, "users", ada.Id), hookstest.Password, other, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"after all others were ended": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.EndOthers(app, hookstest.Stored(t, app, "users", ada.Id), nil, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"with another key past all hooks": {func(app *core.BaseApp, _ *core.Record) {
			hookstest.Exec(t, app, "UPDATE users SET tokenKey = 'another-key-another-key-another-key'", nil)
		}, "link_expired"},
		"taken back": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.DropAddress(app, ada, ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"replaced": {func(app *core.BaseApp, ada *core.Record) {
			if err := accounts.AskAddress(app, hookstest.Stored(t, app, "users", ada.Id), hookstest.Password, "newer@new.example", ""); err != nil {
				t.Error(err)
			}
		}, "link_expired"},
		"taken by another meanwhile": {func(app *core.BaseApp, _ *core.Record) { hookstest.Person(t, app, "ada@new.example") }, "address_taken"},
	} {
		app, post := posted(t)
		ada := hookstest.Person(t, app, "ada@x.example")
		token := asked(t, app, post, ada, "ada@new.example")
		spoil.spoil(app, ada)
		_, err := accounts.ChangeAddress(app, ada, token, "")
		hookstest.Refused(t, name, err, spoil.code)
		if now := hookstest.Stored(t, app, "users", ada.Id).Email(); (now == "ada@new.example") != (spoil.code == "") {
			t.Errorf("%s: %s", name, now)
		}
	}
}

func TestALinkIsForTheAccountThatAskedForIt(t *testing.T) {
	app, post := posted(t)
	ada, eve := hookstest.Person(t, app, "ada@x.example"), hookstest.Person(t, app, "eve@x.example")
	token := asked(t, app, post, ada, "ada@new.example")
	_, err := accounts.ChangeAddress(app, eve, token, "")
	hookstest.Refused(t, "by another", err, accounts.CodeWrongAccount)
	if _, err := accounts.ChangeAddress(app, ada, token, ""); err != nil {
		t.Errorf("by herself, after that: %v", err)
	}
}

func TestATakenAddressIsAnsweredLikeAnyOther(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	owner := hookstest.Person(t, app, "taken@x.example")
	for _, address := range []string{"taken@x.example", "free@x.example"} {
		if err := accounts.AskAddress(app, ada, hookstest.Password, address, ""); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if waiting, err := accounts.FindAddressChange(app, ada); err != nil || waiting == nil || waiting.Address() != address {
			t.Errorf("%s: %v waits, %v", address, waiting, err)
		}
	}
	for address, kind := range map[string]string{"taken@x.example": mail.KindAddressTaken, "free@x.example": mail.KindChangeAddress} {
		if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": address, "kind": kind}); n != 1 || hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": address}) != 1 {
			t.Errorf("letters to %s", address)
		}
	}
	if hookstest.Stored(t, app, "users", owner.Id).Email() != "taken@x.example" {
		t.Error("the owner's account was touched")
	}
}

func TestAskingForAnAddress(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	ask := func(password, address string) error {
		return accounts.AskAddress(app, hookstest.Stored(t, app, "users", ada.Id), password, address, "")
	}
	hookstest.Refused(t, "without the password", ask(other, "new@x.example"), accounts.CodeBadSignIn)
	hookstest.Refused(t, "no address", ask(hookstest.Password, "nobody"), accounts.CodeBadEmail)
	hookstest.Refused(t, "the same", ask(hookstest.Password, " ADA@x.example"), "same_address")
	if hookstest.Count(t, app, "address_changes")+hookstest.Count(t, app, "outbox") != 0 {
		t.Error("a refused change left something")
	}
	for n := range 5 {
		hookstest.Refused(t, "one of five", ask(hookstest.Password, string(rune('a'+n))+"@new.example"), "")
	}
	hookstest.Refused(t, "a sixth in an hour", ask(hookstest.Password, "z@new.example"), record.CodeTooMany)
	if n := hookstest.Count(t, app, "address_changes"); n != 1 {
		t.Errorf("%d changes wait", n)
	}
	stale := hookstest.Stored(t, app, "users", ada.Id)
	app.Store().Remove("usher.limits.address")
	app.Store().Remove("usher.limits.signin")
	if err := accounts.ChangePassword(app, hookstest.Stored(t, app, "users", ada.Id), hookstest.Password, other, ""); err != nil {
		t.Fatal(err)
	}
	hookstest.Refused(t, "with a password that was changed since",
		accounts.AskAddress(app, stale, hookstest.Password, "thief@new.example", ""), accounts.CodeBadSignIn)
}

func TestTwoUsesOfALinkAtOnceChangeTheAddressOnce(t *testing.T) {
	app, post := posted(t)
	hookstest.Widen(app, "users")
	ada := hookstest.Person(t, app, "ada@x.example")
	token := asked(t, app, post, ada, "ada@new.example")
	results := hookstest.Race(3, func(int) error {
		_, err := accounts.ChangeAddress(app, ada, token, "")
		return err
	})
	if won := hookstest.Won(t, results, "link_expired"); won != 1 {
		t.Errorf("%d won", won)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindAddressChanged}); n != 1 {
		t.Errorf("%d letters to the old address", n)
	}
}

func TestTwoAccountsGetOneAddressOnce(t *testing.T) {
	app, post := posted(t)
	hookstest.Widen(app, "users")
	who := []*core.Record{hookstest.Person(t, app, "ada@x.example"), hookstest.Person(t, app, "ben@x.example")}
	tokens := []string{asked(t, app, post, who[0], "shared@new.example"), asked(t, app, post, who[1], "shared@new.example")}
	hookstest.Race(2, func(i int) error {
		_, err := accounts.ChangeAddress(app, who[i], tokens[i], "")
		return err
	})
	if n := hookstest.Count(t, app, "users", dbx.HashExp{"email": "shared@new.example"}); n != 1 {
		t.Errorf("%d accounts have it", n)
	}
}

func TestWhoeverWritesAnAddressKeepsItsForm(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	hookstest.Person(t, app, "eve@x.example")
	ada.SetEmail(" ADA@New.Example ")
	if err := app.Save(ada); err != nil || hookstest.Stored(t, app, "users", ada.Id).Email() != "ada@new.example" {
		t.Errorf("%v", err)
	}
	ada.SetEmail("EVE@x.example")
	if err := app.Save(ada); err == nil || hookstest.Stored(t, app, "users", ada.Id).Email() != "ada@new.example" {
		t.Errorf("another's address: %v", err)
	}
}

func TestOldChangesAreForgotten(t *testing.T) {
	app := hookstest.New(t)
	ada := hookstest.Person(t, app, "ada@x.example")
	if err := accounts.AskAddress(app, ada, hookstest.Password, "new@x.example", ""); err != nil {
		t.Fatal(err)
	}
	if err := accounts.EndOldChanges(app); err != nil || hookstest.Count(t, app, "address_changes") != 1 {
		t.Errorf("one that waits: %v", err)
	}
	hookstest.Exec(t, app, "UPDATE address_changes SET expires = '2026-01-01 00:00:00.000Z'", nil)
	if waiting, err := accounts.FindAddressChange(app, ada); err != nil || waiting != nil {
		t.Errorf("%v waits, %v", waiting, err)
	}
	if err := accounts.EndOldChanges(app); err != nil || hookstest.Count(t, app, "address_changes") != 0 {
		t.Errorf("an old one: %v", err)
	}
}

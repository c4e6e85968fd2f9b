package accounts_test

import (
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
)

// claim is one way to take over an account that someone else began, with the name, the password and the zone that it gives.
type claim struct {
	name, password, zone string
}

// oneWon fails the test unless one claim won, and the account is wholly its.
func oneWon(t *testing.T, app core.App, id string, claims []claim, results []error, codes ...string) {
	t.Helper()
	if won := hookstest.CountSucceeded(t, results, codes...); won != 1 {
		t.Errorf("got %d claims that won, want 1: %v", won, results)
	}
	stored := hookstest.FindRecord(t, app, "users", id)
	for i, c := range claims {
		won := results[i] == nil
		if stored.ValidatePassword(c.password) != won || (stored.GetString("name") == c.name) != won || (stored.GetString("timezone") == c.zone) != won {
			t.Errorf("claim of %s came to %v: got the account of %q in %q", c.name, results[i], stored.GetString("name"), stored.GetString("timezone"))
		}
	}
	if !stored.Verified() || hookstest.Count(t, app, "users", dbx.HashExp{"email": stored.Email()}) != 1 {
		t.Error("got no one verified account of the address")
	}
}

var claimants = []claim{{name: "Ada", password: otherPassword, zone: "Europe/Lisbon"}, {name: "Ben", password: "yet another pass phrase", zone: "Europe/Paris"},
	{name: "Cleo", password: "copper velvet harbour cloud", zone: "Asia/Tokyo"}}

func TestClaim_ConcurrentResets_OneTakesTheAccountOver(t *testing.T) {
	app := hookstest.NewApp(t)
	account, token := newUnconfirmed(t, app, "ada@x.example")
	hookstest.SlowWrites(app, "users")
	results := hookstest.Race(len(claimants), func(i int) error {
		c := claimants[i]
		_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: c.password, Name: c.name, Timezone: c.zone})
		return err
	})
	oneWon(t, app, account.Id, claimants, results, "link_expired")
}

func TestClaim_ResetAgainstInvitation_OneTakesTheAccountOver(t *testing.T) {
	app, post := newAppWithMail(t)
	account, token := newUnconfirmed(t, app, "ada@x.example")
	owner := hookstest.Account(t, app, "marta@x.example")
	hookstest.Invite(t, app, owner, hookstest.Team(t, app, owner, "Halation Post", "pro"), "ada@x.example", "organizer")
	link := post.FindLink(post.WaitFor(t, "ada@x.example"), "/invite/")
	hookstest.SlowWrites(app, "users", "invitations")
	claims := claimants[:2]
	results := hookstest.Race(2, func(i int) error {
		c := claims[i]
		if i == 0 {
			_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: c.password, Name: c.name, Timezone: c.zone})
			return err
		}
		_, _, err := invitations.AcceptNew(app, invitations.NewAccountForm{Token: tokenIn(link), Name: c.name, Password: c.password, Timezone: c.zone})
		return err
	})
	oneWon(t, app, account.Id, claims, results, "link_expired", accounts.CodeWrongAccount)
}

// tokenIn is the last part of a link.
func tokenIn(link string) string {
	for i := len(link) - 1; i >= 0; i-- {
		if link[i] == '/' {
			return link[i+1:]
		}
	}
	return link
}

// The control: the same check and write outside of a transaction let both take the account over.
func TestClaim_WithoutItsTransaction_BothTakeTheAccountOver(t *testing.T) {
	app := hookstest.NewApp(t)
	_, token := newUnconfirmed(t, app, "ada@x.example")
	var checked sync.WaitGroup
	checked.Add(2)
	results := hookstest.Race(2, func(i int) error {
		c := claimants[i]
		draft, err := accounts.New(app, accounts.Params{Email: "ada@x.example", Name: c.name, Password: c.password, Timezone: c.zone})
		if err != nil {
			return err
		}
		account, err := accounts.FindByReset(app, token)
		checked.Done()
		checked.Wait() // both come past the check before either has written
		if err != nil {
			return err
		}
		return accounts.TakeOver(app, account, draft)
	})
	if won := hookstest.CountSucceeded(t, results, "link_expired"); won != 2 {
		t.Errorf("got %d claims that won without the transaction, want the fault that the race shows", won)
	}
}

// A concurrent sign-up with the address changes nothing of the account, and gets the usual response.
func TestClaim_AgainstSignUp_KeepsTheOwnersAccount(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	account, token := newUnconfirmed(t, app, "ada@x.example")
	hookstest.SlowWrites(app, "users", "outbox")
	c := claimants[0]
	results := hookstest.Race(3, func(i int) error {
		if i == 0 {
			_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: token, Password: c.password, Name: c.name, Timezone: c.zone})
			return err
		}
		done, err := members.SignUp(app, members.SignUpForm{Email: "ada@x.example", Name: "Mallory", Password: "mallorys own four words", Timezone: "Asia/Tokyo"})
		if done.Account != nil || done.Team != nil {
			t.Error("got an account or a team of a sign-up with a known address")
		}
		return err
	})
	if won := hookstest.CountSucceeded(t, results); won != 3 {
		t.Errorf("got %v, want the same response for all", results)
	}
	oneWon(t, app, account.Id, []claim{c}, results[:1])
	// A link that was emailed before the claim no longer works.
	if err := mail.DropObsolete(app, account.Id); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindConfirmAddress, "status": mail.Queued}); n != 0 {
		t.Errorf("got %d emails that wait to confirm a claimed account, want none", n)
	}
}

// Concurrent sign-ups with one new address create one account, and all get the same response.
func TestSignUp_ConcurrentWithItself_AnswersAlike(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	hookstest.SlowWrites(app, "users")
	results := hookstest.Race(4, func(i int) error {
		_, err := members.SignUp(app, members.SignUpForm{Email: "ada@x.example", Name: "Ada", Password: otherPassword})
		return err
	})
	hookstest.CountSucceeded(t, results)
	if n := hookstest.Count(t, app, "users", dbx.HashExp{"email": "ada@x.example"}); n != 1 {
		t.Errorf("got %d accounts, want 1", n)
	}
}

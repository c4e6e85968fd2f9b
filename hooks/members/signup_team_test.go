package members_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
)

const ownersPassword = "copper velvet harbour cloud"

// signedUp is an open server with an unverified account, whose sign-up asks for a team.
func signedUp(t *testing.T) (core.App, *core.Record) {
	t.Helper()
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewWith(t, config)
	hookstest.Person(t, app, "first@x.example")
	f := form("ada@x.example")
	f.Team = "Halation Post"
	if _, err := members.SignUp(app, f); err != nil {
		t.Fatal(err)
	}
	account, err := accounts.Find(app, "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if account.GetString("signup_team") != "Halation Post" || hookstest.Count(t, app, "teams") != 0 || hookstest.Count(t, app, "memberships") != 0 {
		t.Fatalf("before the address is verified: %d teams", hookstest.Count(t, app, "teams"))
	}
	return app, account
}

func token(t *testing.T, make func() (string, error)) string {
	t.Helper()
	token, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestConfirmingASignUpCreatesItsTeam(t *testing.T) {
	app, account := signedUp(t)
	link := token(t, account.NewVerificationToken)
	_, err := accounts.Confirm(app, link, ownersPassword, "")
	hookstest.Refused(t, "without the password of the sign-up", err, accounts.CodeBadSignIn)
	if hookstest.Count(t, app, "teams") != 0 {
		t.Error("a team without the password of the sign-up")
	}
	confirmed, err := accounts.Confirm(app, link, form("").Password, "")
	if err != nil {
		t.Fatal(err)
	}
	places, err := members.Places(app, confirmed, true)
	if err != nil || len(places) != 1 || places[0].Team.GetString("name") != "Halation Post" || !places[0].Roles.Owner || !places[0].Roles.Organizer {
		t.Fatalf("%+v %v", places, err)
	}
	if hookstest.Count(t, app, "audit", dbx.HashExp{"action": "team.found", "team": places[0].Team.Id, "actor": account.Id}) != 1 {
		t.Error("not in the audit log")
	}
	if hookstest.Stored(t, app, "users", account.Id).GetString("signup_team") != "" {
		t.Error("the request is kept")
	}
}

func TestClaimingAnAccountTakesOverNoTeam(t *testing.T) {
	for name, claim := range map[string]func(app core.App, account *core.Record) error{
		"a reset": func(app core.App, account *core.Record) error {
			_, err := accounts.Reset(app, accounts.ResetForm{Token: token(t, account.NewPasswordResetToken), Password: ownersPassword, Name: "Ada"})
			return err
		},
		"a link of an invitation or a session": func(app core.App, account *core.Record) error {
			draft, err := accounts.Draft(app, accounts.New{Email: account.Email(), Name: "Ada", Password: ownersPassword, Verified: true})
			if err != nil {
				return err
			}
			return app.RunInTransaction(func(tx core.App) error {
				_, err := accounts.Enter(tx, draft, true, "accept")
				return err
			})
		},
		"a new password first, verified later": func(app core.App, account *core.Record) error {
			account.SetPassword(ownersPassword)
			if err := app.Save(account); err != nil {
				return err
			}
			account = hookstest.Stored(t, app, "users", account.Id)
			account.SetVerified(true)
			return app.Save(account)
		},
		"a new address": func(app core.App, account *core.Record) error {
			account.SetEmail("other@x.example")
			account.SetVerified(true)
			return app.Save(account)
		},
		"a new token key": func(app core.App, account *core.Record) error {
			account.RefreshTokenKey()
			account.SetVerified(true)
			return app.Save(account)
		},
	} {
		app, account := signedUp(t)
		if err := claim(app, account); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stored := hookstest.Stored(t, app, "users", account.Id)
		if !stored.Verified() || stored.GetString("signup_team") != "" || hookstest.Count(t, app, "teams") != 0 || hookstest.Count(t, app, "memberships") != 0 {
			t.Errorf("%s: verified %t, asks for %q, %d teams", name, stored.Verified(), stored.GetString("signup_team"), hookstest.Count(t, app, "teams"))
		}
		if _, err := members.Found(app, stored, "Her own", ""); err != nil {
			t.Errorf("%s: a team of her own: %v", name, err)
		}
	}
}

func TestNobodyAsksForATeamAfterTheSignUp(t *testing.T) {
	app, account := signedUp(t)
	account.Set("signup_team", "Another")
	if err := app.Save(account); err != nil {
		t.Fatal(err)
	}
	if name := hookstest.Stored(t, app, "users", account.Id).GetString("signup_team"); name != "Halation Post" {
		t.Errorf("asks for %q", name)
	}
}

// Each save holds the account as it was before all others.
func TestVerifyingASignUpSeveralTimesAtOnceCreatesOneTeam(t *testing.T) {
	app, account := signedUp(t)
	hookstest.Widen(app, "users", "teams")
	var copies []*core.Record
	for range 4 {
		copies = append(copies, hookstest.Stored(t, app, "users", account.Id))
	}
	results := hookstest.Race(len(copies), func(i int) error {
		copies[i].SetVerified(true)
		return app.Save(copies[i])
	})
	hookstest.Won(t, results)
	if n := hookstest.Count(t, app, "teams"); n != 1 {
		t.Errorf("%d teams", n)
	}
}

func TestAClaimDuringAConfirmationTakesOverNoTeam(t *testing.T) {
	app, account := signedUp(t)
	hookstest.Widen(app, "users", "teams")
	confirmation, reset := token(t, account.NewVerificationToken), token(t, account.NewPasswordResetToken)
	results := hookstest.Race(2, func(i int) error {
		if i == 0 {
			_, err := accounts.Reset(app, accounts.ResetForm{Token: reset, Password: ownersPassword, Name: "Ada"})
			return err
		}
		_, err := accounts.Confirm(app, confirmation, form("").Password, "")
		return err
	})
	hookstest.Won(t, results, "link_expired", accounts.CodeBadSignIn)
	// A team exists only if the confirmation came first: with the sign-up's password and its emailed link.
	if n := hookstest.Count(t, app, "teams"); (n == 1) != (results[1] == nil) || n > 1 {
		t.Errorf("%d teams; the reset: %v, the confirmation: %v", n, results[0], results[1])
	}
}

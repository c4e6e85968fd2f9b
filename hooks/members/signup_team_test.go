package members_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
)

const ownerPassword = "copper velvet harbour cloud"

// newUnverifiedSignUp is an open server with an unverified account, whose sign-up asks for a team.
func newUnverifiedSignUp(t *testing.T) (core.App, *core.Record) {
	t.Helper()
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	f := newSignUpForm("ada@x.example")
	f.Team = "Halation Post"
	if _, err := members.SignUp(app, f); err != nil {
		t.Fatal(err)
	}
	account, err := accounts.Find(app, "ada@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if account.GetString("signup_team") != "Halation Post" || hookstest.Count(t, app, "teams") != 0 || hookstest.Count(t, app, "memberships") != 0 {
		t.Fatalf("before the address is verified: %d teams, want %q, 0 and 0", hookstest.Count(t, app, "teams"), "Halation Post")
	}
	return app, account
}

func mustToken(t *testing.T, make func() (string, error)) string {
	t.Helper()
	token, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestSignUp_Confirmed_CreatesTeam(t *testing.T) {
	app, account := newUnverifiedSignUp(t)
	link := mustToken(t, account.NewVerificationToken)
	_, err := accounts.ConfirmAddress(app, link, ownerPassword, "")
	hookstest.AssertCode(t, "without the password of the sign-up", err, accounts.CodeBadSignIn)
	if hookstest.Count(t, app, "teams") != 0 {
		t.Error("a team without the password of the sign-up")
	}
	confirmed, err := accounts.ConfirmAddress(app, link, newSignUpForm("").Password, "")
	if err != nil {
		t.Fatal(err)
	}
	places, err := members.TeamsOf(app, confirmed, true)
	if err != nil || len(places) != 1 || places[0].Team.GetString("name") != "Halation Post" || !places[0].Roles.Owner || !places[0].Roles.Organizer {
		t.Fatalf("%+v %v", places, err)
	}
	if hookstest.Count(t, app, "audit", dbx.HashExp{"action": "team.found", "team": places[0].Team.Id, "actor": account.Id}) != 1 {
		t.Error("not in the audit log")
	}
	if hookstest.FindRecord(t, app, "users", account.Id).GetString("signup_team") != "" {
		t.Error("the request is kept")
	}
}

func TestSignUp_AccountClaimedByOtherMeans_CreatesNoTeam(t *testing.T) {
	for name, claim := range map[string]func(app core.App, account *core.Record) error{
		"a reset": func(app core.App, account *core.Record) error {
			_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: mustToken(t, account.NewPasswordResetToken), Password: ownerPassword, Name: "Ada"})
			return err
		},
		"a link of an invitation or a session": func(app core.App, account *core.Record) error {
			draft, err := accounts.New(app, accounts.Params{Email: account.Email(), Name: "Ada", Password: ownerPassword, Verified: true})
			if err != nil {
				return err
			}
			return app.RunInTransaction(func(tx core.App) error {
				_, err := accounts.SaveOrTakeOver(tx, draft, true, "accept")
				return err
			})
		},
		"a new password first, verified later": func(app core.App, account *core.Record) error {
			account.SetPassword(ownerPassword)
			if err := app.Save(account); err != nil {
				return err
			}
			account = hookstest.FindRecord(t, app, "users", account.Id)
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
		app, account := newUnverifiedSignUp(t)
		if err := claim(app, account); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stored := hookstest.FindRecord(t, app, "users", account.Id)
		if !stored.Verified() || stored.GetString("signup_team") != "" || hookstest.Count(t, app, "teams") != 0 || hookstest.Count(t, app, "memberships") != 0 {
			t.Errorf("%s: verified %t, asks for %q, %d teams", name, stored.Verified(), stored.GetString("signup_team"), hookstest.Count(t, app, "teams"))
		}
		if _, err := members.CreateTeam(app, stored, "Her own", ""); err != nil {
			t.Errorf("%s: a team of her own: %v", name, err)
		}
	}
}

func TestSignUp_TeamNameChangedLater_IsIgnored(t *testing.T) {
	app, account := newUnverifiedSignUp(t)
	account.Set("signup_team", "Another")
	if err := app.Save(account); err != nil {
		t.Fatal(err)
	}
	if name := hookstest.FindRecord(t, app, "users", account.Id).GetString("signup_team"); name != "Halation Post" {
		t.Errorf("asks for %q, want %q", name, "Halation Post")
	}
}

// Each save holds the account as it was before all others.
func TestSignUp_ConcurrentVerifications_CreateOneTeam(t *testing.T) {
	app, account := newUnverifiedSignUp(t)
	hookstest.SlowWrites(app, "users", "teams")
	var copies []*core.Record
	for range 4 {
		copies = append(copies, hookstest.FindRecord(t, app, "users", account.Id))
	}
	results := hookstest.Race(len(copies), func(i int) error {
		copies[i].SetVerified(true)
		return app.Save(copies[i])
	})
	hookstest.CountSucceeded(t, results)
	if n := hookstest.Count(t, app, "teams"); n != 1 {
		t.Errorf("%d teams, want 1", n)
	}
}

func TestSignUp_ResetDuringConfirmation_TakesOverNoTeam(t *testing.T) {
	app, account := newUnverifiedSignUp(t)
	hookstest.SlowWrites(app, "users", "teams")
	confirmation, reset := mustToken(t, account.NewVerificationToken), mustToken(t, account.NewPasswordResetToken)
	results := hookstest.Race(2, func(i int) error {
		if i == 0 {
			_, err := accounts.ResetPassword(app, accounts.ResetForm{Token: reset, Password: ownerPassword, Name: "Ada"})
			return err
		}
		_, err := accounts.ConfirmAddress(app, confirmation, newSignUpForm("").Password, "")
		return err
	})
	hookstest.CountSucceeded(t, results, "link_expired", accounts.CodeBadSignIn)
	// A team exists only if the confirmation came first: with the sign-up's password and its emailed link.
	if n := hookstest.Count(t, app, "teams"); (n == 1) != (results[1] == nil) || n > 1 {
		t.Errorf("%d teams; the reset: %v, the confirmation: %v", n, results[0], results[1])
	}
}

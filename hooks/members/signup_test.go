package members_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func newSignUpForm(email string) members.SignUpForm {
	return members.SignUpForm{Email: email, Name: "Ada Lovelace", Password: "orchid tram lantern seven",
		Timezone: "Europe/Lisbon", IP: "192.0.2.1"}
}

func TestSignUp_FirstAccount_NeedsStartupCode(t *testing.T) {
	app := hookstest.NewApp(t)
	for _, code := range []string{"", "guessed", accounts.Hash(accounts.SetupCode(app))} {
		f := newSignUpForm("ada@x.example")
		f.Code = code
		_, err := members.SignUp(app, f)
		hookstest.AssertCode(t, "the code "+code, err, "bad_code")
	}
	f := newSignUpForm("Ada@X.example")
	f.Code, f.Team = accounts.SetupCode(app), "Halation Post"
	done, err := members.SignUp(app, f)
	if err != nil || !done.Account.Verified() || done.Account.Email() != "ada@x.example" || done.Team.Name() != "Halation Post" {
		t.Fatalf("%+v %v", done, err)
	}
	if m, err := members.FindOwner(app, done.Team.Id); err != nil || m.Roles() != (actors.Roles{Owner: true, Organizer: true}) {
		t.Errorf("%v %v", m, err)
	}
	if hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.signup", "team": done.Team.Id, "actor": done.Account.Id}) != 1 {
		t.Error("not in the audit log")
	}
	f = newSignUpForm("second@x.example")
	f.Code = accounts.SetupCode(app)
	_, err = members.SignUp(app, f)
	hookstest.AssertCode(t, "the code once more", err, accounts.CodeSignUpClosed)
}

func TestSignUp_ConcurrentFirstAccounts_OneIsCreated(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.SlowWrites(app, "users", "teams")
	results := hookstest.Race(5, func(i int) error {
		f := newSignUpForm(fmt.Sprintf("p%d@x.example", i))
		f.Code = accounts.SetupCode(app)
		_, err := members.SignUp(app, f)
		return err
	})
	won := hookstest.CountSucceeded(t, results, "bad_code", accounts.CodeSignUpClosed)
	if won != 1 || hookstest.Count(t, app, "users") != 1 || hookstest.Count(t, app, "teams") != 1 {
		t.Errorf("%d won, %d accounts, %d teams, want 1, 1 and 1", won, hookstest.Count(t, app, "users"), hookstest.Count(t, app, "teams"))
	}
}

func TestSignUp_KnownAndUnknownAddress_SameResponse(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "known@x.example")
	for _, s := range []struct {
		email, message string
		made           int
	}{
		{"new@x.example", "", 1},
		{"Known@x.example", "", 0},
	} {
		before := hookstest.Count(t, app, "users")
		f := newSignUpForm(s.email)
		done, err := members.SignUp(app, f)
		if err != nil || done.Account != nil || done.Team != nil {
			t.Errorf("%s: %+v %v, want nil and nil", s.email, done, err)
		}
		if n := hookstest.Count(t, app, "users") - before; n != s.made {
			t.Errorf("%s: %d accounts were made, want %v", s.email, n, s.made)
		}
	}
	for _, recipient := range []string{"new@x.example", "known@x.example"} {
		if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"recipient": recipient}); n != 1 {
			t.Errorf("got %d emails to %s, want 1", n, recipient)
		}
	}
	account, err := accounts.Find(app, "new@x.example")
	if err != nil || account.Verified() {
		t.Fatalf("%v %v", account, err)
	}
	if team := account.GetString("signup_team"); team != "Ada Lovelace's team" || hookstest.Count(t, app, "teams") != 0 {
		t.Errorf("asks for %q, %d teams, want %q and 0", team, hookstest.Count(t, app, "teams"), "Ada Lovelace's team")
	}
	if !hookstest.FindRecord(t, app, "users", account.Id).ValidatePassword("orchid tram lantern seven") {
		t.Error("the password")
	}
}

func TestSignUp_Refused_CreatesNothing(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	for _, s := range []struct {
		name   string
		change func(f *members.SignUpForm)
		code   string
	}{
		{"address", func(f *members.SignUpForm) { f.Email = "nobody" }, accounts.CodeBadEmail},
		{"name", func(f *members.SignUpForm) { f.Name = "" }, "required"},
		{"password", func(f *members.SignUpForm) { f.Password = "short" }, accounts.CodeWeakPassword},
		{"team", func(f *members.SignUpForm) { f.Team = "https://evil.example" }, "bad_text"},
	} {
		app := hookstest.NewAppWith(t, config)
		hookstest.Account(t, app, "first@x.example")
		f := newSignUpForm("ada@x.example")
		s.change(&f)
		_, err := members.SignUp(app, f)
		hookstest.AssertCode(t, s.name, err, s.code)
		if hookstest.Count(t, app, "users") != 1 || hookstest.Count(t, app, "teams") != 0 || hookstest.Count(t, app, "outbox") != 0 {
			t.Errorf("%s: something was made, want 1, 0 and 0", s.name)
		}
	}
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "first@x.example")
	_, err := members.SignUp(app, newSignUpForm("ada@x.example"))
	hookstest.AssertCode(t, "where people are invited", err, accounts.CodeSignUpClosed)
}

func TestSignUp_OperatorCreatesTeams_CreatesNoTeam(t *testing.T) {
	config := hookstest.Config()
	config.SignUp, config.Teams = "open", "operator"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	if _, err := members.SignUp(app, newSignUpForm("ada@x.example")); err != nil || hookstest.Count(t, app, "teams") != 0 {
		t.Errorf("%d teams, %v, want 0", hookstest.Count(t, app, "teams"), err)
	}
}

func TestSignUp_SixthOfNetworkInAnHour_IsRateLimited(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	hookstest.Account(t, app, "first@x.example")
	short := newSignUpForm("short@x.example")
	short.Password = "too short"
	for range 9 {
		_, err := members.SignUp(app, short)
		hookstest.AssertCode(t, "a form that is refused does not count", err, accounts.CodeWeakPassword)
	}
	f := newSignUpForm("ada@x.example")
	for n := range 6 {
		f.IP, f.Email = fmt.Sprintf("2001:db8:1:2::%d", n), fmt.Sprintf("ada%d@x.example", n)
		_, err := members.SignUp(app, f)
		var slow *errs.RateLimitError
		if errors.As(err, &slow) != (n == 5) {
			t.Errorf("sign-up %d: %v", n+1, err)
		}
	}
	f.IP = "2001:db8:1:3::1"
	if _, err := members.SignUp(app, f); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

// Otherwise the email limit of a new team would have no effect: its Owner could create another team.
func TestCreateTeam_OpenSignUp_IsLimitedPerDay(t *testing.T) {
	config := hookstest.Config()
	config.SignUp = "open"
	app := hookstest.NewAppWith(t, config)
	account := hookstest.Account(t, app, "stranger@x.example")
	var err error
	made := 0
	for n := range 30 {
		if _, err = members.CreateTeam(app, account, fmt.Sprint("Team ", n), ""); err != nil {
			break
		}
		made++
	}
	hookstest.AssertCode(t, "one more", err, errs.CodeTooMany)
	if made != 10 {
		t.Errorf("%d teams, want 10", made)
	}
	if _, err := members.CreateTeam(app, hookstest.Account(t, app, "other@x.example"), "Other", ""); err != nil {
		t.Error(err)
	}
}

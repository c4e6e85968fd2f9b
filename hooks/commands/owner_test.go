package commands_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/twofactors"
)

// run runs a command with the standard input, and returns what it prints.
func run(t *testing.T, app core.App, input string, args ...string) (string, error) {
	t.Helper()
	out := &bytes.Buffer{}
	root := &cobra.Command{Use: "usher", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(commands.TeamCommand(app), commands.UserCommand(app), commands.BillingCommand(app))
	root.SetIn(strings.NewReader(input))
	root.SetOut(out)
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

func TestTeamOwner(t *testing.T) {
	app := hookstest.NewApp(t)
	owner, next := hookstest.Account(t, app, "olga@x.example"), hookstest.Account(t, app, "ines@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	hookstest.Member(t, app, team, "ada@x.example", "admin") // the last Admin seat
	for _, s := range []struct {
		args []string
		want string
	}{
		{[]string{"nowhere", "ines@x.example"}, "there is no team nowhere"},
		{[]string{team.Slug(), "nobody@x.example"}, "there is no account with the address nobody@x.example"},
		{[]string{team.Slug(), "ines@x.example"}, "run it again with --demote"},
		{[]string{team.Slug(), "olga@x.example"}, "already owns the team"},
	} {
		if _, err := run(t, app, "", append([]string{"team", "owner"}, s.args...)...); err == nil || !strings.Contains(err.Error(), s.want) {
			t.Errorf("%v: %v, want %q", s.args, err, s.want)
		}
	}
	out, err := run(t, app, "", "team", "owner", team.Id, "Ines@X.example", "--demote")
	if err != nil || !strings.Contains(out, "is now the Owner of Halation Post") {
		t.Errorf("%q, %v", out, err)
	}
	if now, err := members.FindOwner(app, team.Id); err != nil || now.UserID() != next.Id {
		t.Errorf("the Owner is %v, %v", now, err)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindOwnerChanged}); n != 2 {
		t.Errorf("%d emails, want 2", n)
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"team": team.Id, "action": "team.owner.set", "actor_name": audit.Administrator}); n < 1 {
		t.Error("not in the audit log")
	}
}

func TestUserPassword_SignsOutAndNotifies(t *testing.T) {
	app := hookstest.NewApp(t)
	account := hookstest.Account(t, app, "olga@x.example")
	key := account.TokenKey()
	if _, err := run(t, app, "short\n", "user", "password", "olga@x.example"); err == nil || !strings.Contains(err.Error(), "Use at least 12.") {
		t.Errorf("a short password: %v", err)
	}
	if _, err := run(t, app, "", "user", "password", "nobody@x.example"); err == nil || !strings.Contains(err.Error(), "there is no account") {
		t.Errorf("nobody: %v", err)
	}
	const password = "four kettles sing quietly"
	out, err := run(t, app, password+"\n", "user", "password", "olga@x.example")
	if err != nil || strings.Contains(out, password) || !strings.Contains(out, "signed out everywhere") {
		t.Errorf("%q, %v", out, err)
	}
	stored := hookstest.FindRecord(t, app, "users", account.Id)
	if !stored.ValidatePassword(password) || stored.TokenKey() == key {
		t.Error("the password or the key of the tokens is the old one")
	}
	if _, err := accounts.SignIn(app, "olga@x.example", password, ""); err != nil {
		t.Errorf("sign in: %v", err)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindPasswordChanged}); n != 1 {
		t.Errorf("%d emails, want 1", n)
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.password.set", "result": "ok"}); n != 1 {
		t.Errorf("%d audit entries, want 1", n)
	}
}

func TestUserTwoFactors_TurnsOffAndNotifies(t *testing.T) {
	app := hookstest.NewApp(t)
	olga := hookstest.Account(t, app, "olga@x.example")
	hookstest.EnableTwoFactors(t, app, olga)
	other := hookstest.EnableTwoFactors(t, app, hookstest.Account(t, app, "ines@x.example"))
	for _, s := range []struct {
		args []string
		want string
	}{
		{[]string{"nobody@x.example", "off"}, "there is no account with the address nobody@x.example"},
		{[]string{"olga@x.example", "on"}, "can only be turned off here"},
		{[]string{"olga@x.example"}, "accepts 2 arg(s)"},
	} {
		if _, err := run(t, app, "", append([]string{"user", "two-factors"}, s.args...)...); err == nil || !strings.Contains(err.Error(), s.want) {
			t.Errorf("%v: got %v, want %q", s.args, err, s.want)
		}
	}
	if on, err := actors.HasTwoFactors(app, olga.Id); err != nil || !on {
		t.Fatalf("got two-factor authentication %t, %v after refusals, want it on", on, err)
	}
	out, err := run(t, app, "", "user", "two-factors", "Olga@X.example", "off")
	if err != nil || out != "Two-factor authentication of olga@x.example is off.\n" {
		t.Errorf("got %q, %v", out, err)
	}
	if needed, err := accounts.NeedsSecondStep(app, olga); err != nil || needed {
		t.Errorf("got a second step %t, %v, want none", needed, err)
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindTwoFactorsOff, "about": olga.Id}); n != 1 {
		t.Errorf("got %d emails, want 1", n)
	}
	if n := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "account.two_factors.reset", "target": olga.Id, "actor_name": audit.Administrator, "result": "ok"}); n != 1 {
		t.Errorf("got %d entries in the audit log, want 1", n)
	}
	if _, err := run(t, app, "", "user", "two-factors", "olga@x.example", "off"); err == nil || !strings.Contains(err.Error(), "already off") {
		t.Errorf("again: got %v, want that it's already off", err)
	}
	ines, err := accounts.Find(app, "ines@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := twofactors.SignIn(app, ines, "", other.Code(t), ""); err != nil {
		t.Errorf("another user's code: %v", err)
	}
}

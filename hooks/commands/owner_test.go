package commands_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/members"
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

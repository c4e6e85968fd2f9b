package commands_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/billing"
	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/tools/settings"
)

func TestBilling_ApproveOnce_SendsAnEmail(t *testing.T) {
	app := hookstest.NewApp(t)
	settings.Of(app).Billing = settings.BillingOperator
	owner := hookstest.Account(t, app, "olga@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	change, err := billing.Submit(app, hookstest.Actor(t, app, owner, team), billing.Order{Plan: "pro"})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, app, "", "billing", "list"); err != nil || !strings.Contains(out, change.Id) || !strings.Contains(out, "Pro instead of Free") {
		t.Errorf("list: %q, %v", out, err)
	}
	if out, err := run(t, app, "", "billing", "approve", change.Id); err != nil || out != "Approved. It has started.\n" {
		t.Errorf("approve: %q, %v", out, err)
	}
	for _, args := range [][]string{{"approve", change.Id}, {"decline", change.Id, "Too", "late"}} {
		if _, err := run(t, app, "", append([]string{"billing"}, args...)...); err == nil || !strings.HasPrefix(err.Error(), "request "+change.Id+" is no longer waiting: it was applied") {
			t.Errorf("%v again: %v", args, err)
		}
	}
	if n := hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindPlanDecided}); n != 1 {
		t.Errorf("%d emails about the decision, want 1", n)
	}
}

// A command has neither the domain of "usher serve" nor, in another shell, the settings of the server.
func TestCommands_UseAddressOfLastServer(t *testing.T) {
	app := hookstest.NewApp(t)
	hookstest.Account(t, app, "olga@x.example")
	config := settings.Of(app)
	config.URL, config.Support = "https://meet.x.example", "help@x.example"
	if err := commands.SaveServed(app); err != nil {
		t.Fatal(err)
	}
	config.URL, config.Support = "", "desk@x.example"
	if err := commands.UseServed(app); err != nil {
		t.Fatal(err)
	}
	if config.URL != "https://meet.x.example" || config.Support != "desk@x.example" {
		t.Errorf("got %q and %q, want the server's address and the command's own support contact", config.URL, config.Support)
	}
	if out, err := run(t, app, "", "user", "confirm", "olga@x.example"); err != nil || !strings.Contains(out, "  https://meet.x.example/") {
		t.Errorf("confirm: %q, %v", out, err)
	}
}

package commands_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/commands"
	"usher/hooks/emails"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
)

func TestCheckReady_NeedsWritableDatabaseAndMovingOutbox(t *testing.T) {
	config := hookstest.Config()
	config.ResendKey = "re_test"
	app := hookstest.NewAppWith(t, config)
	if err := commands.CheckReady(app); err != nil {
		t.Fatal(err)
	}
	if err := app.RunInTransaction(func(tx core.App) error {
		_, err := mail.Queue(tx, emails.Test(emails.TestProps{To: "marta@x.example", Server: "here", By: "Marta"}))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := commands.CheckReady(app); err != nil {
		t.Errorf("with a new email: %v", err)
	}
	hookstest.Exec(t, app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	if err := commands.CheckReady(app); err == nil || !strings.Contains(err.Error(), "emails are waiting") || strings.Contains(err.Error(), "marta") {
		t.Errorf("with an email that has waited too long: %v, want an error, it with %q and it without %q", err, "emails are waiting", "marta")
	}
	hookstest.Exec(t, app, "DELETE FROM outbox", nil)
	hookstest.Exec(t, app, "CREATE TRIGGER full BEFORE UPDATE ON _params BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	if err := commands.CheckReady(app); err == nil {
		t.Error("ready, though nothing can be written")
	}
}

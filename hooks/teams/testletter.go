package teams

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
)

// testEmailLimit limits test emails that one account sends.
var testEmailLimit = ratelimit.Define("test-letter", 3, time.Minute)

// SendTestEmail sends a letter to the actor's own address, to see that mail arrives (R160). id is the letter's.
func SendTestEmail(app core.App, actor *actors.Actor) (id string, err error) {
	entry := audit.NewEntry(actor, "mail.test")
	if !actor.CanEditTeam() {
		return "", audit.RecordRefusal(app, entry, errs.Forbidden("Only the Owner and Admins send test emails."))
	}
	if wait, ok := testEmailLimit.In(app).Take(actor.Account.Id); !ok {
		return "", errs.RateLimited(wait, "Three test letters a minute are enough. Wait a moment.")
	}
	letter := emails.Test(emails.TestProps{
		To: actor.Account.Email(), ToName: actor.Name(), By: actor.Name(),
		Server: settings.Of(app).URL, Support: settings.Of(app).Support,
	})
	letter.About, letter.Team = actor.Account.Id, actor.Team.Id
	letter.Topic = "test:" + actor.Team.Id
	err = audit.Do(app, entry, func(tx core.App) error {
		id, err = mail.Queue(tx, letter)
		return err
	})
	return id, err
}

// FindTestEmail reads a test letter that the actor asked for in this team; any other is record.ErrNotFound.
func FindTestEmail(app core.App, actor *actors.Actor, id string) (*mail.Email, error) {
	letter, err := mail.FindEmail(app, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a test letter: %w", err)
	}
	if letter.Kind() != mail.KindTest || letter.About() != actor.Account.Id || letter.Team() != actor.Team.Id {
		return nil, errs.NotFound
	}
	return letter, nil
}

// checkStillAdmin is the condition of test emails: whoever asked for one still has this address and runs the team.
func checkStillAdmin(tx core.App, m *mail.Email) (reason string, err error) {
	account, err := tx.FindRecordById("users", m.About())
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return mail.ReasonAccountDeleted, nil
	case err != nil:
		return "", fmt.Errorf("find the recipient of a test email: %w", err)
	case account.Email() != m.Recipient():
		return mail.ReasonAddressChanged, nil
	}
	n, err := tx.CountRecords("memberships", dbx.HashExp{"team": m.Team(), "user": account.Id}, dbx.NewExp("(owner OR admin)"))
	if err != nil {
		return "", fmt.Errorf("find the role of a recipient: %w", err)
	}
	if n == 0 {
		return mail.ReasonNotAdmin, nil
	}
	return "", nil
}

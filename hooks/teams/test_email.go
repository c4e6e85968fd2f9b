package teams

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

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
var testEmailLimit = ratelimit.Define("test-email", 3, time.Minute)

// SendTestEmail sends an email to the actor's own address, to check delivery (R160). id is the id of the email.
func SendTestEmail(app core.App, actor *actors.Actor) (id string, err error) {
	entry := audit.NewEntry(actor, "mail.test")
	if !actor.CanEditTeam() {
		return "", audit.RecordRefusal(app, entry, errs.Forbidden("Only the Owner and Admins can send test emails."))
	}
	if wait, ok := testEmailLimit.In(app).Take(actor.Account.Id); !ok {
		return "", errs.RateLimited(wait, "You've sent too many test emails. Try again in a minute.")
	}
	email := emails.Test(emails.TestProps{
		To: actor.Account.Email(), ToName: actor.Name(), By: actor.Name(),
		Server: settings.Of(app).URL, Support: settings.Of(app).Support,
	})
	email.About, email.Team = actor.Account.Id, actor.Team.Id
	email.Topic = "test:" + actor.Team.Id
	err = audit.Do(app, entry, func(tx core.App) error {
		id, err = mail.Queue(tx, email)
		return err
	})
	return id, err
}

// FindTestEmail returns a test email that the actor sent in this team. It returns errs.ErrNotFound for any other email.
func FindTestEmail(app core.App, actor *actors.Actor, id string) (*mail.Email, error) {
	email, err := mail.FindEmail(app, id)
	if err != nil {
		return nil, err
	}
	if email.Kind() != mail.KindTest || email.About() != actor.Account.Id || email.Team() != actor.Team.Id {
		return nil, errs.ErrNotFound
	}
	return email, nil
}

// checkStillAdmin is the condition of test emails: the recipient still has this address and manages the team.
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
	manages, err := actors.IsManager(tx, account.Id, m.Team())
	if err == nil && !manages {
		reason = mail.ReasonNotAdmin
	}
	return reason, err
}

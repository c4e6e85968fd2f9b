package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// closeUndeliverable ends an invitation when its email can't be delivered or is reported as spam, in the transaction
// that records it, and frees its seat (R42, R50). Only the newest email counts; an older one carried a link that has
// been replaced.
func closeUndeliverable(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		email := &mail.Email{Record: e.Record}
		if !email.Unreachable() || email.About() == "" {
			return nil
		}
		invitation, err := Find(e.App, email.About())
		if errors.Is(err, errs.ErrNotFound) {
			return nil // the email is about something else, or the team was deleted
		}
		if err != nil {
			return err
		}
		return invitation.markUndeliverable(e.App, email)
	})
}

// markUndeliverable ends the invitation unless it has already ended or has a newer email.
func (i *Invitation) markUndeliverable(tx core.App, email *mail.Email) error {
	newest, err := mail.FindNewest(tx, i.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err != nil || newest.Id != email.Id || i.Status() != Pending {
		return nil
	}
	if err := i.close(tx, Revoked, text.Shorten(email.LastError(), 200)); err != nil {
		return err
	}
	entry := (&audit.Entry{Team: i.TeamID(), ActorName: "mail provider", Action: "invitation.undeliverable"}).
		WithTarget(i.Id, i.Address()).With("letter", email.Status()).With("reason", email.LastError())
	return audit.Write(tx, entry)
}

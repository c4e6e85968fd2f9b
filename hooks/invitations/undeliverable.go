package invitations

import (
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// closeUndeliverable ends an invitation whose letter tells that its address cannot be reached, or wants nothing from
// us, in the transaction that notes it of the letter: its seat is free again (R42, R50). Only the newest letter
// counts; an older one carried a link that was replaced.
func closeUndeliverable(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		letter := &mail.Email{Record: e.Record}
		if !letter.Unreachable() || letter.About() == "" {
			return nil
		}
		invitation, err := Find(e.App, letter.About())
		if errors.Is(err, errs.NotFound) {
			return nil // the letter is about something else, or the team is gone
		}
		if err != nil {
			return err
		}
		return invitation.markUndeliverable(e.App, letter)
	})
}

// markUndeliverable ends the invitation unless it has ended, or has a newer letter than this one.
func (i *Invitation) markUndeliverable(tx core.App, letter *mail.Email) error {
	newest, err := mail.FindNewest(tx, i.Id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("find the newest letter of an invitation: %w", err)
	}
	if err != nil || newest.Id != letter.Id || i.Status() != Pending {
		return nil
	}
	if err := i.close(tx, Revoked, truncate(letter.LastError(), 200)); err != nil {
		return err
	}
	entry := (&audit.Entry{Team: i.TeamID(), ActorName: "mail provider", Action: "invitation.undeliverable"}).
		WithTarget(i.Id, i.Address()).With("letter", letter.Status()).With("reason", letter.LastError())
	return audit.Write(tx, entry)
}

// truncate shortens text to at most max characters.
func truncate(text string, max int) string {
	if utf8.RuneCountInString(text) > max {
		return string([]rune(text)[:max-1]) + "…"
	}
	return text
}

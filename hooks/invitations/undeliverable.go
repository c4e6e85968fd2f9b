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
)

// endUndeliverable ends an invitation whose letter tells that its address cannot be reached, or wants nothing from
// us, in the transaction that notes it of the letter: its seat is free again (R42, R50). Only the newest letter
// counts; an older one carried a link that was replaced.
func endUndeliverable(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		letter := &mail.Outbox{Record: e.Record}
		if !letter.Unreachable() || letter.About() == "" {
			return nil
		}
		invitation, err := Find(e.App, letter.About())
		if errors.Is(err, record.ErrNotFound) {
			return nil // the letter is about something else, or the team is gone
		}
		if err != nil {
			return err
		}
		return invitation.undeliverable(e.App, letter)
	})
}

// undeliverable ends the invitation unless it has ended, or has a newer letter than this one.
func (i *Invitation) undeliverable(tx core.App, letter *mail.Outbox) error {
	newest, err := mail.FindNewest(tx, i.Id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("find the newest letter of an invitation: %w", err)
	}
	if err != nil || newest.Id != letter.Id || i.Status() != Pending {
		return nil
	}
	if err := i.end(tx, Revoked, cut(letter.Error(), 200)); err != nil {
		return err
	}
	entry := (&audit.Entry{Team: i.TeamID(), ActorName: "mail provider", Action: "invitation.undeliverable"}).
		On(i.Id, i.Address()).With("letter", letter.Status()).With("reason", letter.Error())
	return audit.Write(tx, entry)
}

// cut shortens text to at most max characters.
func cut(text string, max int) string {
	if utf8.RuneCountInString(text) > max {
		return string([]rune(text)[:max-1]) + "…"
	}
	return text
}

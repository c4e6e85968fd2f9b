package sessions

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// informingKinds are the kinds of email that inform the recipient of a session, and reachedStatuses the statuses of an
// email that was sent and didn't bounce.
var (
	informingKinds  = []string{mail.KindSessionInvitation, mail.KindSessionChanged}
	reachedStatuses = []string{mail.Sent, mail.Delayed, mail.Delivered, mail.Complained}
)

// isInformed reports whether the participant knows of the session: an email about it was sent and didn't bounce, or the
// participant hosts it, has answered or has joined. Only they are notified of a change or a cancellation.
func (p *Participant) isInformed() bool {
	return p.WasTold() || p.Role() == Host || p.State() != StateInvited || p.Answer() != ""
}

// WasTold reports whether the participant was told of the session: an email about it or its series was sent and didn't bounce, or
// they hosted or answered before. Someone who wasn't invited and asks to join wasn't.
func (p *Participant) WasTold() bool { return p.GetString("told") != "" }

// registerNotified records on the participants of a personal link whether an email about the session or series was sent.
func registerNotified(app core.App) {
	app.OnRecordUpdateExecute("outbox").BindFunc(func(e *core.RecordEvent) error {
		if !record.Changed(e.Record, "status") || !slices.Contains(informingKinds, e.Record.GetString("kind")) {
			return e.Next()
		}
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return recordNotified(e.App, e.Record.GetString("about"), e.Record.GetString("status"))
		})
	})
}

func recordNotified(tx core.App, participant, status string) error {
	reached := slices.Contains(reachedStatuses, status)
	if !reached && !slices.Contains([]string{mail.Returned, mail.Failed, mail.Bounced}, status) || reached && !mail.Enabled(tx) {
		return nil
	}
	p, err := FindParticipant(tx, participant)
	if errors.Is(err, errs.ErrNotFound) || err == nil && p.GetString("link") == "" {
		return nil
	}
	if err != nil {
		return err
	}
	told := ""
	if reached {
		told = record.FormatTime(time.Now())
	} else if another, err := reachedByOtherEmail(tx, p); err != nil || another {
		return err
	}
	_, err = tx.DB().NewQuery("UPDATE participants SET told = {:told} WHERE link = {:link} AND ({:told} = '' OR told = '')").
		Bind(dbx.Params{"told": told, "link": p.GetString("link")}).Execute()
	if err != nil {
		return fmt.Errorf("note who knows of a session: %w", err)
	}
	return nil
}

// reachedByOtherEmail reports whether the invitee got an email other than the one that bounced.
func reachedByOtherEmail(tx core.App, p *Participant) (bool, error) {
	n, err := countInvites(tx, p, reachedStatuses)
	return n > 0, err
}

// isEmailSending reports whether an email about the session is being sent right now.
func isEmailSending(tx core.App, p *Participant) (bool, error) {
	n, err := countInvites(tx, p, []string{mail.Sending})
	return n > 0, err
}

func countInvites(tx core.App, p *Participant, states []string) (int64, error) {
	in := func(column string, values []string) dbx.Expression {
		all := make([]any, len(values))
		for n, value := range values {
			all[n] = value
		}
		return dbx.In(column, all...)
	}
	n, err := tx.CountRecords("outbox", in("kind", informingKinds), in("status", states),
		dbx.NewExp("(about = {:id} OR about IN (SELECT id FROM participants WHERE link = {:link} AND link != ''))",
			dbx.Params{"id": p.Id, "link": p.GetString("link")}))
	if err != nil {
		return 0, fmt.Errorf("look for emails about a session: %w", err)
	}
	return n, nil
}

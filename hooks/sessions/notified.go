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

// informingKinds are the kinds of email that tell somebody of a session, and reached the states in which one has left and has
// not come back.
var (
	informingKinds  = []string{mail.KindSessionInvitation, mail.KindSessionChanged}
	reachedStatuses = []string{mail.Sent, mail.Delayed, mail.Delivered, mail.Complained}
)

// isInformed reports whether the participant knows of the session: an email about it was sent and has not come back, or the
// participant hosts it, has answered or has joined. Only those are told of a change or a cancellation.
func (p *Participant) isInformed() bool {
	return p.GetString("told") != "" || p.Role() == Host || p.State() != StateInvited || p.Answer() != ""
}

// registerNotified keeps in the rows of a personal link when an email about the session, or the series, reached the invitee.
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
	came := slices.Contains(reachedStatuses, status)
	if !came && !slices.Contains([]string{mail.Returned, mail.Failed, mail.Bounced}, status) || came && !mail.Enabled(tx) {
		return nil
	}
	p, err := FindParticipant(tx, participant)
	if errors.Is(err, errs.NotFound) || err == nil && p.GetString("link") == "" {
		return nil
	}
	if err != nil {
		return err
	}
	told := ""
	if came {
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

// reachedByOtherEmail reports whether another email than the one that came back reached the invitee.
func reachedByOtherEmail(tx core.App, p *Participant) (bool, error) {
	n, err := countInvites(tx, p, reachedStatuses)
	return n > 0, err
}

// isEmailSending reports whether an email that tells of the session is being sent at this moment.
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

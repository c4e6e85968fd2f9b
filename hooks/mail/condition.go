package mail

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Condition returns one of the Reason codes if a queued email is obsolete, otherwise "". It may queue another email in
// its place. It reads through tx only.
type Condition func(tx core.App, m *Email) (reason string, err error)

const conditionKey = "usher.mail.condition."

// AlwaysSend is the condition of emails that can't become obsolete, such as that a password was changed.
func AlwaysSend(core.App, *Email) (string, error) { return "", nil }

// RegisterCondition registers the condition of emails of the kinds. It is checked at every attempt, in the transaction
// that claims the email for sending.
func RegisterCondition(app core.App, condition Condition, kinds ...string) {
	for _, kind := range kinds {
		app.Store().Set(conditionKey+kind, condition)
	}
}

// HasCondition reports whether a condition is registered for emails of the kind.
func HasCondition(app core.App, kind string) bool {
	_, ok := app.Store().Get(conditionKey + kind).(Condition)
	return ok
}

// obsoleteReason returns why the email is obsolete, or "". The condition of its kind comes first, because its reason is more
// specific than that a newer email replaced this one.
func (m *Email) obsoleteReason(tx core.App) (reason string, err error) {
	if condition, ok := tx.Store().Get(conditionKey + m.Kind()).(Condition); ok {
		if reason, err = condition(tx, m); err != nil || reason != "" {
			return reason, err
		}
	}
	newer, err := m.hasNewer(tx)
	if err != nil || !newer {
		return "", err
	}
	return ReasonReplaced, nil
}

// hasNewer reports whether a newer email of the topic to the same recipient is queued or sent.
func (m *Email) hasNewer(tx core.App) (bool, error) {
	if m.Topic() == "" {
		return false, nil
	}
	var newer bool
	err := tx.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM outbox WHERE topic = {:topic} AND recipient = {:to}
		AND rowid > (SELECT rowid FROM outbox WHERE id = {:id}) AND status != 'dropped')`).
		Bind(params{"topic": m.Topic(), "to": m.Recipient(), "id": m.Id}).Row(&newer)
	if err != nil {
		return false, fmt.Errorf("look for a newer email: %w", err)
	}
	return newer, nil
}

// DropObsolete drops the queued emails about a record that are obsolete, in the caller's transaction, so that their
// content is deleted now instead of at the next attempt.
func DropObsolete(tx core.App, about string) error {
	waiting, err := findWaiting(tx, dbx.HashExp{"about": about})
	if err != nil {
		return err
	}
	for _, m := range waiting {
		reason, err := m.obsoleteReason(tx)
		if err == nil && reason != "" {
			err = m.Drop(tx, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// FindQueued lists the queued emails of a topic to a recipient, oldest first.
func FindQueued(tx core.App, topic, recipient string) ([]*Email, error) {
	return findWaiting(tx, dbx.HashExp{"topic": topic, "recipient": recipient})
}

// FindNewestOn returns the newest email of a kind on one of the topics to a recipient, whatever its status, that was queued at or
// after since. It returns errs.ErrNotFound if there is none.
func FindNewestOn(tx core.App, topics []any, kind, recipient string, since time.Time) (*Email, error) {
	return record.One[Email](tx.RecordQuery(collection).AndWhere(dbx.HashExp{"kind": kind, "topic": topics, "recipient": recipient}).
		AndWhere(dbx.NewExp("created >= {:since}", params{"since": record.FormatTime(since)})).OrderBy("rowid DESC"), "find the newest email on a topic")
}

func findWaiting(tx core.App, where dbx.Expression) ([]*Email, error) {
	var waiting []*Email
	err := tx.RecordQuery(collection).AndWhere(where).AndWhere(dbx.NewExp("status = 'queued'")).OrderBy("rowid").All(&waiting)
	if err != nil {
		return nil, fmt.Errorf("find queued emails: %w", err)
	}
	return waiting, nil
}

// Drop cancels a queued email. Its content is deleted.
func (m *Email) Drop(tx core.App, reason string) error {
	m.Set("status", Dropped)
	m.Set("reason", reason)
	m.Set("error", "")
	if err := tx.Save(m); err != nil {
		return fmt.Errorf("drop an email: %w", err)
	}
	return nil
}

// supersede drops the queued emails that a new one of the topic replaces. One that is being sent is checked at its next
// attempt, if there is one.
func supersede(tx core.App, topic, recipient string) error {
	if topic == "" {
		return nil
	}
	older, err := FindQueued(tx, topic, recipient)
	if err != nil {
		return err
	}
	for _, m := range older {
		if err := m.Drop(tx, ReasonReplaced); err != nil {
			return err
		}
	}
	return nil
}

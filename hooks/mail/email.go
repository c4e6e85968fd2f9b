package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
)

const collection = "outbox"

// The states of a letter. After Sent they are what its provider reports; which of them follows which is in course.
const (
	Queued     = "queued"
	Sending    = "sending"
	Sent       = "sent"
	Delayed    = "delayed"
	Returned   = "returned"
	Failed     = "failed"
	Delivered  = "delivered"
	Bounced    = "bounced"
	Complained = "complained"

	// Dropped is an email that was no longer worth sending; its reason is one of the reasons.
	Dropped = "dropped"
)

type params = dbx.Params

var (
	_ core.Model        = (*Email)(nil)
	_ core.PreValidator = (*Email)(nil)
	_ core.RecordProxy  = (*Email)(nil)
)

// Email is the record of a letter on its way. Its content is sealed until it is sent, and erased then.
type Email struct {
	*core.Record
}

// NewEmail is a new record with its id, which seals the letter and is its idempotency key.
func NewEmail(app core.App) (*Email, error) {
	c, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("find the outbox: %w", err)
	}
	m := &Email{core.NewRecord(c)}
	m.Id = core.GenerateDefaultRandomId()
	return m, nil
}

// PreValidate says no to a proxy without its record.
func (m *Email) PreValidate(context.Context, core.App) error {
	if m.Record == nil || m.Record.Collection().Name != collection {
		return errors.New("missing or invalid outbox record")
	}
	return nil
}

// ProxyRecord returns the record.
func (m *Email) ProxyRecord() *core.Record { return m.Record }

// SetProxyRecord takes the record over.
func (m *Email) SetProxyRecord(r *core.Record) { m.Record = r }

// Kind is the kind of the letter.
func (m *Email) Kind() string { return m.GetString("kind") }

// Recipient is the address.
func (m *Email) Recipient() string { return m.GetString("recipient") }

// About is the id of the record that the letter is about, or "".
func (m *Email) About() string { return m.GetString("about") }

// Team is the id of the team, or "".
func (m *Email) Team() string { return m.GetString("team") }

// Status is one of the states of a letter.
func (m *Email) Status() string { return m.GetString("status") }

// Attempts is how often it was tried; a refusal of the key or the sender does not count.
func (m *Email) Attempts() int { return m.GetInt("attempts") }

// DueAt is when it may be tried next.
func (m *Email) DueAt() types.DateTime { return m.GetDateTime("due") }

// FirstTriedAt is when it was first tried, zero before.
func (m *Email) FirstTriedAt() types.DateTime { return m.GetDateTime("tried") }

// SentAt is when the provider took it, zero before.
func (m *Email) SentAt() types.DateTime { return m.GetDateTime("sent") }

// DeliveredAt is when the recipient's server took it, zero if that is not known.
func (m *Email) DeliveredAt() types.DateTime { return m.GetDateTime("delivered") }

// Unreachable reports that the address takes no letter, or wants none: another letter would fare the same.
func (m *Email) Unreachable() bool { return m.GetBool("unreachable") }

// Topic is what the email is about for its order: of the emails of a topic to one recipient only the newest is sent.
func (m *Email) Topic() string { return m.GetString("topic") }

// Basis is what the email was made from, for its condition. It holds no secret.
func (m *Email) Basis() string { return m.GetString("basis") }

// Reason is the code of why the email was dropped, or "".
func (m *Email) Reason() string { return m.GetString("reason") }

// LastError is why the last try failed, or what the provider reports against it: a sentence to show, at most 500 characters.
func (m *Email) LastError() string { return m.GetString("error") }

// ProviderID is the provider's own id of a letter that was sent.
func (m *Email) ProviderID() string { return m.GetString("provider_id") }

// Queue writes a letter into the outbox, in the caller's transaction: it leaves after the commit, and never
// without it. The id names the letter for as long as it is listed.
func Queue(tx core.App, l Message) (id string, err error) {
	request, err := l.encode(tx)
	if err != nil {
		return "", err
	}
	m, err := NewEmail(tx)
	if err != nil {
		return "", err
	}
	sealed, err := seal(tx, m.Id, request)
	if err != nil {
		return "", err
	}
	if err := supersede(tx, l.Topic, l.To); err != nil {
		return "", err
	}
	priority := 1
	if l.HighPriority {
		priority = 0
	} else if l.LowPriority {
		priority = 2
	}
	m.Load(map[string]any{
		"kind": l.Kind, "recipient": l.To, "about": l.About, "team": l.Team,
		"topic": l.Topic, "basis": l.Basis,
		"status": Queued, "priority": priority, "due": types.NowDateTime(), "sealed": sealed,
	})
	if err := tx.Save(m); err != nil {
		return "", fmt.Errorf("queue a letter of kind %q: %w", l.Kind, err)
	}
	return m.Id, nil
}

// FindEmail returns the letter with this id, or sql.ErrNoRows.
func FindEmail(app core.App, id string) (*Email, error) {
	m := &Email{}
	err := app.RecordQuery(collection).AndWhere(dbx.HashExp{"id": id}).Limit(1).One(m)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// findNext returns the letter that leaves next: account letters first, then as they fell due. With nothing due
// it is sql.ErrNoRows.
func findNext(app core.App, now time.Time) (*Email, error) {
	m := &Email{}
	err := app.RecordQuery(collection).
		AndWhere(dbx.NewExp("status = 'queued' AND due <= {:now}", params{"now": record.FormatTime(now)})).
		OrderBy("priority ASC", "due ASC", "rowid ASC").Limit(1).One(m)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// nextDue is when the next waiting letter falls due, zero if none waits.
func nextDue(app core.App) (time.Time, error) {
	var due string
	err := app.DB().NewQuery("SELECT coalesce(min(due), '') FROM outbox WHERE status = 'queued'").Row(&due)
	return parseTime(due), err
}

// Backlog counts the letters that have not left, and says since when the oldest of them waits (zero if there is
// none): an outbox that grows old is a server that is not ready.
func Backlog(app core.App) (n int, oldest time.Time, err error) {
	var first string
	err = app.DB().NewQuery(
		"SELECT count(*), coalesce(min(created), '') FROM outbox WHERE status IN ('queued', 'sending')",
	).Row(&n, &first)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count waiting letters: %w", err)
	}
	return n, parseTime(first), nil
}

// CountEmails counts the letters about a record since a time, and says when the last of them was made (zero if
// there is none): what the limits on resending are judged by (R59).
func CountEmails(app core.App, about string, since time.Time) (n int, last time.Time, err error) {
	var newest string
	err = app.DB().NewQuery(
		"SELECT count(*), coalesce(max(created), '') FROM outbox WHERE about = {:about} AND created >= {:since}",
	).Bind(params{"about": about, "since": record.FormatTime(since)}).Row(&n, &newest)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count letters: %w", err)
	}
	return n, parseTime(newest), nil
}

// parseTime reads a time as the database keeps it.
func parseTime(stamp string) time.Time {
	t, _ := time.Parse(types.DefaultDateLayout, stamp)
	return t
}

package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/list"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
)

const collection = "outbox"

// The states of an email. Those after Sent are reported by the provider; statusOrder has their order.
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

	// Dropped is an email that became obsolete before it was sent; it has one of the Reason codes.
	Dropped = "dropped"
)

// Emails of a higher priority are sent before all others.
const (
	highPriority = iota
	normalPriority
	lowPriority
)

type params = dbx.Params

var (
	_ core.Model        = (*Email)(nil)
	_ core.PreValidator = (*Email)(nil)
	_ core.RecordProxy  = (*Email)(nil)
)

// Email is the record of an email in the outbox. Its content is encrypted until it is sent, and then deleted.
type Email struct {
	*core.Record
}

// NewEmail returns a new record with an id, which its content is encrypted for and which is its idempotency key.
func NewEmail(app core.App) (*Email, error) {
	c, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("find the outbox: %w", err)
	}
	m := &Email{core.NewRecord(c)}
	m.Id = core.GenerateDefaultRandomId()
	return m, nil
}

// PreValidate returns an error for a proxy without a record of the outbox.
func (m *Email) PreValidate(context.Context, core.App) error {
	if m.Record == nil || m.Record.Collection().Name != collection {
		return errors.New("missing or invalid outbox record")
	}
	return nil
}

// ProxyRecord returns the record.
func (m *Email) ProxyRecord() *core.Record { return m.Record }

// SetProxyRecord sets the record.
func (m *Email) SetProxyRecord(r *core.Record) { m.Record = r }

// Kind is one of the Kind constants.
func (m *Email) Kind() string { return m.GetString("kind") }

// Recipient is the recipient's address.
func (m *Email) Recipient() string { return m.GetString("recipient") }

// About is the id of the record the email is about, or "".
func (m *Email) About() string { return m.GetString("about") }

// Team is the id of the team, or "".
func (m *Email) Team() string { return m.GetString("team") }

// Status is one of the states of an email.
func (m *Email) Status() string { return m.GetString("status") }

// Attempts is the number of attempts to send it. Those that failed because of the key or the sender don't count.
func (m *Email) Attempts() int { return m.GetInt("attempts") }

// DueAt is the time of the next attempt.
func (m *Email) DueAt() types.DateTime { return m.GetDateTime("due") }

// FirstTriedAt is the time of the first attempt, or zero.
func (m *Email) FirstTriedAt() types.DateTime { return m.GetDateTime("tried") }

// SentAt is when the provider accepted it, or zero.
func (m *Email) SentAt() types.DateTime { return m.GetDateTime("sent") }

// DeliveredAt is when the recipient's server accepted it, or zero if unknown.
func (m *Email) DeliveredAt() types.DateTime { return m.GetDateTime("delivered") }

// Unreachable reports whether the address can't or doesn't want to receive email, so that another email wouldn't arrive either.
func (m *Email) Unreachable() bool { return m.GetBool("unreachable") }

// Topic groups emails: of those with the same topic and recipient only the newest is sent.
func (m *Email) Topic() string { return m.GetString("topic") }

// Basis is what the condition of its kind checks the email against. It contains no secret.
func (m *Email) Basis() string { return m.GetString("basis") }

// Reason is one of the Reason codes if the email was dropped, or "".
func (m *Email) Reason() string { return m.GetString("reason") }

// LastError is a sentence for users about why the last attempt or the delivery failed, at most 500 characters.
func (m *Email) LastError() string { return m.GetString("error") }

// ProviderID is the provider's id of a sent email.
func (m *Email) ProviderID() string { return m.GetString("provider_id") }

// Queue adds an email to the outbox in the caller's transaction. It is sent after the commit. id is the id of its
// record.
func Queue(tx core.App, message Message) (id string, err error) {
	if !HasAddress(message.To) {
		return "", nil
	}
	request, err := message.encode(tx)
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
	if err := supersede(tx, message.Topic, message.To); err != nil {
		return "", err
	}
	priority := normalPriority
	if message.HighPriority {
		priority = highPriority
	} else if message.LowPriority {
		priority = lowPriority
	}
	turn, err := nextTurn(tx, priority, message.Team, message.Kind, false)
	if err != nil {
		return "", err
	}
	m.Load(map[string]any{
		"kind": message.Kind, "recipient": message.To, "about": message.About, "team": message.Team,
		"topic": message.Topic, "basis": message.Basis,
		"status": Queued, "priority": priority, "turn": turn, "due": types.NowDateTime(), "sealed": sealed,
	})
	if err := tx.Save(m); err != nil {
		return "", fmt.Errorf("queue an email of kind %q: %w", message.Kind, err)
	}
	return m.Id, nil
}

// FindEmail returns the email with this id, or errs.ErrNotFound.
func FindEmail(app core.App, id string) (*Email, error) {
	return record.One[Email](app.RecordQuery(collection).AndWhere(dbx.HashExp{"id": id}), "find an email")
}

// nextDue returns when the next queued email is due, or zero if none is queued.
func nextDue(app core.App) (time.Time, error) {
	var due string
	err := app.DB().NewQuery("SELECT coalesce(min(due), '') FROM outbox WHERE status = 'queued'").Row(&due)
	return parseTime(due), err
}

// Backlog counts the emails that haven't been sent, and returns when the oldest was queued, or zero. The readiness check
// uses it.
func Backlog(app core.App) (n int, oldest time.Time, err error) {
	var first string
	err = app.DB().NewQuery(
		"SELECT count(*), coalesce(min(created), '') FROM outbox WHERE status IN ('queued', 'sending')",
	).Row(&n, &first)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count queued emails: %w", err)
	}
	return n, parseTime(first), nil
}

// HasQueued reports whether emails of one of the kinds are queued for a team.
func HasQueued(app core.App, team string, kinds ...string) (bool, error) {
	var one []string
	err := app.DB().Select("id").From(collection).Where(dbx.HashExp{"team": team, "kind": list.ToInterfaceSlice(kinds), "status": Queued}).Limit(1).Column(&one)
	if err != nil {
		return false, fmt.Errorf("look for queued emails: %w", err)
	}
	return len(one) > 0, nil
}

// CountEmails counts the emails about a record since a time, and returns when the last one was queued, or zero. The limits
// on resending use it (R59).
func CountEmails(app core.App, about string, since time.Time) (n int, last time.Time, err error) {
	var newest string
	err = app.DB().NewQuery(
		"SELECT count(*), coalesce(max(created), '') FROM outbox WHERE about = {:about} AND created >= {:since}",
	).Bind(params{"about": about, "since": record.FormatTime(since)}).Row(&n, &newest)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count emails: %w", err)
	}
	return n, parseTime(newest), nil
}

// parseTime parses a time in the format of the database.
func parseTime(stamp string) time.Time {
	t, _ := time.Parse(types.DefaultDateLayout, stamp)
	return t
}

package mail

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

const (
	firstRetry = 5 * time.Second
	maxRetry   = time.Hour
	giveUp     = 24 * time.Hour // as long as Resend remembers an idempotency key
	knockAgain = 5 * time.Minute
)

// deliver takes one letter through sending. The call is outside of any transaction.
func (w *Worker) deliver(id string) error {
	request, err := w.take(id)
	if err != nil || request == nil {
		return err
	}
	w.last = w.Now()
	carrier := transportOf(w.App, w.Console)
	ctx, cancel := context.WithTimeout(context.Background(), w.limit(carrier))
	defer cancel()
	providerID, err := carrier.send(ctx, id, request)
	var f *fault
	if err != nil && !errors.As(err, &f) {
		f = &fault{verdict: again, message: "The letter could not be handed over."}
	}
	w.note(id, carrier.mode(), f)
	w.outcome = &outcome{id, providerID, f}
	return w.settleOutcome()
}

// outcome is what came of a try until it is in the database. It is kept when the write fails, as on a full disk: a
// message that was handed over isn't sent again.
type outcome struct {
	id, providerID string
	fault          *fault
}

func (w *Worker) settleOutcome() error {
	o := w.outcome
	if o == nil {
		return nil
	}
	if err := w.settle(o.id, o.providerID, o.fault); err != nil {
		return err
	}
	w.outcome = nil
	return nil
}

func (w *Worker) limit(carrier transport) time.Duration {
	switch {
	case w.Limit > 0:
		return w.Limit
	case carrier.mode() == modeSMTP:
		return 30 * time.Second
	default:
		return 10 * time.Second
	}
}

// takeUp queues again what stands in sending. A worker sends one letter at a time, so that at this moment
// nobody does.
func (w *Worker) takeUp() error {
	var left []*Outbox
	err := w.App.RecordQuery(collection).AndWhere(dbx.HashExp{"status": Sending}).All(&left)
	if err != nil {
		return fmt.Errorf("find letters that were under way: %w", err)
	}
	for _, m := range left {
		m.Set("status", Queued)
		m.Set("due", w.Now())
		if err := w.App.Save(m); err != nil {
			return fmt.Errorf("take up a letter: %w", err)
		}
	}
	return nil
}

// take marks a letter as being sent and returns what to send; nil if another took it, if it failed for good, or if it
// is no longer worth sending, which is judged here at every attempt.
func (w *Worker) take(id string) (request []byte, err error) {
	err = w.App.RunInTransaction(func(tx core.App) error {
		m, err := FindOutbox(tx, id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && m.Status() != Queued {
			return nil
		}
		if err != nil {
			return err
		}
		if reason, err := m.obsolete(tx); err != nil {
			return err
		} else if reason != "" {
			return m.Drop(tx, reason)
		}
		tried := m.Tried().Time()
		if !tried.IsZero() && w.Now().Sub(tried) >= giveUp {
			// The provider has forgotten the key by now: one more try could deliver it twice.
			return fail(tx, m, "It could not be delivered within 24 hours. Send it again.")
		}
		request, err = open(tx, m.Id, m.GetString("sealed"))
		if errors.Is(err, errSealed) {
			return fail(tx, m, "It was made before a restore and cannot be opened any more. Send it again.")
		}
		if err != nil {
			return err
		}
		before := m.GetString("sealed")
		if request, err = writeOut(tx, m, request); err != nil {
			return unwritten(tx, m, err)
		}
		if w.recipe = ""; m.GetString("sealed") != before {
			w.recipe = before
		}
		if tried.IsZero() {
			if request, err = w.readdress(tx, m, request); err != nil {
				return err
			}
			m.Set("tried", w.Now())
		}
		m.Set("status", Sending)
		m.Set("attempts", m.Attempts()+1)
		return tx.Save(m)
	})
	if err != nil {
		return nil, fmt.Errorf("take a letter: %w", err)
	}
	return request, nil
}

// unwritten ends a letter that cannot be written out, so that it holds up no other. The code of a refusal is the reason
// why it is no longer worth sending.
func unwritten(tx core.App, m *Outbox, err error) error {
	if code := record.Code(err); code != "" {
		return m.Drop(tx, code)
	}
	tx.Logger().Error("a letter cannot be written", "letter", m.Id, "error", err.Error())
	return fail(tx, m, "It could not be written. Send it again.")
}

// readdress puts the present sender on a letter that no provider can have accepted: one that waited because the
// sender was refused leaves under the one that was set instead.
func (w *Worker) readdress(tx core.App, m *Outbox, request []byte) ([]byte, error) {
	letter, err := parse(request)
	if err != nil {
		return nil, err
	}
	if letter.From == sender(tx) {
		return request, nil
	}
	letter.From = sender(tx)
	if request, err = json.Marshal(letter); err != nil {
		return nil, err
	}
	sealed, err := seal(tx, m.Id, request)
	if err != nil {
		return nil, err
	}
	m.Set("sealed", sealed)
	return request, nil
}

// settle writes down what came of a try.
func (w *Worker) settle(id, providerID string, f *fault) error {
	err := w.App.RunInTransaction(func(tx core.App) error {
		m, err := FindOutbox(tx, id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && m.Status() != Sending {
			return nil
		}
		if err != nil {
			return err
		}
		if f == nil {
			m.Set("status", Sent)
			m.Set("sent", w.Now())
			m.Set("provider_id", short(providerID, 200))
			m.Set("error", "")
			if _, err := m.follow(tx); err != nil {
				return err
			}
			return tx.Save(m)
		}
		if f.verdict == never {
			m.Set("unreachable", f.address)
			return fail(tx, m, f.message)
		}
		m.Set("status", Queued)
		m.Set("error", f.message)
		if f.verdict == stop {
			m.Set("attempts", m.Attempts()-1)
			if m.Attempts() == 0 {
				m.Set("tried", "")
				if w.recipe != "" { // no provider took it: it is written out anew, as things are then
					m.Set("sealed", w.recipe)
				}
			}
			return tx.Save(m)
		}
		due := w.Now().Add(max(f.after, backoff(m.Attempts())))
		if due.Sub(m.Tried().Time()) >= giveUp {
			return fail(tx, m, f.message)
		}
		m.Set("due", due)
		return tx.Save(m)
	})
	if err != nil {
		return fmt.Errorf("note what came of a letter: %w", err)
	}
	return nil
}

// note keeps what a try says about the provider rather than about the letter.
func (w *Worker) note(id, mode string, f *fault) {
	provider := map[string]string{modeResend: "Resend", modeSMTP: "The mail server", modeConsole: "The console"}[mode]
	if f == nil || f.verdict == never {
		w.failures = 0
		w.setTrouble("")
		if f != nil {
			w.App.Logger().Warn("a letter was refused", "letter", id, "error", f.message)
		}
		return
	}
	w.App.Logger().Warn("a letter waits", "letter", id, "error", f.message)
	switch f.verdict {
	case stop:
		w.pause = w.Now().Add(knockAgain)
		w.setTrouble(f.message + " Emails that are waiting are sent once this is fixed.")
	case slow:
		w.pause = w.Now().Add(max(f.after, time.Second))
		if f.after > time.Minute {
			w.setTrouble(fmt.Sprintf("%s accepts no more emails until %s. Your plan there may be used up. It says: “%s”",
				provider, record.OnClock(w.pause.UTC(), "2 January")+" UTC", f.message))
		}
	case again:
		if w.failures++; w.failures >= 3 {
			w.setTrouble(f.message + " Emails are waiting and retried automatically.")
		}
	}
}

func fail(tx core.App, m *Outbox, message string) error {
	m.Set("status", Failed)
	m.Set("error", message)
	return tx.Save(m)
}

// backoff is how long to wait after the nth try: about 5 s, then double, an hour at most, a quarter more or less.
func backoff(n int) time.Duration {
	d := maxRetry
	if n < 11 {
		d = min(d, firstRetry<<max(0, n-1))
	}
	return min(maxRetry, time.Duration(float64(d)*(0.75+rand.Float64()/2)))
}

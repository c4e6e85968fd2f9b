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

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

const (
	firstRetry   = 5 * time.Second
	maxRetry     = time.Hour
	retryWindow  = 24 * time.Hour // as long as Resend remembers an idempotency key
	blockedDelay = 5 * time.Minute
)

// deliver takes one letter through sending. The call is outside of any transaction.
func (w *Worker) deliver(id string) error {
	request, err := w.claim(id)
	if err != nil || request == nil {
		return err
	}
	w.lastSend = w.Now()
	carrier := newTransport(w.App, w.Console)
	ctx, cancel := context.WithTimeout(context.Background(), w.timeout(carrier))
	defer cancel()
	providerID, err := carrier.send(ctx, id, request)
	var f *sendError
	if err != nil && !errors.As(err, &f) {
		f = &sendError{kind: retryLater, message: "The letter could not be handed over."}
	}
	w.updateProblem(id, carrier.name(), f)
	w.outcome = &outcome{id, providerID, f}
	return w.flushOutcome()
}

// outcome is what came of a try until it is in the database. It is kept when the write fails, as on a full disk: a
// message that was handed over isn't sent again.
type outcome struct {
	id, providerID string
	err            *sendError
}

func (w *Worker) flushOutcome() error {
	o := w.outcome
	if o == nil {
		return nil
	}
	if err := w.recordOutcome(o.id, o.providerID, o.err); err != nil {
		return err
	}
	w.outcome = nil
	return nil
}

func (w *Worker) timeout(carrier transport) time.Duration {
	switch {
	case w.Timeout > 0:
		return w.Timeout
	case carrier.name() == transportSMTP:
		return 30 * time.Second
	default:
		return 10 * time.Second
	}
}

// requeueInterrupted queues again what stands in sending. A worker sends one letter at a time, so that at this moment
// nobody does.
func (w *Worker) requeueInterrupted() error {
	var left []*Email
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

// claim marks a letter as being sent and returns what to send; nil if another took it, if it failed for good, or if it
// is no longer worth sending, which is judged here at every attempt.
func (w *Worker) claim(id string) (request []byte, err error) {
	err = w.App.RunInTransaction(func(tx core.App) error {
		m, err := FindEmail(tx, id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && m.Status() != Queued {
			return nil
		}
		if err != nil {
			return err
		}
		if reason, err := m.obsoleteReason(tx); err != nil {
			return err
		} else if reason != "" {
			return m.Drop(tx, reason)
		}
		tried := m.FirstTriedAt().Time()
		if !tried.IsZero() && w.Now().Sub(tried) >= retryWindow {
			// The provider has forgotten the key by now: one more try could deliver it twice.
			return markFailed(tx, m, "It could not be delivered within 24 hours. Send it again.")
		}
		request, err = unseal(tx, m.Id, m.GetString("sealed"))
		if errors.Is(err, errWrongKey) {
			return markFailed(tx, m, "It was made before a restore and cannot be opened any more. Send it again.")
		}
		if err != nil {
			return err
		}
		before := m.GetString("sealed")
		if request, err = render(tx, m, request); err != nil {
			return handleRenderError(tx, m, err)
		}
		if w.deferred = ""; m.GetString("sealed") != before {
			w.deferred = before
		}
		if tried.IsZero() {
			if request, err = w.updateSender(tx, m, request); err != nil {
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

// handleRenderError ends a letter that cannot be written out, so that it holds up no other. The code of a refusal is the reason
// why it is no longer worth sending.
func handleRenderError(tx core.App, m *Email, err error) error {
	if code := errs.Code(err); code != "" {
		return m.Drop(tx, code)
	}
	tx.Logger().Error("a letter cannot be written", "letter", m.Id, "error", err.Error())
	return markFailed(tx, m, "It could not be written. Send it again.")
}

// updateSender puts the present sender on a letter that no provider can have accepted: one that waited because the
// sender was refused leaves under the one that was set instead.
func (w *Worker) updateSender(tx core.App, m *Email, request []byte) ([]byte, error) {
	letter, err := decode(request)
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

// recordOutcome writes down what came of a try.
func (w *Worker) recordOutcome(id, providerID string, f *sendError) error {
	err := w.App.RunInTransaction(func(tx core.App) error {
		m, err := FindEmail(tx, id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && m.Status() != Sending {
			return nil
		}
		if err != nil {
			return err
		}
		if f == nil {
			m.Set("status", Sent)
			m.Set("sent", w.Now())
			m.Set("provider_id", Truncate(providerID, 200))
			m.Set("error", "")
			if _, err := m.applyReports(tx); err != nil {
				return err
			}
			return tx.Save(m)
		}
		if f.kind == rejected {
			m.Set("unreachable", f.badAddress)
			return markFailed(tx, m, f.message)
		}
		m.Set("status", Queued)
		m.Set("error", f.message)
		if f.kind == blocked {
			m.Set("attempts", m.Attempts()-1)
			if m.Attempts() == 0 {
				m.Set("tried", "")
				if w.deferred != "" { // no provider took it: it is written out anew, as things are then
					m.Set("sealed", w.deferred)
				}
			}
			return tx.Save(m)
		}
		due := w.Now().Add(max(f.retryAfter, backoff(m.Attempts())))
		if due.Sub(m.FirstTriedAt().Time()) >= retryWindow {
			return markFailed(tx, m, f.message)
		}
		m.Set("due", due)
		return tx.Save(m)
	})
	if err != nil {
		return fmt.Errorf("note what came of a letter: %w", err)
	}
	return nil
}

// updateProblem keeps what a try says about the provider rather than about the letter.
func (w *Worker) updateProblem(id, mode string, f *sendError) {
	provider := map[string]string{transportResend: "Resend", transportSMTP: "The mail server", transportConsole: "The console"}[mode]
	if f == nil || f.kind == rejected {
		w.failures = 0
		w.setProblem("")
		if f != nil {
			w.App.Logger().Warn("a letter was refused", "letter", id, "error", f.message)
		}
		return
	}
	w.App.Logger().Warn("a letter waits", "letter", id, "error", f.message)
	switch f.kind {
	case blocked:
		w.pausedUntil = w.Now().Add(blockedDelay)
		w.setProblem(f.message + " Emails that are waiting are sent once this is fixed.")
	case rateLimited:
		w.pausedUntil = w.Now().Add(max(f.retryAfter, time.Second))
		if f.retryAfter > time.Minute {
			w.setProblem(fmt.Sprintf("%s accepts no more emails until %s. Your plan there may be used up. It says: “%s”",
				provider, text.DateAndTime(w.pausedUntil.UTC(), "2 January")+" UTC", f.message))
		}
	case retryLater:
		if w.failures++; w.failures >= 3 {
			w.setProblem(f.message + " Emails are waiting and retried automatically.")
		}
	}
}

func markFailed(tx core.App, m *Email, message string) error {
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

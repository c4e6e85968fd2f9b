package mail

import (
	"context"
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
	retryWindow  = 24 * time.Hour // Resend keeps idempotency keys this long
	blockedDelay = 5 * time.Minute
)

// deliver sends one email, or the batch it is in, outside of any transaction.
func (w *Worker) deliver(id string) error {
	carrier := newTransport(w.App, w.Console)
	if batch, ok := carrier.(batchTransport); ok {
		key, ids, err := w.findBatch(id)
		if err != nil {
			return err
		}
		if key != "" {
			return w.deliverBatch(batch, key, ids)
		}
	}
	claimed, err := w.claim("", id)
	if err != nil || len(claimed) == 0 {
		return err
	}
	w.lastSend = w.Now()
	ctx, cancel := context.WithTimeout(context.Background(), w.timeout(carrier))
	defer cancel()
	providerID, err := carrier.send(ctx, id, claimed[0].request)
	f := sendErrorOf(err)
	w.updateProblem(id, carrier.name(), f)
	w.outcomes = []outcome{{id, providerID, f}}
	return w.flushOutcomes()
}

// sendErrorOf returns the error of a transport; any other error is temporary.
func sendErrorOf(err error) *sendError {
	var f *sendError
	if err != nil && !errors.As(err, &f) {
		f = &sendError{kind: retryLater, message: "The email couldn't be sent."}
	}
	return f
}

// outcome is the result of an attempt. It is kept until it is in the database, also if the write fails, as on a full disk:
// an email that was sent must not be sent again.
type outcome struct {
	id, providerID string
	err            *sendError
}

func (w *Worker) flushOutcomes() error {
	if len(w.outcomes) == 0 {
		return nil
	}
	err := w.App.RunInTransaction(func(tx core.App) error {
		for _, o := range w.outcomes {
			if err := w.recordOutcome(tx, o.id, o.providerID, o.err); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record the outcome of an email: %w", err)
	}
	w.outcomes = nil
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

// requeueInterrupted queues emails in the state Sending again. A worker makes one request at a time, so none is being sent
// at this moment.
func (w *Worker) requeueInterrupted() error {
	var left []*Email
	err := w.App.RecordQuery(collection).AndWhere(dbx.HashExp{"status": Sending}).All(&left)
	if err != nil {
		return fmt.Errorf("find interrupted emails: %w", err)
	}
	for _, m := range left {
		m.Set("status", Queued)
		m.Set("due", w.Now())
		if err := w.App.Save(m); err != nil {
			return fmt.Errorf("requeue an email: %w", err)
		}
	}
	return nil
}

// claimed is an email that is marked as being sent.
type claimed struct {
	id      string
	request []byte
}

// claim marks emails as being sent, as a batch if it has a key, and returns them in their order. It leaves out those that
// are no longer queued, failed for good or are obsolete, which is checked at every attempt.
func (w *Worker) claim(batch string, ids ...string) (all []claimed, err error) {
	w.deferred = map[string]string{}
	err = w.App.RunInTransaction(func(tx core.App) error {
		for _, id := range ids {
			request, err := w.claimOne(tx, batch, id)
			if err != nil {
				return err
			}
			if request != nil {
				all = append(all, claimed{id, request})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim an email: %w", err)
	}
	return all, nil
}

func (w *Worker) claimOne(tx core.App, batch, id string) (request []byte, err error) {
	m, err := FindEmail(tx, id)
	if errors.Is(err, errs.ErrNotFound) || err == nil && m.Status() != Queued {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if reason, err := m.obsoleteReason(tx); err != nil {
		return nil, err
	} else if reason != "" {
		return nil, m.Drop(tx, reason)
	}
	tried := m.FirstTriedAt().Time()
	if !tried.IsZero() && w.Now().Sub(tried) >= retryWindow {
		// The provider no longer knows the key, so another attempt could deliver it twice.
		return nil, markFailed(tx, m, "It couldn't be delivered within "+text.Duration(retryWindow)+". Send it again.")
	}
	request, err = unseal(tx, m.Id, m.GetString("sealed"))
	if errors.Is(err, errWrongKey) {
		return nil, markFailed(tx, m, "It was queued before a backup was restored and can no longer be opened. Send it again.")
	}
	if err != nil {
		return nil, err
	}
	before := m.GetString("sealed")
	if request, err = render(tx, m, request); err != nil {
		return nil, handleRenderError(tx, m, err)
	}
	if m.GetString("sealed") != before {
		w.deferred[id] = before
	}
	if tried.IsZero() {
		if request, err = w.updateSender(tx, m, request); err != nil {
			return nil, err
		}
		m.Set("tried", w.Now())
	}
	m.Set("status", Sending)
	m.Set("batch", batch)
	m.Set("attempts", m.Attempts()+1)
	return request, tx.Save(m)
}

// handleRenderError ends an email that can't be rendered, so that it doesn't block the others. An error with a code means
// that the email is obsolete.
func handleRenderError(tx core.App, m *Email, err error) error {
	if code := errs.Code(err); code != "" {
		return m.Drop(tx, code)
	}
	tx.Logger().Error("an email can't be rendered", "email", m.Id, "error", err.Error())
	return markFailed(tx, m, "The email couldn't be created. Send it again.")
}

// updateSender sets the current sender on an email that no provider can have accepted, such as one that was queued again
// because the provider rejected the previous sender.
func (w *Worker) updateSender(tx core.App, m *Email, request []byte) ([]byte, error) {
	decoded, err := decode(request)
	if err != nil {
		return nil, err
	}
	if decoded.From == sender(tx) {
		return request, nil
	}
	decoded.From = sender(tx)
	if request, err = json.Marshal(decoded); err != nil {
		return nil, err
	}
	return request, m.setRequest(tx, request)
}

// recordOutcome stores the outcome of an attempt.
func (w *Worker) recordOutcome(tx core.App, id, providerID string, f *sendError) error {
	m, err := FindEmail(tx, id)
	if errors.Is(err, errs.ErrNotFound) || err == nil && m.Status() != Sending {
		return nil
	}
	if err != nil {
		return err
	}
	if f == nil {
		m.Set("status", Sent)
		m.Set("sent", w.Now())
		m.Set("provider_id", text.Shorten(providerID, 200))
		m.Set("error", "")
		m.Set("batch", "")
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
	switch {
	case f.kind == batchRefused:
		m.Set("batch", "") // it is sent on its own, because it was tried before
		return tx.Save(m)
	case f.kind == blocked, f.kind == rateLimited && m.GetString("batch") != "":
		m.Set("attempts", m.Attempts()-1)
		if m.Attempts() == 0 {
			m.Set("tried", "")
			m.Set("batch", "")
			if deferred := w.deferred[id]; deferred != "" { // not accepted by a provider: it is rendered again at the next attempt
				m.Set("sealed", deferred)
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
}

// updateProblem records problems of the provider, as opposed to problems of a single email.
func (w *Worker) updateProblem(id, mode string, f *sendError) {
	provider := map[string]string{transportResend: "Resend", transportSMTP: "The mail server", transportConsole: "The console"}[mode]
	if f == nil || f.kind == rejected || f.kind == batchRefused {
		w.failures = 0
		setProblem(w.App, "")
		if f != nil {
			w.App.Logger().Warn("an email was rejected", "email", id, "error", f.message)
		}
		return
	}
	w.App.Logger().Warn("an email is delayed", "email", id, "error", f.message)
	switch f.kind {
	case blocked:
		w.pausedUntil = w.Now().Add(blockedDelay)
		setProblem(w.App, f.message+" Queued emails are sent when this is fixed.")
	case rateLimited:
		w.pausedUntil = w.Now().Add(max(f.retryAfter, time.Second))
		if f.retryAfter > time.Minute {
			setProblem(w.App, fmt.Sprintf("%s accepts no more emails until %s. Your plan there may be used up. It says: “%s”",
				provider, text.DateAndTime(w.pausedUntil.UTC(), "2 January")+" UTC", f.message))
		}
	case retryLater:
		if w.failures++; w.failures >= 3 {
			setProblem(w.App, f.message+" Emails are waiting and retried automatically.")
		}
	}
}

func markFailed(tx core.App, m *Email, message string) error {
	m.Set("status", Failed)
	m.Set("error", message)
	m.Set("batch", "")
	return tx.Save(m)
}

// backoff returns how long to wait after the nth attempt: about 5 s, doubled each time, at most an hour, with 25% jitter.
func backoff(n int) time.Duration {
	d := maxRetry
	if n < 11 {
		d = min(d, firstRetry<<max(0, n-1))
	}
	return min(maxRetry, time.Duration(float64(d)*(0.75+rand.Float64()/2)))
}

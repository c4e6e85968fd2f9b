package mail

import (
	"context"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// A batch is a number of bulk emails that are sent in one request, with one idempotency key. Until the provider has responded,
// the emails keep the key, so that a repeated request is recognized. An email that becomes obsolete in between is left out of
// the repetition: if the provider then says that the key belongs to another request, it had accepted the batch.

// batchSize is the maximum number of emails in a batch. Resend accepts 100; claiming them takes a transaction that other
// writers wait for.
const batchSize = 50

// batchTransport is a transport that also sends batches.
type batchTransport interface {
	transport
	// sendBatch sends the emails with the key as idempotency key. It returns the provider's ids or the error of each, or an
	// error if none was accepted or that isn't known.
	sendBatch(ctx context.Context, key string, emails []claimed) ([]outcome, error)
}

// findBatch returns the key and the emails of the batch that begins with an email, which is next in line. It returns no key
// if the email is sent on its own.
func (w *Worker) findBatch(id string) (key string, ids []string, err error) {
	var next struct {
		Batch string `db:"batch"`
		New   bool   `db:"new"`
	}
	err = w.App.DB().NewQuery("SELECT batch, bulk AND attempts = 0 new FROM outbox WHERE id = {:id}").Bind(params{"id": id}).One(&next)
	switch {
	case err != nil:
	case next.Batch != "":
		err = w.App.DB().NewQuery("SELECT id FROM outbox WHERE batch = {:batch} AND status = 'queued' ORDER BY rowid").
			Bind(params{"batch": next.Batch}).Column(&ids)
	case next.New:
		err = w.App.DB().NewQuery(`SELECT id FROM (SELECT id, rowid n FROM outbox INDEXED BY idx_outbox_due
			WHERE status = 'queued' AND due <= {:now} AND bulk AND attempts = 0 ORDER BY priority, turn, due LIMIT {:size}) ORDER BY n`).
			Bind(params{"now": record.FormatTime(w.Now()), "size": w.BatchSize}).Column(&ids)
		if next.Batch = core.GenerateDefaultRandomId(); err == nil && len(ids) < 2 {
			return "", nil, nil
		}
	}
	if err != nil {
		return "", nil, fmt.Errorf("find a batch of emails: %w", err)
	}
	return next.Batch, ids, nil
}

// deliverBatch sends a batch, outside of any transaction.
func (w *Worker) deliverBatch(carrier batchTransport, key string, ids []string) error {
	emails, err := w.claim(key, ids...)
	if err != nil || len(emails) == 0 {
		return err
	}
	w.lastSend = w.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 3*w.timeout(carrier))
	defer cancel()
	outcomes, err := carrier.sendBatch(ctx, key, emails)
	f := sendErrorOf(err)
	w.updateProblem(emails[0].id, carrier.name(), f)
	if f != nil {
		if f.kind == rejected {
			f.kind = batchRefused
		}
		outcomes = nil
		for _, email := range emails {
			outcomes = append(outcomes, outcome{id: email.id, err: f})
		}
	}
	w.outcomes = outcomes
	return w.flushOutcomes()
}

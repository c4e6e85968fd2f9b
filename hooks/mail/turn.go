package mail

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// The outbox sends in the order of priority, turn and due time. The emails of one kind of one team form a queue, and its
// bulk emails another; each email of a queue has the turn after the one before it. The first one joins at the turn that is
// being sent now. So every queue sends one email per turn: one that has just begun doesn't wait for the thousands of
// another, and can't overtake them for longer than its own length.

// nextTurn returns the turn of a new email.
func nextTurn(tx core.App, priority int, team, kind string, bulk bool) (turn int, err error) {
	err = tx.NonconcurrentDB().NewQuery(`SELECT max(
		coalesce((SELECT turn + 1 FROM outbox INDEXED BY idx_outbox_turn WHERE status = 'queued' AND team = {:team} AND kind = {:kind} AND bulk = {:bulk} ORDER BY turn DESC LIMIT 1), 0),
		coalesce(
			(SELECT turn FROM outbox INDEXED BY idx_outbox_due WHERE status = 'queued' AND priority = {:priority} AND attempts = 0 ORDER BY turn LIMIT 1), -- a retry keeps an earlier turn
			(SELECT turn FROM outbox INDEXED BY idx_outbox_due WHERE status = 'queued' AND priority = {:priority} ORDER BY turn LIMIT 1), 0))`).WithContext(record.Prepared).
		Bind(params{"priority": priority, "team": team, "kind": kind, "bulk": bulk}).Row(&turn)
	if err != nil {
		return 0, fmt.Errorf("find the turn of an email: %w", err)
	}
	return turn, nil
}

// findNext returns the id of the next email to send. If none is due it returns errs.ErrNotFound.
func findNext(app core.App, now time.Time) (id string, err error) {
	err = app.DB().NewQuery(`SELECT id FROM outbox INDEXED BY idx_outbox_due WHERE status = 'queued' AND due <= {:now}
		ORDER BY priority, turn, due LIMIT 1`).WithContext(record.Prepared).Bind(params{"now": record.FormatTime(now)}).Row(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", errs.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find the next email: %w", err)
	}
	return id, nil
}

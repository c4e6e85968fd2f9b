package mail

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// State is the delivery state of an email (R66).
type State struct {
	Status string    // one of the states of an email
	At     time.Time // when the state began, UTC
	Error  string    // why it failed, bounced or is delayed; safe to show
	Reason string    // one of the Reason codes if it was dropped; see ReasonText
}

// Undelivered reports whether the email is known not to have reached its recipient.
func (s State) Undelivered() bool {
	switch s.Status {
	case Delayed, Returned, Failed, Bounced, Complained:
		return true
	}
	return false
}

// State returns the delivery state of the email.
func (m *Email) State() State {
	return newState(m.Status(), m.LastError(), m.Reason(), m.GetString("sent"), m.GetString("reported"), m.GetString("updated"))
}

func newState(status, fault, reason, sent, reported, updated string) State {
	since := updated
	switch {
	case reported != "":
		since = reported
	case status == Sent:
		since = sent
	}
	return State{Status: status, At: parseTime(since), Error: fault, Reason: reason}
}

// FindNewest returns the newest email about a record, or errs.ErrNotFound. Only its link works.
func FindNewest(app core.App, about string) (*Email, error) {
	return record.One[Email](app.RecordQuery(collection).AndWhere(dbx.HashExp{"about": about}).
		OrderBy("created DESC", "rowid DESC"), "find the newest email")
}

// DeliveryStates returns the state of the newest email about each record that has one. A withdrawn cancellation doesn't count: what
// was sent before it holds again.
func DeliveryStates(app core.App, about []string) (map[string]State, error) {
	states := make(map[string]State, len(about))
	if len(about) == 0 {
		return states, nil
	}
	ids := make([]any, len(about))
	for i, id := range about {
		ids[i] = id
	}
	newest := app.DB().
		Select("about", "status", "error", "reason", "sent", "reported", "updated",
			"row_number() OVER (PARTITION BY about ORDER BY created DESC, rowid DESC) AS age").
		From(collection).Where(dbx.In("about", ids...)).
		AndWhere(dbx.Not(dbx.HashExp{"status": Dropped, "reason": ReasonSessionNotCancelled})).Build()
	var rows []struct{ About, Status, Error, Reason, Sent, Reported, Updated string }
	err := app.DB().NewQuery("SELECT about, status, error, reason, sent, reported, updated FROM (" + newest.SQL() + ") WHERE age = 1").
		Bind(newest.Params()).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	for _, row := range rows {
		states[row.About] = newState(row.Status, row.Error, row.Reason, row.Sent, row.Reported, row.Updated)
	}
	return states, nil
}

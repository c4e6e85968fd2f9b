package mail

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// State is how far a letter has come (R66).
type State struct {
	Status string    // one of the states of a letter
	At     time.Time // since when, UTC
	Error  string    // why it failed or came back, or why it is tried again; safe to show
	Reason string    // the code of why it was dropped, else empty; ReasonWords puts it in words
}

// Undelivered reports that the letter has not reached its person, as far as is known, and why is known.
func (s State) Undelivered() bool {
	switch s.Status {
	case Delayed, Returned, Failed, Bounced, Complained:
		return true
	}
	return false
}

// State is how far the letter has come.
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

// FindNewest returns the newest letter about a record, or sql.ErrNoRows. It is the one whose link is good.
func FindNewest(app core.App, about string) (*Email, error) {
	m := &Email{}
	err := app.RecordQuery(collection).AndWhere(dbx.HashExp{"about": about}).
		OrderBy("created DESC", "rowid DESC").Limit(1).One(m)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// DeliveryStates returns the state of the newest letter about each record. Records without a letter are not in it.
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
		From(collection).Where(dbx.In("about", ids...)).Build()
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

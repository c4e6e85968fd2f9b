// Package record holds what every domain needs to keep a rule for every writer:
// one transaction around check and write, and refusals with a stable code.
package record

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// InTx runs fn in one transaction with e.App set to it, and puts e.App back.
// PocketBase runs no save hook in a transaction of itself: a rule that reads before
// it writes holds only inside InTx. Inside, use e.App alone; the outer app would wait for ever.
func InTx(e *core.RecordEvent, fn func() error) error {
	outer := e.App
	err := outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return fn()
	})
	e.App = outer
	return err
}

// Guard makes a record hook of a check: the check and the write that it judges are one transaction.
func Guard(check func(app core.App, r *core.Record) error) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		return InTx(e, func() error {
			if err := check(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
	}
}

// FormatTime writes a time as the database holds it, to compare with.
func FormatTime(t time.Time) string { return t.UTC().Format(types.DefaultDateLayout) }

// ParseTime reads a time as the database holds it; zero if there is none.
func ParseTime(stamp string) time.Time {
	at, err := time.Parse(types.DefaultDateLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// Changed reports whether a stored record would change one of the fields. For a new record it is true.
func Changed(r *core.Record, fields ...string) bool {
	if r.IsNew() {
		return true
	}
	return Differs(r, r.Original(), fields...)
}

// Differs is Changed for who has r.Original() at hand: making it costs as much as a short query.
func Differs(r, before *core.Record, fields ...string) bool {
	for _, field := range fields {
		if r.GetString(field) != before.GetString(field) {
			return true
		}
	}
	return false
}

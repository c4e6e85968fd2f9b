// Package record helps domains enforce rules for every writer: transactions around check and write, merging of concurrent
// updates, and prepared statements.
package record

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// InTx runs fn in a transaction with e.App set to it, and restores e.App. PocketBase doesn't run save hooks in a transaction, so
// a rule that reads before it writes holds only inside InTx. Inside fn, use only e.App; the outer app would deadlock.
func InTx(e *core.RecordEvent, fn func() error) error {
	outer := e.App
	err := outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return fn()
	})
	e.App = outer
	return err
}

// Guard returns a record hook that runs a check in the same transaction as the write.
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

// FormatTime formats a time as stored in the database.
func FormatTime(t time.Time) string { return t.UTC().Format(types.DefaultDateLayout) }

// ParseTime parses a time as stored in the database, or returns the zero time.
func ParseTime(stamp string) time.Time {
	at, err := time.Parse(types.DefaultDateLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// Changed reports whether one of the fields differs from the stored record. It is true for a new record.
func Changed(r *core.Record, fields ...string) bool {
	if r.IsNew() {
		return true
	}
	return Differs(r, r.Original(), fields...)
}

// Differs is Changed for callers that have r.Original(), which is as expensive as a short query.
func Differs(r, before *core.Record, fields ...string) bool {
	for _, field := range fields {
		if r.GetString(field) != before.GetString(field) {
			return true
		}
	}
	return false
}

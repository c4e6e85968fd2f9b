// Package record holds what every domain needs to keep a rule for every writer:
// one transaction around check and write, and refusals with a stable code.
package record

import (
	"errors"
	"maps"
	"slices"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// CodeNotAllowed is the code of a refusal for want of a right. At the edge it is a 403.
const CodeNotAllowed = "not_allowed"

// ErrNotFound says that there is no such thing for whoever asks: it does not exist, or is another team's.
// Both answer alike (R152).
var ErrNotFound = errors.New("not found")

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

// Stamp writes a time as the database holds it, to compare with.
func Stamp(t time.Time) string { return t.UTC().Format(types.DefaultDateLayout) }

// Time reads a time as the database holds it; zero if there is none.
func Time(stamp string) time.Time {
	at, err := time.Parse(types.DefaultDateLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// Refuse is a person's mistake: the field that caused it ("base" if none did), a stable code and a
// sentence that says what happened and what to do.
func Refuse(field, code, sentence string) error {
	return validation.Errors{field: validation.NewError(code, sentence)}
}

// Forbid is a refusal for want of a right.
func Forbid(sentence string) error { return Refuse("base", CodeNotAllowed, sentence) }

// Refusal takes a refusal apart. ok is false for any other error, which is a fault of ours.
func Refusal(err error) (field, code, sentence string, ok bool) {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return "", "", "", false
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		var item validation.Error
		if errors.As(fields[field], &item) {
			return field, item.Code(), item.Error(), true
		}
	}
	return "", "", "", false
}

// Code is the code of a refusal, or "".
func Code(err error) string {
	_, code, _, _ := Refusal(err)
	return code
}

// UnlessNotFound is err, or nil if it only says that there is no such thing.
func UnlessNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
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

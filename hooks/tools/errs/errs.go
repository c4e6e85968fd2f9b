// Package errs has the errors that an action returns to a person or a program: refusals with a field, a stable code and
// a sentence that says what to do.
package errs

import (
	"errors"
	"maps"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// CodeNotAllowed is the code of a refusal for want of a right. At the edge it is a 403.
const CodeNotAllowed = "not_allowed"

// NotFound says that there is no such thing for whoever asks: it does not exist, or is another team's.
// Both answer alike (R152).
var NotFound = errors.New("not found")

// Invalid is a person's mistake: the field that caused it ("base" if none did), a stable code and a
// sentence that says what happened and what to do.
func Invalid(field, code, sentence string) error {
	return validation.Errors{field: validation.NewError(code, sentence)}
}

// Forbidden is a refusal for want of a right.
func Forbidden(sentence string) error { return Invalid("base", CodeNotAllowed, sentence) }

// Details takes a refusal apart. ok is false for any other error, which is a fault of ours.
func Details(err error) (field, code, sentence string, ok bool) {
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
	_, code, _, _ := Details(err)
	return code
}

// IgnoreNotFound is err, or nil if it only says that there is no such thing.
func IgnoreNotFound(err error) error {
	if errors.Is(err, NotFound) {
		return nil
	}
	return err
}

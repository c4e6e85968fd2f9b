// Package errs defines the errors that actions return to users and API clients: refusals with a field, a stable code and a
// message that says what to do.
package errs

import (
	"errors"
	"maps"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// CodeNotAllowed is the code of a refusal because of missing permission. It becomes HTTP 403.
const CodeNotAllowed = "not_allowed"

// ErrNotFound means that a record doesn't exist or belongs to another team; callers can't tell the two apart (R152).
var ErrNotFound = errors.New("not found")

// Invalid returns a refusal: the field that caused it ("base" if none did), a stable code, and a sentence that says what
// happened and what to do.
func Invalid(field, code, sentence string) error {
	return validation.Errors{field: validation.NewError(code, sentence)}
}

// Forbidden returns a refusal because of missing permission.
func Forbidden(sentence string) error { return Invalid("base", CodeNotAllowed, sentence) }

// Details returns the parts of a refusal. ok is false for any other error, which is an internal one.
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

// Code returns the code of a refusal, or "".
func Code(err error) string {
	_, code, _, _ := Details(err)
	return code
}

// IgnoreNotFound returns err, or nil if it is ErrNotFound.
func IgnoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

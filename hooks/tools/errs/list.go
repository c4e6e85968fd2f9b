package errs

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// List gathers refusals, so that a form is told of all of them at once.
type List struct{ fields validation.Errors }

// Add takes a refusal in, and ignores nil.
func (f *List) Add(err error) {
	field, code, sentence, ok := Details(err)
	if !ok {
		return
	}
	if f.fields == nil {
		f.fields = validation.Errors{}
	}
	f.fields[field] = validation.NewError(code, sentence)
}

// AddAll takes in every refusal of an error that may hold several.
func (f *List) AddAll(err error) {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return
	}
	for field, fault := range fields {
		f.Add(validation.Errors{field: fault})
	}
}

// Err is all refusals as one, or nil.
func (f *List) Err() error { return f.fields.Filter() }

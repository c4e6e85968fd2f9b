package errs

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// List collects refusals, so that a form can show all of them.
type List struct{ fields validation.Errors }

// Add adds a refusal. It ignores nil and other errors.
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

// AddAll adds every refusal of an error that may hold several.
func (f *List) AddAll(err error) {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return
	}
	for field, fault := range fields {
		f.Add(validation.Errors{field: fault})
	}
}

// Err returns all refusals as one error, or nil.
func (f *List) Err() error { return f.fields.Filter() }

// Take adds every refusal of an error, like AddAll, and returns an error that isn't a refusal.
func (f *List) Take(err error) error {
	var fields validation.Errors
	if err == nil || errors.As(err, &fields) {
		f.AddAll(err)
		return nil
	}
	return err
}

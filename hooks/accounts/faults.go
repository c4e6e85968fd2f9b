package accounts

import (
	validation "github.com/pocketbase/ozzo-validation/v4"

	"usher/hooks/record"
)

// faults gathers refusals, so that a form is told of all of them at once.
type faults struct{ fields validation.Errors }

func (f *faults) add(err error) {
	field, code, sentence, ok := record.Refusal(err)
	if !ok {
		return
	}
	if f.fields == nil {
		f.fields = validation.Errors{}
	}
	f.fields[field] = validation.NewError(code, sentence)
}

func (f *faults) err() error { return f.fields.Filter() }

package account

import (
	"maps"
	"slices"

	"usher/views/ui"
	"usher/views/web"
)

// fieldErrors lists the errors of one of several forms on a page; ids maps its fields to their element ids.
func fieldErrors(faults web.FormErrors, ids map[string]string) []ui.FieldError {
	var all []ui.FieldError
	for _, field := range slices.Sorted(maps.Keys(faults)) {
		all = append(all, ui.FieldError{ID: ids[field], Message: faults[field]})
	}
	return all
}

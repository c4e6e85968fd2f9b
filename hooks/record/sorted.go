package record

import (
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

func sorted(fields validation.Errors) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

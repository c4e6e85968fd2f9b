// Package ui has the components that all pages are made of. It doesn't depend on the domain, escapes all input, and needs no inline
// styles or scripts.
package ui

import "usher/hooks/tools/text"

// HiddenField is a hidden field of a form.
type HiddenField struct {
	Name, Value string
}

// Number formats n with thousands separators: 10,000.
func Number(n int) string { return text.Number(n) }

// Count formats a number with its noun: 1 user, 24 users.
func Count(n int, one, many string) string { return text.Count(n, one, many) }

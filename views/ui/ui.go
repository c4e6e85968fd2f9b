// Package ui draws the pieces that every page is made of. It knows no word of the domain, escapes all that it
// is given, and needs no inline style or script.
package ui

import "usher/hooks/tools/text"

// HiddenField is a hidden field of a form.
type HiddenField struct {
	Name, Value string
}

// Number writes n with commas between the thousands: 10,000.
func Number(n int) string { return text.Number(n) }

// Count writes a number and its noun: 1 person, 24 people.
func Count(n int, one, many string) string { return text.Count(n, one, many) }

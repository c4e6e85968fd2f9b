// Package ui draws the pieces that every page is made of. It knows no word of the domain, escapes all that it
// is given, and needs no inline style or script.
package ui

import "strconv"

// HiddenField is a hidden field of a form.
type HiddenField struct {
	Name, Value string
}

// Number writes n with commas between the thousands: 10,000.
func Number(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Count writes a number and its noun: 1 person, 24 people.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

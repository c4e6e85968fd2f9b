// Package text cleans user input and formats times, numbers and lists for pages and emails.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/hooks/tools/errs"
)

// CleanLine normalizes a single line such as a name: it trims, collapses spaces and drops soft hyphens. It refuses more than
// max characters, and as "bad_text" anything that could be misleading: control and direction characters, and links.
func CleanLine(field, label, value string, max int) (string, error) {
	value = strings.Join(strings.Fields(strings.ReplaceAll(value, "\u00ad", "")), " ")
	switch {
	case utf8.RuneCountInString(value) > max:
		return value, errs.Invalid(field, "too_long", fmt.Sprintf("%s can have at most %d characters.", label, max))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, isUnreadable):
		return value, errs.Invalid(field, "bad_text", label+" contains characters that aren't allowed. Type it again.")
	case strings.Contains(value, "://"):
		return value, errs.Invalid(field, "bad_text", label+" can't contain a link.")
	}
	return value, nil
}

// RequiredLine is CleanLine, but refuses an empty value.
func RequiredLine(field, label, value string, max int) (string, error) {
	value, err := CleanLine(field, label, value, max)
	if err == nil && value == "" {
		err = errs.Invalid(field, "required", label+" is required.")
	}
	return value, err
}

// CleanText normalizes text of several lines. It refuses control characters except line breaks and tabs.
func CleanText(field, label, value string, max int) (string, error) {
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	switch {
	case utf8.RuneCountInString(value) > max:
		return value, errs.Invalid(field, "too_long", fmt.Sprintf("%s can have at most %d characters.", label, max))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r != '\n' && r != '\t' && isUnreadable(r) }):
		return value, errs.Invalid(field, "bad_text", label+" contains characters that aren't allowed. Type it again.")
	}
	return value, nil
}

// isUnreadable reports whether a character is a control, direction or invisible character.
func isUnreadable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u180e' || r == '\u200b' || r >= '\u2060' && r <= '\u2064' || r == '\ufeff' || r == utf8.RuneError
}

// Sanitize removes the characters that CleanLine refuses. Line breaks and tabs become spaces.
func Sanitize(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case isUnreadable(r) || r == '\u00ad':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// Truncate returns the first max characters of a text. Invalid UTF-8 and NUL are replaced.
func Truncate(text string, max int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd")
	n := 0
	for at := range text {
		if n == max {
			return text[:at]
		}
		n++
	}
	return text
}

// Shorten returns a text of at most max characters, which ends with an ellipsis if the text was longer.
func Shorten(text string, max int) string {
	if utf8.RuneCountInString(text) <= max {
		return text
	}
	return strings.TrimSpace(Truncate(text, max-1)) + "…"
}

// Capitalize returns the text with its first letter in upper case.
func Capitalize(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if first == utf8.RuneError {
		return text
	}
	return string(unicode.ToTitle(first)) + text[size:]
}

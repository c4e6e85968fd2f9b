// Package text cleans text that people type, and writes times and names as pages and emails show them.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/hooks/tools/errs"
)

// CleanLine is a line of text that people read, such as a name: trimmed, runs of spaces made one, without soft hyphens, at
// most max characters. It is refused as "bad_text" where it could pass for something else: control and
// direction-changing characters, and addresses of pages.
func CleanLine(field, label, value string, max int) (string, error) {
	value = strings.Join(strings.Fields(strings.ReplaceAll(value, "\u00ad", "")), " ")
	switch {
	case utf8.RuneCountInString(value) > max:
		return value, errs.Invalid(field, "too_long", fmt.Sprintf("%s can have at most %d characters.", label, max))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, isUnreadable):
		return value, errs.Invalid(field, "bad_text", label+" has characters that cannot be shown. Type it again.")
	case strings.Contains(value, "://"):
		return value, errs.Invalid(field, "bad_text", label+" cannot be an address of a page.")
	}
	return value, nil
}

// RequiredLine is Line for what cannot be empty.
func RequiredLine(field, label, value string, max int) (string, error) {
	value, err := CleanLine(field, label, value, max)
	if err == nil && value == "" {
		err = errs.Invalid(field, "required", label+" is required.")
	}
	return value, err
}

// CleanText is text of several lines: control characters but line ends and tabs are refused.
func CleanText(field, label, value string, max int) (string, error) {
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	switch {
	case utf8.RuneCountInString(value) > max:
		return value, errs.Invalid(field, "too_long", fmt.Sprintf("%s can have at most %d characters.", label, max))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r != '\n' && r != '\t' && isUnreadable(r) }):
		return value, errs.Invalid(field, "bad_text", label+" has characters that cannot be shown. Type it again.")
	}
	return value, nil
}

// isUnreadable are control characters and those that turn the direction of text or take no place.
func isUnreadable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u180e' || r == '\u200b' || r >= '\u2060' && r <= '\u2064' || r == '\ufeff' || r == utf8.RuneError
}

// Sanitize is a text without what Line refuses to show. Line ends and tabs become spaces.
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

// LikePattern is the pattern of SQL's LIKE, with ESCAPE '\', for whatever contains the text.
func LikePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}

// Truncate is the first max characters of a text, without what no text can hold.
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

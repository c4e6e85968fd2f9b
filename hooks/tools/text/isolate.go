package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// Isolate returns a name for the middle of a sentence. A name with letters that are written from right to left is put between
// invisible characters (FSI and PDI), so that it doesn't change the order of the words around it. Direction characters in the name are dropped.
func Isolate(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
		name = Sanitize(name)
	}
	if !strings.ContainsFunc(name, isRightToLeft) {
		return name
	}
	return "\u2068" + name + "\u2069"
}

func isRightToLeft(r rune) bool {
	if r < '\u0590' {
		return false
	}
	properties, _ := bidi.LookupString(string(r))
	switch properties.Class() {
	case bidi.R, bidi.AL, bidi.AN:
		return true
	}
	return false
}

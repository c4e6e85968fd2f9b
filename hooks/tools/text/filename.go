package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxFileName is the longest result of FileName in bytes. With a number and an extension it is still short enough for every file
// system.
const maxFileName = 160

// FileName converts a text that users choose to a name for a file, without its extension: no path, no characters that a system
// reserves, nothing invisible. It returns other if nothing is left.
func FileName(name, other string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return ' '
		}
		return r
	}, Sanitize(norm.NFC.String(name)))
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " .~-")
	for len(name) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = strings.TrimRight(name[:len(name)-size], " .")
	}
	if name == "" || isDevice(name) {
		return other
	}
	return name
}

// isDevice reports whether Windows reserves the name, whatever its extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}

// ASCII returns the text without accents and with a "_" for every other character that ASCII doesn't have.
func ASCII(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r < ' ' || r >= unicode.MaxASCII:
			b.WriteByte('_')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

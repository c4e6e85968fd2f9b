package text

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Slug converts a name for use in a URL: "Café Zürich & Co." becomes "cafe-zurich-co". It returns at most max characters, and
// "" if no character of the name can be used.
func Slug(name string, max int) string {
	var b strings.Builder
	dash := false
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
		case unicode.Is(unicode.Mn, r):
		default:
			dash = true
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), max)], "-")
}

var idPattern = regexp.MustCompile(`^[a-z0-9]{15}$`)

// LooksLikeID reports whether a slug has the format of a record id.
func LooksLikeID(slug string) bool { return idPattern.MatchString(slug) }

package text

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Slug makes a name fit for an address: "Café Zürich & Co." becomes "cafe-zurich-co". It has at most max characters,
// and none if nothing of the name can stand in an address.
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

// LooksLikeID reports whether a slug is of the shape of a record's id, and would pass for one.
func LooksLikeID(slug string) bool { return idPattern.MatchString(slug) }

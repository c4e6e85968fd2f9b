package text

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"usher/hooks/tools/errs"
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

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ValidateSlug refuses a slug of more than max characters, with others than lowercase letters, digits and single hyphens between
// them, or in the format of a record ID.
func ValidateSlug(slug string, max int) error {
	switch {
	case len(slug) > max || !slugPattern.MatchString(slug):
		return errs.Invalid("slug", "bad_slug", fmt.Sprintf("Use up to %d lowercase letters, digits and single hyphens between them.", max))
	case LooksLikeID(slug):
		return errs.Invalid("slug", "bad_slug", "A link of exactly 15 letters and digits looks like an internal ID. Add a hyphen.")
	}
	return nil
}

var idPattern = regexp.MustCompile(`^[a-z0-9]{15}$`)

// LooksLikeID reports whether a slug has the format of a record id.
func LooksLikeID(slug string) bool { return idPattern.MatchString(slug) }

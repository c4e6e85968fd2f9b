package teams

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/unicode/norm"
)

// looksLikeID is what a record id looks like; a slug of that shape would pass for one.
var looksLikeID = regexp.MustCompile(`^[a-z0-9]{15}$`)

// slugOf makes a name fit for an address: "Café Zürich & Co." becomes "cafe-zurich-co".
func slugOf(name string) string {
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
	slug := strings.Trim(b.String()[:min(b.Len(), 50)], "-")
	if slug == "" {
		slug = "team"
	}
	if looksLikeID.MatchString(slug) {
		slug += "-team"
	}
	return slug
}

// freeSlug is slugOf, with a number behind it if another team has it.
func freeSlug(tx core.App, name string) (string, error) {
	base := slugOf(name)
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		taken, err := tx.CountRecords("teams", dbx.NewExp("slug = {:s} COLLATE NOCASE", dbx.Params{"s": slug}))
		if err != nil {
			return "", fmt.Errorf("find a free slug: %w", err)
		}
		if taken == 0 && !looksLikeID.MatchString(slug) {
			return slug, nil
		}
	}
}

package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
)

// redirectToCleanPath redirects links that an email or chat client changed, or that were typed in capitals, to the intended path. It
// keeps the method. API paths are left alone.
func redirectToCleanPath(e *core.RequestEvent) error {
	u := e.Request.URL
	if isMachinePath(u.Path) {
		return e.Next()
	}
	path, query := cleanPath(u.Path), u.RawQuery
	if hasToken(path) {
		query = stripTracking(query)
	}
	if path == u.Path && query == u.RawQuery {
		return e.Next()
	}
	clean := url.URL{Path: path, RawQuery: query}
	return e.Redirect(http.StatusTemporaryRedirect, clean.String())
}

func isMachinePath(path string) bool {
	return path == "/_" || hasPrefix(path, "/api/", "/_/", "/hooks/", paths.LogoPrefix, paths.AvatarPrefix)
}

// Patterns of path segments. A secret may end with - or _, so only its length tells where it ends.
var (
	secretShape = regexp.MustCompile(`^us[ipf]_[A-Za-z0-9_-]{43}`)
	signedShape = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}`)
	plainShape  = regexp.MustCompile(`^[A-Za-z0-9_-]{43}`)
	codeShape   = regexp.MustCompile(`^[A-Za-z0-9]{14}`)
	idShape     = regexp.MustCompile(`^[A-Za-z0-9]{15}`)
	slugShape   = regexp.MustCompile(`^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*`)

	continuesWord = regexp.MustCompile(`^[._~-]*[A-Za-z0-9]`) // a longer word, not one of our links with something appended
	punctuation   = regexp.MustCompile("^[.,;:!?)\\]}\"'*_~-]*$")

	invalidChars = regexp.MustCompile(`[^A-Za-z0-9/._~-]`)
)

const trailingPunctuation = "/.~_-"

// areas maps the first segment of a path to the patterns of the second, in order. lower means that the segment is lower case.
var areas = map[string][]struct {
	shape *regexp.Regexp
	lower bool
}{
	"invite":   {{secretShape, false}},
	"s":        {{secretShape, false}, {codeShape, true}},
	"r":        {{slugShape, true}},
	"reset":    {{signedShape, false}, {plainShape, false}},
	"verify":   {{signedShape, false}, {plainShape, false}},
	"email":    {{signedShape, false}, {plainShape, false}},
	"calendar": {{secretShape, false}},
	"live":     {{idShape, true}},
	"app":      {{slugShape, true}},
	"admin":    {{slugShape, true}},
	"teams":    nil, "account": nil, "signin": nil, "signup": nil, "signout": nil,
}

// cleanPath removes what can't belong to a path: trailing slashes, punctuation and words around a link, and everything after a
// space. It is idempotent.
func cleanPath(path string) string {
	path = "/" + strings.TrimLeft(strings.Map(dropInvisible, path), "/")
	parts := strings.SplitN(path[1:], "/", 3)
	area := strings.ToLower(parts[0])
	shapes, known := areas[area]
	if !known {
		if clean := trimPathEnd(path, trailingPunctuation); clean != path {
			return cleanPath(clean)
		}
		return path
	}
	if len(parts) == 1 {
		return "/" + area
	}
	for _, s := range shapes {
		found := s.shape.FindString(parts[1])
		if found == "" || s.lower && continuesWord.MatchString(parts[1][len(found):]) {
			continue
		}
		ending := ""
		if area == "calendar" && strings.HasPrefix(parts[1][len(found):], ".ics") {
			ending = ".ics"
		}
		if s.lower {
			found = strings.ToLower(found)
		}
		whole := "/" + area + "/" + found + ending
		if len(parts) == 2 || !punctuation.MatchString(parts[1][len(found)+len(ending):]) {
			return whole
		}
		return strings.TrimRight(whole+trimPathEnd("/"+parts[2], trailingPunctuation), "/")
	}
	path = "/" + area + path[1+len(parts[0]):]
	if hasToken(path) { // a secret of unknown shape may end with _ or -
		return trimPathEnd(path, "/.~")
	}
	return trimPathEnd(path, trailingPunctuation)
}

// trimPathEnd cuts the path at the first character that none of our paths contain, and trims trailing punctuation. A segment that
// starts with such a character and continues with others was never ours; it stays and leads to 404.
func trimPathEnd(path, punctuation string) string {
	if at := invalidChars.FindStringIndex(path); at != nil {
		if path[at[0]-1] == '/' && strings.ContainsFunc(path[at[0]:], isAlphanumeric) {
			return path
		}
		path = path[:at[0]]
	}
	return "/" + strings.TrimLeft(strings.TrimRight(path, punctuation), "/")
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// dropInvisible drops zero-width characters, which get copied along with links.
func dropInvisible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// hasToken reports whether the path is a link that is sent to people.
func hasToken(path string) bool {
	return hasPrefix(path, secretPaths...) || hasPrefix(path, paths.RoomPrefix)
}

func hasPrefix(path string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// stripTracking returns the query without tracking parameters, in the same order.
func stripTracking(query string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(strings.TrimPrefix(pair, "amp;"), "=")
		return strings.HasPrefix(strings.ToLower(name), "utm_") || slices.Contains([]string{"fbclid", "gclid", "mc_cid", "mc_eid"}, name)
	}), "&")
}

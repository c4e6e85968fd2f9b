package addresslist

import (
	"regexp"
	"strings"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
)

// invisibleMarks are the marks that pages and mail programs put between letters, where nobody sees them.
var invisibleMarks = strings.NewReplacer("\u00ad", "", "\u061c", "", "\u180e", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u200e", "", "\u200f", "",
	"\u2060", "", "\u2061", "", "\u2062", "", "\u2063", "", "\u2064", "", "\ufe0e", "", "\ufe0f", "", "\ufeff", "")

const (
	// directionMarks are the marks that turn the direction of text. At the ends of an address they change nothing; inside it
	// one reads other than what is there.
	directionMarks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	// around stands around an address, and in no address at that end.
	leadingMarks  = directionMarks + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·▪▫◦‣●○■□►➢➤✓✔☐☑…,;:.!?|\\"
	trailingMarks = directionMarks + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·…,;:.!?|\\/"
)

var (
	labelPattern     = regexp.MustCompile(`^[\p{L}\p{N} ._=-]+$`)
	numberingPattern = regexp.MustCompile(`^\(?\d{1,5}[)\]:]`)
	bracketedAddress = regexp.MustCompile(`^[^@()\[\]]*[(\[]([^@()\[\]]+@[^@()\[\]]+)[)\]]$`)
)

// parseAddresses reads the addresses of a word: a run of text without spaces and angle brackets that has an @. There is
// more than one only where a slash or a bar stands between them.
func parseAddresses(word string) (all []string, err error) {
	word = invisibleMarks.Replace(word)
	for _, part := range splitAddresses(word) {
		address, err := parseAddress(part)
		if err != nil {
			return nil, err
		}
		all = append(all, address)
	}
	return all, nil
}

func splitAddresses(word string) []string {
	if strings.Count(word, "@") < 2 || strings.Contains(word, "://") {
		return []string{word}
	}
	parts := strings.FieldsFunc(word, func(r rune) bool { return r == '/' || r == '|' })
	for _, part := range parts {
		if strings.Count(part, "@") != 1 {
			return []string{word}
		}
	}
	return parts
}

// parseAddress reads the address of a word as accounts.Canonical has it, without what copying leaves around it. What is
// inside of the word is never cut off, or the address would be another's.
func parseAddress(word string) (string, error) {
	word = invisibleMarks.Replace(word)
	bare := trimAddress(word)
	if strings.Contains(bare, "@") {
		bare = numberingPattern.ReplaceAllString(bare, "")
		bare = unwrapAddress(bare)
	}
	if strings.ContainsAny(bare, directionMarks) {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "An invisible character in the address. Type it again.")
	}
	if strings.Contains(bare, "://") {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "A link, not an address.")
	}
	if strings.Contains(strings.ToLower(bare), "#ext#@") {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "The sign-in name of a Microsoft guest account, not an address.")
	}
	if bare == "" {
		bare = strings.TrimSpace(word)
	}
	return accounts.CanonicalEmail(bare)
}

// trimAddress takes away what stands around an address; the @ at the end of what is none stays, for the reason to be right.
func trimAddress(word string) string {
	cut := strings.TrimRight(word, trailingMarks)
	for {
		next := strings.TrimLeft(cut, leadingMarks)
		next = strings.TrimRight(next, trailingMarks)
		if next == cut {
			return cut
		}
		cut = next
	}
}

// unwrapAddress takes the address out of "(address)", "mailto:address?subject=…" and "EMAIL:address".
func unwrapAddress(word string) string {
	if m := bracketedAddress.FindStringSubmatch(word); m != nil {
		word = m[1]
	}
	at := strings.LastIndexByte(word, '@')
	if at < 0 || strings.Contains(word, "://") {
		return word
	}
	if colon := strings.LastIndexByte(word[:at], ':'); colon >= 0 && labelPattern.MatchString(word[:colon]) {
		if strings.EqualFold(word[:colon], "mailto") {
			word, _, _ = strings.Cut(word, "?")
		}
		word = trimAddress(word[colon+1:])
	}
	if head, tail, ok := strings.Cut(word, "="); ok && addressHeadings[headingKey(head)] == emailHeading {
		word = trimAddress(tail) // mail=address, as directories write it
	}
	return word
}

package addresslist

import (
	"regexp"
	"strings"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
)

// invisibleMarks are the invisible characters that web pages and email programs put between letters.
var invisibleMarks = strings.NewReplacer("\u00ad", "", "\u061c", "", "\u180e", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u200e", "", "\u200f", "",
	"\u2060", "", "\u2061", "", "\u2062", "", "\u2063", "", "\u2064", "", "\ufe0e", "", "\ufe0f", "", "\ufeff", "")

const (
	// directionMarks change the direction of text. At the ends of an address they are harmless; inside one, it would
	// read differently from what it is.
	directionMarks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	// Characters to strip around an address; no address has them at that end.
	leadingMarks  = directionMarks + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·▪▫◦‣●○■□►➢➤✓✔☐☑…,;:.!?|\\"
	trailingMarks = directionMarks + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·…,;:.!?|\\/"
)

var (
	labelPattern     = regexp.MustCompile(`^[\p{L}\p{N} ._=-]+$`)
	numberingPattern = regexp.MustCompile(`^\(?\d{1,5}[)\]:]`)
	bracketedAddress = regexp.MustCompile(`^[^@()\[\]]*[(\[]([^@()\[\]]+@[^@()\[\]]+)[)\]]$`)
)

// parseAddresses reads the addresses of a word: text without spaces and angle brackets that has an @. It finds several
// only if they are separated by a slash or a bar.
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

// parseAddress reads the address of a word in canonical form, without what copying leaves around it. Nothing inside the
// word is cut off, since the result would be someone else's address.
func parseAddress(word string) (string, error) {
	word = invisibleMarks.Replace(word)
	bare := trimAddress(word)
	if strings.Contains(bare, "@") {
		bare = numberingPattern.ReplaceAllString(bare, "")
		bare = unwrapAddress(bare)
	}
	if strings.ContainsAny(bare, directionMarks) {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "The address has an invisible character. Type it again.")
	}
	if strings.Contains(bare, "://") {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "This is a link, not an email address.")
	}
	if strings.Contains(strings.ToLower(bare), "#ext#@") {
		return "", errs.Invalid("email", accounts.CodeBadEmail, "This is the sign-in name of a Microsoft guest account, not an email address.")
	}
	if bare == "" {
		bare = strings.TrimSpace(word)
	}
	return accounts.CanonicalEmail(bare)
}

// trimAddress removes the characters around an address. The @ at the end of an invalid one stays, so that the reason is
// right.
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

// unwrapAddress extracts the address from "(address)", "mailto:address?subject=…" and "EMAIL:address".
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
		word = trimAddress(tail) // mail=address, as in directories
	}
	return word
}

package addresslist

import (
	"regexp"
	"strings"

	"usher/hooks/accounts"
	"usher/hooks/record"
)

// invisible are the marks that pages and mail programs put between letters, where nobody sees them.
var invisible = strings.NewReplacer("\u00ad", "", "\u061c", "", "\u180e", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u200e", "", "\u200f", "",
	"\u2060", "", "\u2061", "", "\u2062", "", "\u2063", "", "\u2064", "", "\ufe0e", "", "\ufe0f", "", "\ufeff", "")

const (
	// turning are the marks that turn the direction of text. At the ends of an address they change nothing; inside it
	// one reads other than what is there.
	turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	// around stands around an address, and in no address at that end.
	before = turning + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·▪▫◦‣●○■□►➢➤✓✔☐☑…,;:.!?|\\"
	after  = turning + " \t\n\"'`´‘’‚‛“”„‟«»‹›<>()[]{}*-–—•·…,;:.!?|\\/"
)

var (
	label     = regexp.MustCompile(`^[\p{L}\p{N} ._=-]+$`)
	numbering = regexp.MustCompile(`^\(?\d{1,5}[)\]:]`)
	inside    = regexp.MustCompile(`^[^@()\[\]]*[(\[]([^@()\[\]]+@[^@()\[\]]+)[)\]]$`)
)

// addresses reads the addresses of a word: a run of text without spaces and angle brackets that has an @. There is
// more than one only where a slash or a bar stands between them.
func addresses(word string) (all []string, err error) {
	word = invisible.Replace(word)
	for _, part := range parted(word) {
		address, err := one(part)
		if err != nil {
			return nil, err
		}
		all = append(all, address)
	}
	return all, nil
}

func parted(word string) []string {
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

// one reads the address of a word as accounts.Canonical has it, without what copying leaves around it. What is
// inside of the word is never cut off, or the address would be another's.
func one(word string) (string, error) {
	word = invisible.Replace(word)
	bare := trim(word)
	if strings.Contains(bare, "@") {
		bare = numbering.ReplaceAllString(bare, "")
		bare = undressed(bare)
	}
	if strings.ContainsAny(bare, turning) {
		return "", record.Refuse("email", accounts.CodeBadEmail, "An invisible character in the address. Type it again.")
	}
	if strings.Contains(bare, "://") {
		return "", record.Refuse("email", accounts.CodeBadEmail, "A link, not an address.")
	}
	if strings.Contains(strings.ToLower(bare), "#ext#@") {
		return "", record.Refuse("email", accounts.CodeBadEmail, "The sign-in name of a Microsoft guest account, not an address.")
	}
	if bare == "" {
		bare = strings.TrimSpace(word)
	}
	return accounts.Canonical(bare)
}

// trim takes away what stands around an address; the @ at the end of what is none stays, for the reason to be right.
func trim(word string) string {
	cut := strings.TrimRight(word, after)
	for {
		next := strings.TrimLeft(cut, before)
		next = strings.TrimRight(next, after)
		if next == cut {
			return cut
		}
		cut = next
	}
}

// undressed takes the address out of "(address)", "mailto:address?subject=…" and "EMAIL:address".
func undressed(word string) string {
	if m := inside.FindStringSubmatch(word); m != nil {
		word = m[1]
	}
	at := strings.LastIndexByte(word, '@')
	if at < 0 || strings.Contains(word, "://") {
		return word
	}
	if colon := strings.LastIndexByte(word[:at], ':'); colon >= 0 && label.MatchString(word[:colon]) {
		if strings.EqualFold(word[:colon], "mailto") {
			word, _, _ = strings.Cut(word, "?")
		}
		word = trim(word[colon+1:])
	}
	if head, tail, ok := strings.Cut(word, "="); ok && primary[key(head)] == emailHeading {
		word = trim(tail) // mail=address, as directories write it
	}
	return word
}

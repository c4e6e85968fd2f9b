package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns a text in a form in which spellings that a search treats as equal are the same: without case, accents and
// other marks. "LUCÍA" and "Lucia" both become "lucia". In SQL it's the function fold.
func Fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return cases.Fold().String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		if plain, ok := strokes[r]; ok {
			return plain
		}
		return r
	}, norm.NFD.String(text)))
}

// strokes are letters whose stroke isn't a mark that NFD separates.
var strokes = map[rune]rune{'ł': 'l', 'Ł': 'l', 'ø': 'o', 'Ø': 'o', 'đ': 'd', 'Đ': 'd', 'ħ': 'h', 'Ħ': 'h', 'ı': 'i'}

func isASCII(text string) bool {
	for n := range len(text) {
		if text[n] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

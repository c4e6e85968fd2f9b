package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns a text in a form in which spellings that a search treats as equal are the same: without case, accents and
// other marks. "LUCÍA" and "Lucia" both become "lucia". In SQL it's the function fold.
//
// It folds the case of every script, all nonspacing marks (accents, Hebrew and Arabic vowels, the voicing of kana), letters with a
// stroke (ł, ø, đ, ħ), the dotless i, and ß and ligatures such as ﬁ to their letters. It doesn't fold æ, œ, þ and ð, full-width
// letters, hiragana and katakana, spellings such as ü and ue, and nothing is transliterated.
//
// A change of its results needs a migration that refills people_find.
func Fold(text string) string {
	plain := asciiPrefix(text)
	if plain == len(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	for rest := text; rest != ""; plain = asciiPrefix(rest) {
		b.WriteString(strings.ToLower(rest[:plain]))
		rest = rest[plain:]
		other := strings.IndexFunc(rest, func(r rune) bool { return r < utf8.RuneSelf })
		if other < 0 {
			other = len(rest)
		}
		b.WriteString(foldOther(rest[:other]))
		rest = rest[other:]
	}
	return b.String()
}

// SearchWords returns the folded words of a search. Commas separate words, too, as in "Herrera, Lucía". Signs alone, as in "---",
// aren't a word.
func SearchWords(search string) []string {
	words := strings.FieldsFunc(Fold(search), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	return slices.DeleteFunc(words, func(word string) bool { return !strings.ContainsFunc(word, isSearchable) })
}

// isSearchable reports whether a character makes a word: a letter, a digit, a mark, or a picture such as an emoji.
func isSearchable(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.So) }

// CleanSearch returns a search as it was entered, without the spaces around it. It is "" if the search has no words, so that all
// lists treat it as no search.
func CleanSearch(search string) string {
	if len(SearchWords(search)) == 0 {
		return ""
	}
	return strings.TrimSpace(search)
}

// ContainsWords reports whether every word of a search occurs in the text, in any order. In SQL it's the function contains_words.
func ContainsWords(text, search string) bool {
	text = Fold(text)
	for _, word := range SearchWords(search) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// foldOther is Fold for a text without ASCII characters.
func foldOther(text string) string {
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

// asciiPrefix is the length of the ASCII characters at the start of a text.
func asciiPrefix(text string) int {
	for n := range len(text) {
		if text[n] >= utf8.RuneSelf {
			return n
		}
	}
	return len(text)
}

// strokes are letters whose stroke isn't a mark that NFD separates.
var strokes = map[rune]rune{'ł': 'l', 'Ł': 'l', 'ø': 'o', 'Ø': 'o', 'đ': 'd', 'Đ': 'd', 'ħ': 'h', 'Ħ': 'h', 'ı': 'i'}

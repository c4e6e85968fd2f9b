package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Initials returns one or two capital letters for a name or an address: "MO" for Marta Oliveira, "LF" for
// leo.fontaine@halation.film, "NO" for Noor, "?" for "".
func Initials(name string) string {
	name = strings.TrimSpace(name)
	apart := unicode.IsSpace
	if at := strings.LastIndexByte(name, '@'); at > 0 && !strings.ContainsFunc(name, unicode.IsSpace) {
		name = name[:at]
		apart = func(r rune) bool { return strings.ContainsRune("._-+", r) }
	}
	var words [][]rune
	for _, word := range strings.FieldsFunc(name, apart) {
		letters := strings.Map(func(r rune) rune {
			if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				return unicode.ToUpper(r)
			}
			return -1
		}, word)
		if letters != "" {
			words = append(words, []rune(letters))
		}
	}
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return string(words[0][:min(2, len(words[0]))])
	}
	return string([]rune{words[0][0], words[len(words)-1][0]})
}

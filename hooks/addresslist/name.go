package addresslist

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"usher/hooks/accounts"
	"usher/hooks/tools/text"
)

var (
	commentPattern = regexp.MustCompile(`\s*\([^()]*\)|\s*\[[^\[\]]*\]`)
	ordinalPattern = regexp.MustCompile(`^\(?\d{1,5}[.):\]]+\s+`)
)

// nameSuffixes follow a name after a comma and aren't first names.
var nameSuffixes = wordSet("jr sr i ii iii iv phd dphil md do dds dvm jd llm mba msc ma ba bsc bs rn cpa esq esquire dr prof mr mrs ms sir dipl ing ret usn")

// companyWords are words of which the name of an organization contains one.
var companyWords = wordSet("gmbh ag kg ug ohg ltd limited llc llp inc corp corporation co plc sa sas sarl srl spa bv nv ab oy as aps eu foundation association society verein university")

// positionWords are words of positions, departments and groups, which can appear in a column without a heading but
// aren't names.
var positionWords = wordSet("admin administration administrator assistant associate board chair chairman chairperson chairwoman chief committee coordinator council counsel " +
	"department deputy director division editorial engineer engineering events executive external facilities finance founder general guest guests head hr human intern internal it lead leader " +
	"legal manager management marketing member members office officer operations owner partner president press principal producer product production project " +
	"sales secretary senior service services staff student support teacher team technical trainer treasurer treasury trustee user users vice volunteer volunteers " +
	"vorstand vorsitz vorsitzende vorsitzender kassier kassierin kassenwart schriftfuhrer verwaltung abteilung leitung leiter leiterin geschaftsfuhrer geschaftsfuhrerin mitglied " +
	"president presidente presidenta secretaire secretario secretaria tesorero tesorera tresorier tresoriere tesoureiro tesoureira direction direccion direcao directeur directrice direktor gerente junta bureau conseil " +
	"active inactive true false yes no none pending invited")

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// CleanName returns a name in canonical form: one line, without list marks around it, "Last, First" swapped. It returns
// "" for text that isn't a name: an address, a link, a number, or text that is too long.
func CleanName(s string) string {
	name := commentPattern.ReplaceAllString(stripName(s), "")
	if at := strings.LastIndex(name, ": "); at >= 0 {
		name = name[at+2:] // "To: Ana Silva"
	}
	name, _, _ = strings.Cut(name, "|")
	name = stripName(swapLastFirst(stripName(name)))
	name, err := text.CleanLine("name", "The name", name, accounts.MaxName)
	if err != nil || strings.ContainsAny(name, "@<>") || strings.Contains(strings.ToLower(name), "www.") || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	return name
}

// stripName removes quotation marks, bullets, numbers and invisible characters around a name.
func stripName(s string) string {
	name := strings.Join(strings.Fields(strings.ReplaceAll(text.Sanitize(s), `"`, "")), " ")
	for {
		cut := strings.Trim(stripSingleQuotes(name), " \t`´‘‚‛“”„‟«»‹›*•·▪▫◦‣●○■□►➢➤✓✔☐☑…,;:|\\<>~_=-–—")
		cut = ordinalPattern.ReplaceAllString(cut, "")
		cut = stripSingleQuotes(cut)
		if cut == name {
			return name
		}
		name = cut
	}
}

// singleQuotes are the marks that open or close a quotation. A name may have one at an end.
const singleQuotes = "'‘’‚‛"

// stripSingleQuotes removes single quotation marks at both ends of a text. A mark at only one end belongs to the name.
func stripSingleQuotes(text string) string {
	inner := strings.TrimLeft(text, singleQuotes)
	if inner == text {
		return text
	}
	bare := strings.TrimRight(inner, singleQuotes)
	if bare == inner {
		return text
	}
	return bare
}

// swapLastFirst returns "First Last" for a clear "Last, First", without the position that some directories add after a
// comma.
func swapLastFirst(name string) string {
	last, first, ok := strings.Cut(name, ",")
	last, first = strings.TrimSpace(last), strings.TrimSpace(first)
	if !ok || last == "" || first == "" || strings.Contains(first, ",") {
		return name
	}
	switch {
	case isPosition(first):
		return last
	case !isPersonName(last) || !isPersonName(first) || nameSuffixes[fold(strings.Fields(first)[0])]:
		return name
	}
	return first + " " + last
}

// isPersonName reports whether a text can be the name of a person: a few words of letters.
func isPersonName(text string) bool {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 5 || isPosition(text) {
		return false
	}
	for _, word := range fields {
		if companyWords[fold(word)] {
			return false
		}
	}
	for _, r := range text {
		if !unicode.In(r, unicode.L, unicode.M) && !strings.ContainsRune(" .'’-·\u200c\u200d", r) {
			return false
		}
	}
	return true
}

// isPosition reports whether a text contains a word for a position or a group.
func isPosition(text string) bool {
	for word := range strings.FieldsFuncSeq(fold(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if positionWords[word] {
			return true
		}
	}
	return false
}

// fold returns a text for comparison: lower case, without accents.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ø':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), ".,")
}

// matchesAddress reports whether the part of the address before the @ contains a word of the name, or its initials.
func matchesAddress(name, address string) bool {
	local, _, _ := strings.Cut(address, "@")
	local = fold(local)
	initials := ""
	for word := range strings.FieldsFuncSeq(fold(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(word) >= 3 && strings.Contains(local, word) {
			return true
		}
		first, _ := utf8.DecodeRuneInString(word)
		initials += string(first)
	}
	return initials != "" && (initials == local || strings.HasPrefix(local, fold(strings.ReplaceAll(name, " ", ""))))
}

// needsQuotes reports whether a name before an address needs quotation marks.
func needsQuotes(name string) bool { return strings.ContainsAny(name, ",;'()[]") }

// flatten returns a text on one line, without separators.
func flatten(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer(",", " ", ";", " ", `"`, " ", "<", " ", ">", " ").Replace(text.Sanitize(s))), " ")
}

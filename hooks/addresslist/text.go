package addresslist

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/hooks/accounts"
)

// Read reads a list that was typed, pasted or decoded by ReadFile.
func Read(text string) List {
	text = normalizeText(text)
	if list, ok := readCards(text); ok {
		return list
	}
	text, separator := cutSeparator(text)
	if list, ok := readTable(text, separator, 1); ok {
		return list
	}
	list := List{}
	for _, block := range splitBlocks(text) {
		if part, ok := readTable(block.text, '\t', block.row); ok && block.tabs {
			list.merge(part)
			continue
		}
		row := block.row
		for line := range strings.SplitSeq(block.text, "\n") {
			list.readLine(line, row)
			row++
		}
	}
	return list
}

// block is a run of lines that all have a tab or all have none, such as a table pasted between other lines.
type block struct {
	text string
	row  int
	tabs bool
}

func splitBlocks(text string) []block {
	if !strings.Contains(text, "\t") {
		return []block{{text, 1, false}}
	}
	var all []block
	for n, line := range strings.Split(text, "\n") {
		tabs := strings.Contains(strings.TrimSpace(line), "\t")
		if last := len(all) - 1; last >= 0 && all[last].tabs == tabs {
			all[last].text += "\n" + line
			continue
		}
		all = append(all, block{line, n + 1, tabs})
	}
	return all
}

// merge adds what was read from a part of the text.
func (l *List) merge(part List) {
	for n, e := range part.Entries {
		if len(l.Entries) >= MaxEntries {
			l.reserve(len(part.Entries) - n)
		}
		l.add(e)
	}
	l.IsTable, l.AddressColumn, l.NameColumns, l.UnusedColumns = part.IsTable, part.AddressColumn, part.NameColumns, part.UnusedColumns
	l.RolesColumn, l.TagsColumn = part.RolesColumn, part.TagsColumn
	l.GuessedHeadings = l.GuessedHeadings || part.GuessedHeadings
	l.RowsAbove, l.ExtraAddresses, l.BadNames = l.RowsAbove+part.RowsAbove, l.ExtraAddresses+part.ExtraAddresses, l.BadNames+part.BadNames
}

// readLine reads addresses separated by commas, semicolons or spaces, each alone or as "Name <address>".
func (l *List) readLine(text string, row int) {
	text = strings.ReplaceAll(fullWidthMarks.Replace(text), "](", " ") // a link in Markdown
	pieces := splitOutsideQuotes(text, ';')
	for _, piece := range pieces {
		var names []string // parts without an address, which may belong to the next name
		parts := splitOutsideQuotes(piece, ',')
		for n, part := range parts {
			if len(l.Entries) >= MaxEntries {
				l.reserve(len(parts) - n)
				l.add(Entry{})
				continue
			}
			if !strings.Contains(part, "@") {
				names = append(names, part)
				continue
			}
			known := true
			if head, ok := textBeforeBracket(part); ok && len(names) > 0 {
				switch {
				case len(names) == 1 && isLastFirst(names[0], head, part):
					part, names = names[0]+", "+part, nil
				case len(pieces) > 1:
					known, names = false, nil // all of it is the name, but the order is unclear
				case nameSuffixes[fold(strings.TrimSpace(head))]:
					known = false
				}
			}
			l.readWithoutAddress(names, row)
			l.readAddressed(part, row, known)
			names = nil
		}
		l.readWithoutAddress(names, row)
	}
}

// readWithoutAddress reads the parts of a line that have no address. Rulers, numbers and a heading above the list are
// skipped.
func (l *List) readWithoutAddress(parts []string, row int) {
	for n, part := range parts {
		if len(l.Entries) >= MaxEntries {
			l.reserve(len(parts) - n)
			l.add(Entry{})
			continue
		}
		if !strings.ContainsFunc(part, func(r rune) bool { return unicode.IsLetter(r) }) || len(l.Entries) == 0 && isHeading(part) {
			continue
		}
		_, err := accounts.CanonicalEmail(strings.ReplaceAll(part, "@", ""))
		l.add(Entry{Row: row, Raw: strings.TrimSpace(part), Err: err})
	}
}

// isHeading reports whether a text is the heading of a column of addresses or names.
func isHeading(text string) bool {
	k := headingKey(text)
	return addressHeadings[k] != 0 || nameHeadings[k] != 0
}

var (
	addressPattern = regexp.MustCompile(`[^\s<>]*@[^\s<>]*`)
	remarkPattern  = regexp.MustCompile(`^[\s>]*\(([^()@]+)\)`)
)

// readAddressed reads a part of a line that has at least one @. named is false if the text before the address isn't a
// complete name.
func (l *List) readAddressed(part string, row int, named bool) {
	found := addressPattern.FindAllStringIndex(part, -1)
	from, seen := 0, map[string]bool{}
	for n, at := range found {
		word, raw := part[at[0]:at[1]], strings.TrimSpace(part)
		if len(found) > 1 {
			raw = word
		}
		all, err := parseAddresses(word)
		if err != nil {
			if mention := strings.HasPrefix(trimAddress(word), "@"); !mention || len(found) == 1 {
				l.add(Entry{Row: row, Raw: raw, Err: err})
			}
			continue
		}
		name := ""
		if head := strings.TrimRight(part[from:at[0]], " \t"); named && len(all) == 1 && strings.HasSuffix(head, "<") {
			name = l.cleanName(strings.TrimRight(head, "<"))
		} else if named && len(all) == 1 && strings.HasPrefix(word, "(") && strings.HasSuffix(trimPunctuation(word), ")") {
			name = plausibleName(head, all[0])
		} else if m := remarkPattern.FindStringSubmatch(part[at[1]:]); m != nil && len(all) == 1 && !strings.HasSuffix(head, "<") {
			name = plausibleName(m[1], all[0])
		}
		for _, address := range all {
			if !seen[address] {
				l.add(Entry{Row: row, Raw: raw, Name: name, Address: address})
			}
			seen[address] = true
		}
		if n+1 < len(found) {
			from = at[1] + len(part[at[1]:]) - len(strings.TrimLeft(part[at[1]:], "> \t"))
		}
	}
}

// trimPunctuation removes the punctuation after a word.
func trimPunctuation(word string) string { return strings.TrimRight(word, ".,;:!?") }

// cleanName calls CleanName, and counts text that isn't a name.
func (l *List) cleanName(text string) string {
	name := CleanName(text)
	if name == "" && strings.ContainsFunc(text, unicode.IsLetter) && !strings.Contains(text, "@") {
		l.BadNames++
	}
	return name
}

// plausibleName returns the name in a remark after an address, or in the text before an address in brackets, if there
// is one.
func plausibleName(text, address string) string {
	name := CleanName(text)
	if name == "" || !isPersonName(name) || len(strings.Fields(name)) < 2 && !matchesAddress(name, address) {
		return ""
	}
	return name
}

// textBeforeBracket returns the text before the first angle bracket of a part whose first address is in angle brackets.
func textBeforeBracket(part string) (string, bool) {
	open, at := strings.IndexByte(part, '<'), strings.IndexByte(part, '@')
	if open < 0 || open > at || strings.TrimSpace(part[:open]) == "" {
		return "", false
	}
	return part[:open], true
}

// isLastFirst reports whether two parts with a comma between them are the last and first name of one person, not a
// person without an address before the next one.
func isLastFirst(last, head, part string) bool {
	last, first := stripName(last), stripName(commentPattern.ReplaceAllString(head, ""))
	if !isPersonName(last) || !(isPersonName(first) || isPosition(first)) || nameSuffixes[fold(first)] {
		return false
	}
	if found := addressPattern.FindString(part); found != "" && matchesAddress(last, trimAddress(found)) {
		return true
	}
	particles, capitals := 0, false
	for _, word := range strings.Fields(last) {
		if r := []rune(word)[0]; unicode.IsLower(r) {
			particles++
		} else {
			capitals = true
		}
	}
	return capitals && (particles > 0 || len(strings.Fields(last)) == 1 || len(strings.Fields(first)) == 1)
}

// maxQuoted is the maximum length of a quotation or a bracket, in bytes.
const maxQuoted = 400

var closingMarks = map[rune]string{'"': `"`, '“': "”", '„': "“”", '«': "»", '<': ">", '(': ")"}

// splitOutsideQuotes splits a text at separators outside quotation marks and brackets. A mark that is never closed is
// an ordinary character.
func splitOutsideQuotes(text string, separator rune) []string {
	var parts []string
	from, skip := 0, 0
	for at, r := range text {
		switch {
		case at < skip:
		case r == separator:
			parts = append(parts, text[from:at])
			from = at + utf8.RuneLen(r)
		case closingMarks[r] != "":
			inner := at + utf8.RuneLen(r)
			rest := text[inner:min(len(text), inner+maxQuoted)]
			if end := strings.IndexAny(rest, closingMarks[r]); end >= 0 && !(r == '<' && strings.Contains(rest[:end], "<")) {
				_, size := utf8.DecodeRuneInString(rest[end:])
				skip = inner + end + size
			}
		}
	}
	parts = append(parts, text[from:])
	return slices.DeleteFunc(parts, func(part string) bool { return strings.TrimSpace(part) == "" })
}

package addresslist

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usher/hooks/accounts"
)

// Read reads a list that was typed or pasted, or that ReadFile decoded.
func Read(text string) List {
	text = plain(text)
	if list, ok := readCards(text); ok {
		return list
	}
	text, separator := declared(text)
	if list, ok := readTable(text, separator, 1); ok {
		return list
	}
	list := List{}
	for _, block := range blocks(text) {
		if part, ok := readTable(block.text, '\t', block.row); ok && block.tabs {
			list.join(part)
			continue
		}
		row := block.row
		for line := range strings.SplitSeq(block.text, "\n") {
			list.line(line, row)
			row++
		}
	}
	return list
}

// block is a run of lines that all have a tab, or that all have none: a table that was pasted among other lines.
type block struct {
	text string
	row  int
	tabs bool
}

func blocks(text string) []block {
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

// join takes in what was read of a part of the text.
func (l *List) join(part List) {
	for _, e := range part.Entries {
		l.add(e)
	}
	l.Table, l.Address, l.Names, l.Unused = part.Table, part.Address, part.Names, part.Unused
	l.Headings = l.Headings || part.Headings
	l.Above, l.Additional, l.BadNames = l.Above+part.Above, l.Additional+part.Additional, l.BadNames+part.BadNames
}

// line reads a line of text: addresses with commas, semicolons or spaces between them, each alone or as "Name <address>".
func (l *List) line(text string, row int) {
	text = strings.ReplaceAll(widths.Replace(text), "](", " ") // a link in Markdown
	pieces := split(text, ';')
	for _, piece := range pieces {
		var names []string // parts without an address, which may belong to the name of the next
		parts := split(piece, ',')
		for n, part := range parts {
			if len(l.Entries) >= MaxEntries {
				l.Entries = slices.Grow(l.Entries, len(parts)-n)
				l.add(Entry{})
				continue
			}
			if !strings.Contains(part, "@") {
				names = append(names, part)
				continue
			}
			known := true
			if head, ok := headOf(part); ok && len(names) > 0 {
				switch {
				case len(names) == 1 && lastFirst(names[0], head, part):
					part, names = names[0]+", "+part, nil
				case len(pieces) > 1:
					known, names = false, nil // all of it is the name, and nobody knows which way round
				case suffixes[fold(strings.TrimSpace(head))]:
					known = false
				}
			}
			l.nameless(names, row)
			l.addressed(part, row, known)
			names = nil
		}
		l.nameless(names, row)
	}
}

// nameless takes in parts of a line that have no address. Rulers, numbers and a heading over the list are skipped.
func (l *List) nameless(parts []string, row int) {
	for n, part := range parts {
		if len(l.Entries) >= MaxEntries {
			l.Entries = slices.Grow(l.Entries, len(parts)-n)
			l.add(Entry{})
			continue
		}
		if !strings.ContainsFunc(part, func(r rune) bool { return unicode.IsLetter(r) }) || len(l.Entries) == 0 && heads(part) {
			continue
		}
		_, err := accounts.Canonical(strings.ReplaceAll(part, "@", ""))
		l.add(Entry{Row: row, Raw: strings.TrimSpace(part), Fault: err})
	}
}

// heads reports whether a text is the heading of a column of addresses or names.
func heads(text string) bool { k := key(text); return primary[k] != 0 || secondary[k] != 0 }

var (
	addressed = regexp.MustCompile(`[^\s<>]*@[^\s<>]*`)
	remark    = regexp.MustCompile(`^[\s>]*\(([^()@]+)\)`)
)

// addressed reads a part of a line that has at least one @. named is false if what stands before the address is no
// whole name.
func (l *List) addressed(part string, row int, named bool) {
	found := addressed.FindAllStringIndex(part, -1)
	from, seen := 0, map[string]bool{}
	for n, at := range found {
		word, raw := part[at[0]:at[1]], strings.TrimSpace(part)
		if len(found) > 1 {
			raw = word
		}
		all, err := addresses(word)
		if err != nil {
			if mention := strings.HasPrefix(trim(word), "@"); !mention || len(found) == 1 {
				l.add(Entry{Row: row, Raw: raw, Fault: err})
			}
			continue
		}
		name := ""
		if head := strings.TrimRight(part[from:at[0]], " \t"); named && len(all) == 1 && strings.HasSuffix(head, "<") {
			name = l.named(strings.TrimRight(head, "<"))
		} else if named && len(all) == 1 && strings.HasPrefix(word, "(") && strings.HasSuffix(trimEnd(word), ")") {
			name = likely(head, all[0])
		} else if m := remark.FindStringSubmatch(part[at[1]:]); m != nil && len(all) == 1 && !strings.HasSuffix(head, "<") {
			name = likely(m[1], all[0])
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

// trimEnd is a word without the marks that part entries behind it.
func trimEnd(word string) string { return strings.TrimRight(word, ".,;:!?") }

// named is Name, and counts what was no name.
func (l *List) named(text string) string {
	name := Name(text)
	if name == "" && strings.ContainsFunc(text, unicode.IsLetter) && !strings.Contains(text, "@") {
		l.BadNames++
	}
	return name
}

// likely is the name that a remark behind an address gives, or the text before an address in brackets, if it is one.
func likely(text, address string) string {
	name := Name(text)
	if name == "" || !personal(name) || len(strings.Fields(name)) < 2 && !vouched(name, address) {
		return ""
	}
	return name
}

// headOf is what stands before the first angle bracket of a part whose first address is in angle brackets.
func headOf(part string) (string, bool) {
	open, at := strings.IndexByte(part, '<'), strings.IndexByte(part, '@')
	if open < 0 || open > at || strings.TrimSpace(part[:open]) == "" {
		return "", false
	}
	return part[:open], true
}

// lastFirst reports whether two parts with a comma between them are the last and the first name of one person, and
// not somebody without an address before the next.
func lastFirst(last, head, part string) bool {
	last, first := bareName(last), bareName(comment.ReplaceAllString(head, ""))
	if !personal(last) || !(personal(first) || position(first)) || suffixes[fold(first)] {
		return false
	}
	if found := addressed.FindString(part); found != "" && vouched(last, trim(found)) {
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

// maxQuoted is how far behind its beginning a quotation or a bracket is closed at most, in bytes.
const maxQuoted = 400

var closing = map[rune]string{'"': `"`, '“': "”", '„': "“”", '«': "»", '<': ">", '(': ")"}

// split cuts a text at the separator where it stands outside of quotation marks and brackets. A mark that is never
// closed is a character like any other.
func split(text string, separator rune) []string {
	var parts []string
	from, skip := 0, 0
	for at, r := range text {
		switch {
		case at < skip:
		case r == separator:
			parts = append(parts, text[from:at])
			from = at + utf8.RuneLen(r)
		case closing[r] != "":
			inner := at + utf8.RuneLen(r)
			rest := text[inner:min(len(text), inner+maxQuoted)]
			if end := strings.IndexAny(rest, closing[r]); end >= 0 && !(r == '<' && strings.Contains(rest[:end], "<")) {
				_, size := utf8.DecodeRuneInString(rest[end:])
				skip = inner + end + size
			}
		}
	}
	parts = append(parts, text[from:])
	return slices.DeleteFunc(parts, func(part string) bool { return strings.TrimSpace(part) == "" })
}

package addresslist

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// propertyPattern matches a line of a contact card: "EMAIL;TYPE=INTERNET:ana@example.org", "cn:: Sm9zw6k=", "Name: Ana
// Silva".
var propertyPattern = regexp.MustCompile(`^(?:item\d+\.)?([\p{L}][\p{L}\p{N} ._/-]{0,40}?)((?:;[^:;]*)*)\s*:(:?)\s*(.*)$`)

// cardBoundaries are the properties that begin or end a card.
var cardBoundaries = wordSet("begin end dn")

// readCards reads contact cards (vCard), directory entries (LDIF) and other lists of "property: value", in which a card
// ends at a blank line or where its first property is repeated.
func readCards(text string) (List, bool) {
	if !hasCards(text) {
		return List{}, false
	}
	t := &table{rows: [][]string{nil}, rowNumbers: []int{0}, knownHeadings: true}
	at := map[string]int{} // column of a property
	var card []string
	var first, spare string // spare is the name in parts, for cards without another name
	number := 0
	put := func(name, title, value string) {
		if _, there := at[name]; !there {
			at[name] = len(t.rows[0])
			t.rows[0] = append(t.rows[0], title)
		}
		for len(card) <= at[name] {
			card = append(card, "")
		}
		card[at[name]] = strings.TrimSpace(card[at[name]] + " " + value)
	}
	end := func() {
		if n, there := at["fn"]; spare != "" && (!there || cellAt(card, n) == "") {
			put("fn", "fn", spare)
		}
		if !isBlankRow(card) {
			t.rows, t.rowNumbers = append(t.rows, card), append(t.rowNumbers, number)
		}
		card, first, spare = nil, "", ""
	}
	row := 0
	for _, line := range unfoldLines(text) {
		row = line.row
		m := propertyPattern.FindStringSubmatch(line.text)
		if m == nil {
			if strings.TrimSpace(line.text) == "" {
				end()
			}
			continue
		}
		name := headingKey(m[1])
		if cardBoundaries[name] || name == first {
			end()
		}
		if cardBoundaries[name] || name == "" {
			continue
		}
		if first == "" {
			first, number = name, row
		}
		value := propertyValue(m[2], m[3], m[4])
		if name == "n" {
			spare = nameFromParts(value)
			continue
		}
		put(name, m[1], value)
	}
	end()
	if !t.chooseByHeadings() {
		return List{}, false
	}
	list := t.read(0)
	list.UnusedColumns = nil
	return list, true
}

// hasCards reports whether every address of a text is in a property, with at least one property named as an address and
// one named as a name.
func hasCards(text string) bool {
	address, name := false, false
	for line := range strings.SplitSeq(text, "\n") {
		m := propertyPattern.FindStringSubmatch(line)
		if m == nil {
			if strings.Contains(line, "@") && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "#") {
				return false
			}
			continue
		}
		k := headingKey(m[1])
		address = address || addressHeadings[k] == emailHeading && (strings.Contains(m[4], "@") || m[3] != "")
		name = name || nameHeadings[k] != 0 || cardBoundaries[k]
		if strings.Contains(line, "<") && strings.Contains(line, "@") {
			return false // recipients: "To: Ana <ana@example.org>"
		}
	}
	return address && name
}

type numberedLine struct {
	text string
	row  int
}

// unfoldLines returns the lines of a text; lines that begin with a space continue the line before.
func unfoldLines(text string) []numberedLine {
	var lines []numberedLine
	for n, line := range strings.Split(text, "\n") {
		if last := len(lines) - 1; last >= 0 && strings.HasPrefix(line, " ") && strings.Contains(lines[last].text, ":") && strings.TrimSpace(line) != "" {
			if propertyPattern.MatchString(strings.TrimSpace(line)) {
				line = strings.TrimSpace(line)
			} else {
				lines[last].text += line[1:]
				continue
			}
		}
		lines = append(lines, numberedLine{line, n + 1})
	}
	return lines
}

func propertyValue(params, encoded, value string) string {
	params = strings.ToUpper(params)
	switch {
	case encoded != "" || strings.Contains(params, "BASE64") || strings.Contains(params, "ENCODING=B"):
		if data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(value, " ", "")); err == nil {
			value = string(data)
		}
	case strings.Contains(params, "QUOTED-PRINTABLE"):
		if data, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(value))); err == nil {
			value = string(data)
		}
		if strings.Contains(params, "8859-1") || strings.Contains(params, "1252") {
			value, _ = charmap.Windows1252.NewDecoder().String(value)
		}
	}
	return normalizeText(strings.NewReplacer(`\,`, ",", `\;`, ";", `\n`, " ", `\N`, " ").Replace(value))
}

// nameFromParts returns the name in a vCard's N: last, first and middle names separated by semicolons.
func nameFromParts(value string) string {
	parts := append(strings.Split(value, ";"), "", "", "")
	return strings.Join(slices.DeleteFunc([]string{parts[1], parts[2], parts[0]}, func(part string) bool { return part == "" }), " ")
}

package addresslist

import "strings"

const (
	maxCell  = 20_000 // bytes of a quoted cell
	maxCells = 500    // in a row; the rest becomes one more
)

// cutSeparator returns the separator declared by a first line such as "sep=;" and the text below it; 0 if there is
// none.
func cutSeparator(text string) (string, rune) {
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.ToLower(strings.Trim(first, " \"\t"))
	if value, ok := strings.CutPrefix(first, "sep="); ok && len(value) <= 1 {
		if value == "" {
			return rest, '\t' // trimmed
		}
		return rest, rune(value[0])
	}
	return text, 0
}

// parseRows splits a text into at most limit rows of cells, blank ones included. It never fails: a quotation mark that
// isn't closed at the end of a cell, or on a later line by the rules of RFC 4180, is an ordinary character.
func parseRows(text string, separator rune, limit int) [][]string {
	var rows [][]string
	for text != "" && len(rows) < limit {
		var row []string
		row, text = parseRow(text, byte(separator))
		rows = append(rows, row)
	}
	return rows
}

func parseRow(text string, separator byte) (row []string, rest string) {
	for {
		cell, end := parseCell(text, separator)
		if len(row) == maxCells {
			if end = strings.IndexByte(text, '\n'); end < 0 {
				end = len(text)
			}
			cell = text[:end]
		}
		row = append(row, strings.TrimSpace(cell))
		if end >= len(text) {
			return row, ""
		}
		next := text[end+1:]
		if text[end] == '\n' {
			return row, next
		}
		text = next
	}
}

// parseCell returns the cell at the beginning of a text and its end: a separator, a line end or the end of the text.
func parseCell(text string, separator byte) (cell string, end int) {
	padded := len(text) - len(strings.TrimLeft(text, " "))
	if strings.HasPrefix(text[padded:], `"`) {
		if cell, end, ok := parseQuoted(text[padded+1:], separator); ok {
			return cell, end + padded + 1
		}
	}
	end = strings.IndexAny(text, string(rune(separator))+"\n")
	if end < 0 {
		end = len(text)
	}
	return text[:end], end
}

// parseQuoted reads a cell after its opening quotation mark. Within a line, stray marks are allowed; in a cell of
// several lines they must be doubled, or an unclosed mark would swallow the rows below it.
func parseQuoted(text string, separator byte) (cell string, end int, ok bool) {
	var b strings.Builder
	lines, strict := false, true
	for at := 0; at < len(text) && at < maxCell; at++ {
		switch c := text[at]; {
		case c == '\n' && !strict:
			return "", 0, false
		case c == '"' && at+1 < len(text) && text[at+1] == '"':
			at++
		case c == '"':
			after := at + 1 + len(text[at+1:]) - len(strings.TrimLeft(text[at+1:], " "))
			if after >= len(text) || text[after] == separator || text[after] == '\n' {
				return b.String(), after, true
			}
			if strict = false; lines {
				return "", 0, false
			}
		case c == '\n':
			lines = true
		}
		b.WriteByte(text[at])
	}
	return "", 0, false
}

package invitations

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"usher/hooks/record"
)

// MaxCSV is the largest list that is read, in bytes.
const MaxCSV = 2 << 20

// Line is one address of a list, as it was typed and as it is understood.
type Line struct {
	Raw     string
	Name    string
	Address string // canonical; empty if Fault is not nil
	Fault   error  // why it cannot be an address
}

// ParseList reads what people type or paste: addresses one a line or with commas or semicolons between
// them, each alone or as "Name <a@b>".
func ParseList(text string) []Line {
	var lines []Line
	for _, entry := range split(text) {
		if len(lines) >= MaxImport {
			lines = append(lines, Unread(entry))
			continue
		}
		lines = append(lines, parseEntry(entry))
	}
	return lines
}

// Unread is a line behind the first MaxImport: the list is refused, so it is only counted.
func Unread(raw string) Line { return Line{Raw: raw, Fault: tooLong} }

var tooLong = record.Refuse("emails", record.CodeTooMany, "The list is too long.")

// split cuts at line ends, commas and semicolons that stand outside of quotes and angle brackets.
func split(text string) []string {
	var entries []string
	var b strings.Builder
	quoted, bracket := false, false
	flush := func() {
		if entry := strings.TrimSpace(b.String()); entry != "" {
			entries = append(entries, entry)
		}
		b.Reset()
		quoted, bracket = false, false
	}
	for _, r := range strings.TrimPrefix(text, "\ufeff") {
		switch {
		case r == '\n' || r == '\r':
			flush()
			continue
		case r == '"':
			quoted = !quoted
		case r == '<' && !quoted:
			bracket = true
		case r == '>' && !quoted:
			bracket = false
		case (r == ',' || r == ';') && !quoted && !bracket:
			flush()
			continue
		}
		b.WriteRune(r)
	}
	flush()
	return entries
}

func parseEntry(entry string) Line {
	name, address := "", entry
	if open := strings.LastIndexByte(entry, '<'); open >= 0 && strings.HasSuffix(entry, ">") {
		name, address = strings.Trim(strings.TrimSpace(entry[:open]), `"`), entry[open+1:len(entry)-1]
	}
	l := LineOf(name, address)
	l.Raw = entry
	return l
}

// ParseCSV reads a list that a spreadsheet wrote: comma, semicolon or tab between the cells, any line
// ends, with or without a byte order mark. A first row of headings names the columns ("email", "name");
// without one, the first cell with an @ is the address and the cell before or behind it the name.
func ParseCSV(file io.Reader) ([]Line, error) {
	refuse := func(sentence string) ([]Line, error) { return nil, record.Refuse("file", "bad_file", sentence) }
	data, err := io.ReadAll(io.LimitReader(file, MaxCSV+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the list: %w", err)
	case len(data) > MaxCSV:
		return refuse("The file is larger than 2 MB. A list of 10,000 addresses is smaller: is it the right file?")
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return refuse("This is no CSV file in UTF-8. In your spreadsheet choose “Save as”, then “CSV UTF-8”.")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	rows, err := reader.ReadAll()
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return refuse(fmt.Sprintf("Line %d cannot be read: a quotation mark is not closed or stands in the middle of a cell.", wrong.Line))
	}
	if err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	lines := readRows(rows)
	if len(lines) == 0 {
		return refuse("There is no address in this file. It takes one address a line, with or without a name.")
	}
	return lines, nil
}

// separator is the one of comma, semicolon and tab that the first line has most of.
func separator(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, r := range ",;\t" {
		if n := strings.Count(string(first), string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

func readRows(rows [][]string) []Line {
	address, name := -1, -1
	if len(rows) > 0 {
		address, name = headings(rows[0])
		if address >= 0 {
			rows = rows[1:]
		}
	}
	var lines []Line
	for _, row := range rows {
		raw := strings.TrimSpace(strings.Join(row, " "))
		if raw == "" {
			continue
		}
		if len(lines) >= MaxImport {
			lines = append(lines, Unread(raw))
			continue
		}
		at, of := address, name
		if at < 0 {
			at, of = guess(row)
		}
		l := parseEntry(cell(row, at))
		if of >= 0 && cell(row, of) != "" {
			l = LineOf(cell(row, of), cell(row, at))
		}
		l.Raw = raw
		lines = append(lines, l)
	}
	return lines
}

func headings(row []string) (address, name int) {
	address, name = -1, -1
	for n, heading := range row {
		switch strings.ToLower(strings.TrimSpace(heading)) {
		case "email", "e-mail", "mail", "address", "email address", "e-mail address":
			address = n
		case "name", "full name", "display name":
			name = n
		}
	}
	return address, name
}

func guess(row []string) (address, name int) {
	for n, value := range row {
		if strings.Contains(value, "@") {
			switch {
			case n > 0:
				return n, n - 1
			case len(row) > 1:
				return n, n + 1
			}
			return n, -1
		}
	}
	return 0, -1
}

func cell(row []string, n int) string {
	if n < 0 || n >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[n])
}

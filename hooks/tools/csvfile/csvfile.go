// Package csvfile writes tables as CSV files that are safe to open in a spreadsheet: no cell is read as a formula.
package csvfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// IncompleteNotice is the last row of a table that couldn't be completed.
const IncompleteNotice = "This list is incomplete because of a server error. Export it again."

// Table is a CSV table being written. Rows are flushed in batches.
type Table struct {
	csv  *csv.Writer
	rows int
}

// flushEvery is the number of rows per flush.
const flushEvery = 200

// Write writes a table as UTF-8 with a byte order mark and the line endings of RFC 4180. fill adds the rows; if it fails, the
// last row is the IncompleteNotice.
func Write(w io.Writer, header []string, fill func(*Table) error) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	table := &Table{csv: csv.NewWriter(w)}
	table.csv.UseCRLF = true
	if err := table.Add(header...); err != nil {
		return err
	}
	err := fill(table)
	if err != nil {
		_ = table.Add(IncompleteNotice)
	}
	table.csv.Flush()
	if err == nil {
		err = table.csv.Error()
	}
	return err
}

// Add writes one row.
func (t *Table) Add(cells ...string) error {
	for n, cell := range cells {
		cells[n] = escapeFormula(cell)
	}
	if err := t.csv.Write(cells); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	if t.rows++; t.rows%flushEvery == 0 {
		t.csv.Flush()
	}
	return t.csv.Error()
}

// formulaStarts are the characters that start a formula in spreadsheets; some accept the full-width forms.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// embeddedFormula matches a formula inside a cell. A spreadsheet that separates cells by semicolons or tabs splits there,
// since it doesn't see the quotes at the start of the cell.
var embeddedFormula = regexp.MustCompile("([;\t\r\n]\\s*)(\"*[=+\\-@＝＋－＠])")

// escapeFormula prefixes formulas with an apostrophe, so that spreadsheets don't run them.
func escapeFormula(cell string) string {
	_, first := utf8.DecodeRuneInString(cell)
	head, tail := cell[:first], embeddedFormula.ReplaceAllString(cell[first:], "$1'$2")
	if head != "" && strings.ContainsAny(head, formulaStarts) {
		return "'" + head + tail
	}
	return head + tail
}

// FileName returns the name of a download: "halation-post-users-2026-11-17.csv".
func FileName(team, of string, day time.Time) string {
	return team + "-" + of + "-" + day.Format(time.DateOnly) + ".csv"
}

// FormatTime formats a time for spreadsheets, in the zone. The zero time is "".
func FormatTime(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.DateTime)
}

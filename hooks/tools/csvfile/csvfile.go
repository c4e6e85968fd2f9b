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

// IncompleteNotice is the last row of a table whose end is missing.
const IncompleteNotice = "The list ends here because of a fault of the server. It is not whole."

// Table is a table that is being written. Rows leave in batches.
type Table struct {
	csv  *csv.Writer
	rows int
}

// flushEvery is how many rows are written before they leave.
const flushEvery = 200

// Write writes a table with these heads: UTF-8 with a byte order mark, lines ended as RFC 4180 says. fill adds the
// rows. If it fails, the last row says that the table is not whole.
func Write(w io.Writer, heads []string, fill func(*Table) error) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write a table: %w", err)
	}
	table := &Table{csv: csv.NewWriter(w)}
	table.csv.UseCRLF = true
	if err := table.Add(heads...); err != nil {
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

// formulaStarts is what a spreadsheet takes for the beginning of a formula; some take the wide forms, too.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// embeddedFormula is where a cell goes on as a formula for a spreadsheet that parts its lists by semicolons or tabs: it cuts
// there, for to it the quotation marks around the cell are not at the beginning of one.
var embeddedFormula = regexp.MustCompile("([;\t\r\n]\\s*)(\"*[=+\\-@＝＋－＠])")

// escapeFormula keeps a spreadsheet from running a cell.
func escapeFormula(cell string) string {
	_, first := utf8.DecodeRuneInString(cell)
	head, tail := cell[:first], embeddedFormula.ReplaceAllString(cell[first:], "$1'$2")
	if head != "" && strings.ContainsAny(head, formulaStarts) {
		return "'" + head + tail
	}
	return head + tail
}

// FileName is the name of a team's file of a day: "halation-post-users-2026-11-17.csv".
func FileName(team, of string, day time.Time) string {
	return team + "-" + of + "-" + day.Format(time.DateOnly) + ".csv"
}

// FormatTime writes a moment as spreadsheets read it, in the zone's time; the zero time is empty.
func FormatTime(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.DateTime)
}

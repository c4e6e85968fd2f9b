package addresslist

import (
	"fmt"
	"strings"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// maxShown is how many rows or columns a note lists.
const maxShown = 5

// numberedColumn is the prefix of the title of a column without a heading: "column 2".
const numberedColumn = "column "

// RowsWithoutAddress returns the numbers of the rows that have no address.
func (l List) RowsWithoutAddress() []int {
	var rows []int
	for _, e := range l.Entries {
		if e.missing {
			rows = append(rows, e.Row)
		}
	}
	return rows
}

// Duplicates returns the number of entries whose address appears earlier in the list.
func (l List) Duplicates() int {
	n, seen := 0, make(map[string]bool, len(l.Entries))
	for _, e := range l.Entries {
		if e.Err == nil && seen[e.Address] {
			n++
		}
		seen[e.Address] = e.Err == nil || seen[e.Address]
	}
	return n
}

// Notes returns sentences on how the list was read and what was left out. There are none if nothing was chosen or left
// out.
func (l List) Notes() []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if l.IsTable {
		if len(l.NameColumns) > 0 {
			note("Read %s as the address and %s as the name.", quoteColumn(l.AddressColumn), joinList(l.NameColumns, quoteTitle))
		} else {
			note("Read %s as the address. No column was read as the name.", quoteColumn(l.AddressColumn))
		}
	}
	if l.RolesColumn != "" {
		note("Read %s as the roles. Rows without any get the selected roles.", quoteColumn(l.RolesColumn))
	}
	if l.TagsColumn != "" {
		note("Read %s as the tags.", quoteColumn(l.TagsColumn))
	}
	if len(l.UnusedColumns) > 0 {
		note("Not used: %s.", joinList(l.UnusedColumns, quoteTitle))
	}
	if l.GuessedHeadings {
		note("The first row has no address and was read as column headings.")
	}
	if l.RowsAbove > 0 {
		note("%s above the column headings %s skipped.", text.Count(l.RowsAbove, "row", "rows"), isOrAre(l.RowsAbove))
	}
	if rows := l.RowsWithoutAddress(); len(rows) > 0 {
		note("%s %s no address and %s skipped: %s.", text.Count(len(rows), "row", "rows"), hasOrHave(len(rows)), isOrAre(len(rows)), joinRows(rows))
	}
	if n := l.Duplicates(); n > 0 {
		note("%s an address that is already in the list and %s skipped.", text.Count(n, "row", "rows")+repeatVerb(n), isOrAre(n))
	}
	if l.ExtraAddresses > 0 {
		note("%s skipped: only the first address of each person is used.", text.Count(l.ExtraAddresses, "additional address", "additional addresses")+" "+isOrAre(l.ExtraAddresses))
	}
	if l.BadNames > 0 {
		note("%s can't be used and %s left out.", text.Count(l.BadNames, "name", "names"), isOrAre(l.BadNames))
	}
	return notes
}

// UnreadableText says which rows have something other than an address, and why; "" if there are none.
func (l List) UnreadableText() string {
	var parts []string
	n := 0
	for _, e := range l.Entries {
		if e.Err == nil || e.missing || e.Row == 0 {
			continue
		}
		if n++; n <= maxShown {
			parts = append(parts, fmt.Sprintf("row %d (%s)", e.Row, strings.TrimSuffix(errorText(e.Err), ".")))
		}
	}
	if n == 0 {
		return ""
	}
	if n > maxShown {
		parts = append(parts, fmt.Sprintf("and %s more", text.Number(n-maxShown)))
	}
	return fmt.Sprintf("%s can't be read: %s.", text.Count(n, "row", "rows"), strings.Join(parts, ", "))
}

func quoteColumn(name string) string {
	if strings.HasPrefix(name, numberedColumn) {
		return name
	}
	return "column " + quoteTitle(name)
}

func quoteTitle(name string) string {
	if strings.HasPrefix(name, numberedColumn) {
		return name
	}
	return "“" + name + "”"
}

func joinList(all []string, quote func(string) string) string {
	var parts []string
	for n, item := range all {
		if n == maxShown {
			parts = append(parts, fmt.Sprintf("%d more", len(all)-n))
			break
		}
		parts = append(parts, quote(item))
	}
	return text.JoinList(parts)
}

func joinRows(rows []int) string {
	var all []string
	for _, row := range rows {
		all = append(all, text.Number(row))
	}
	word := "rows "
	if len(rows) == 1 {
		word = "row "
	}
	return word + joinList(all, func(row string) string { return row })
}

func repeatVerb(n int) string {
	if n == 1 {
		return " repeats"
	}
	return " repeat"
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func hasOrHave(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func errorText(err error) string {
	_, _, sentence, _ := errs.Details(err)
	return sentence
}

package addresslist

import (
	"fmt"
	"strings"

	"usher/hooks/record"
)

// maxShown is how many rows or columns a note names.
const maxShown = 5

// numberedColumn begins the title of a column without a heading: "column 2".
const numberedColumn = "column "

// Empty are the numbers of the rows that have no address.
func (l List) Empty() []int {
	var rows []int
	for _, e := range l.Entries {
		if e.missing {
			rows = append(rows, e.Row)
		}
	}
	return rows
}

// Duplicates is how many entries have an address that an earlier one has.
func (l List) Duplicates() int {
	n, seen := 0, make(map[string]bool, len(l.Entries))
	for _, e := range l.Entries {
		if e.Fault == nil && seen[e.Address] {
			n++
		}
		seen[e.Address] = e.Fault == nil || seen[e.Address]
	}
	return n
}

// Notes say in sentences how the list was read, and what of it was not used. A list in which nothing was chosen or
// left out has none.
func (l List) Notes() []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if l.Table {
		if len(l.Names) > 0 {
			note("Read %s as the address and %s as the name.", column(l.Address), list(l.Names, title))
		} else {
			note("Read %s as the address. No column was read as the name.", column(l.Address))
		}
	}
	if len(l.Unused) > 0 {
		note("Not used: %s.", list(l.Unused, title))
	}
	if l.Headings {
		note("The first row has no address and was read as column headings.")
	}
	if l.Above > 0 {
		note("%s above the column headings %s skipped.", count(l.Above, "row"), are(l.Above))
	}
	if rows := l.Empty(); len(rows) > 0 {
		note("%s %s no address and %s skipped: %s.", count(len(rows), "row"), has(len(rows)), are(len(rows)), rowList(rows))
	}
	if n := l.Duplicates(); n > 0 {
		note("%s an address that is already in the list and %s skipped.", count(n, "row")+repeats(n), are(n))
	}
	if l.Additional > 0 {
		note("%s skipped: only the first address of each person is used.", count(l.Additional, "additional address")+" "+are(l.Additional))
	}
	if l.BadNames > 0 {
		note("%s can't be used and %s left out.", count(l.BadNames, "name"), are(l.BadNames))
	}
	return notes
}

// Unreadable says which rows have something else in place of an address, and why; "" if none does.
func (l List) Unreadable() string {
	var parts []string
	n := 0
	for _, e := range l.Entries {
		if e.Fault == nil || e.missing || e.Row == 0 {
			continue
		}
		if n++; n <= maxShown {
			parts = append(parts, fmt.Sprintf("row %d (%s)", e.Row, strings.TrimSuffix(reason(e.Fault), ".")))
		}
	}
	if n == 0 {
		return ""
	}
	if n > maxShown {
		parts = append(parts, fmt.Sprintf("and %s more", thousands(n-maxShown)))
	}
	return fmt.Sprintf("%s can't be read: %s.", count(n, "row"), strings.Join(parts, ", "))
}

func column(name string) string {
	if strings.HasPrefix(name, numberedColumn) {
		return name
	}
	return "column " + title(name)
}

func title(name string) string {
	if strings.HasPrefix(name, numberedColumn) {
		return name
	}
	return "“" + name + "”"
}

func list(all []string, quote func(string) string) string {
	var parts []string
	for n, one := range all {
		if n == maxShown {
			parts = append(parts, fmt.Sprintf("%d more", len(all)-n))
			break
		}
		parts = append(parts, quote(one))
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

func rowList(rows []int) string {
	var all []string
	for _, row := range rows {
		all = append(all, thousands(row))
	}
	word := "rows "
	if len(rows) == 1 {
		word = "row "
	}
	return word + list(all, func(row string) string { return row })
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	if strings.HasSuffix(word, "s") {
		word += "e"
	}
	return thousands(n) + " " + word + "s"
}

func repeats(n int) string {
	if n == 1 {
		return " repeats"
	}
	return " repeat"
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func reason(err error) string {
	_, _, sentence, _ := record.Refusal(err)
	return sentence
}

package addresslist

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	sampled   = 300 // rows by which separator and columns are chosen
	maxAbove  = 20  // rows above the headings
	maxUnread = 20  // headings of columns that were not used
)

// table is a text cut at one separator, and what its columns are.
type table struct {
	rows     [][]string // blank ones included
	lines    []int      // where each row begins, if they are no rows of a table
	headings int        // index of the row of headings; -1: none
	known    bool       // a heading is one of ours
	address  []int      // the columns of addresses, the best one first
	names    names
	hits     int // rows of the sample whose address was found
	steady   int // rows of the sample that have as many cells as most
}

// readTable reads a text by columns, if it has any: at the separator that gives most rows an address. row is the
// number of its first row.
func readTable(text string, declared rune, row int) (List, bool) {
	separators := []rune{'\t', ';', ',', '|'}
	if declared != 0 {
		separators = []rune{declared}
	}
	var best *table
	var at rune
	for _, separator := range separators {
		if !strings.ContainsRune(text, separator) {
			continue
		}
		t := &table{rows: parse(text, separator, sampled)}
		if t.understand() && (best == nil || t.hits > best.hits || t.hits == best.hits && t.steady > best.steady) {
			best, at = t, separator
		}
	}
	if best == nil {
		return List{}, false
	}
	best.rows = parse(text, at, 2*MaxBytes)
	return best.read(row), true
}

// understand finds the row of headings and the columns. ok is false for what is no table.
func (t *table) understand() (ok bool) {
	var best *table
	for n, row := range t.rows[:min(len(t.rows), maxAbove)] {
		if !areHeadings(row) {
			continue
		}
		// A report may have a table of its own above the list.
		if at := (&table{rows: t.rows, headings: n, known: true}); at.byHeadings() && (best == nil || at.hits > best.hits) {
			best = at
		}
	}
	if best != nil {
		*t = *best
		return true
	}
	first := slices.IndexFunc(t.rows, func(row []string) bool { return slices.ContainsFunc(row, isBare) })
	if first < 0 {
		return false
	}
	t.headings = first - 1
	for t.headings >= 0 && len(slices.DeleteFunc(slices.Clone(t.rows[t.headings]), func(cell string) bool { return cell == "" })) < 2 {
		t.headings--
	}
	return t.byCells()
}

// areHeadings reports whether a row has no address, and a heading of ours among several cells.
func areHeadings(row []string) bool {
	cells, known := 0, false
	for _, cell := range row {
		if cell != "" {
			cells++
		}
		known = known || rank(cell) != 0 || secondary[key(cell)] != 0
	}
	return cells >= 2 && known && !slices.ContainsFunc(row, isBare)
}

// byHeadings chooses the columns where headings are known.
func (t *table) byHeadings() bool {
	heads := t.rows[t.headings]
	hits, most := make([]int, len(heads)), 0
	for _, row := range t.rows[t.headings+1:] {
		for n := range heads {
			if isAddress(cellOf(row, n)) {
				hits[n]++
			}
		}
	}
	for n := range heads {
		if rank(heads[n]) >= 0 {
			most = max(most, hits[n])
		}
	}
	for n := range heads {
		if r := rank(heads[n]); r >= 0 && hits[n] > 0 || r == 3 {
			t.address = append(t.address, n)
		}
	}
	if len(t.address) == 0 {
		return false
	}
	weigh := func(n int) int {
		r := rank(heads[n])
		if 2*hits[n] < most {
			r -= 4 // named so, but its cells are none
		}
		return r
	}
	slices.SortStableFunc(t.address, func(a, b int) int {
		if weigh(a) != weigh(b) {
			return weigh(b) - weigh(a)
		}
		if rank(heads[a]) < 2 {
			return hits[b] - hits[a]
		}
		return 0
	})
	t.hits = hits[t.address[0]]
	// Only columns that are named for the person's address stand in where the first is empty.
	t.address = slices.DeleteFunc(t.address, func(n int) bool { return n != t.address[0] && rank(heads[n]) < 2 })
	t.names = namesOf(heads, t.address)
	t.count()
	return t.hits > 0 || rank(heads[t.address[0]]) == 3 && len(heads) > 1
}

// byCells chooses the columns by what is in their cells: the column in which most rows have a bare address. There is
// no table where rows have several addresses.
func (t *table) byCells() bool {
	rows := t.data()
	hits := map[int]int{}
	crowded, filled := 0, 0
	for _, row := range rows {
		ats := 0
		for n, cell := range row {
			ats += strings.Count(cell, "@")
			if isBare(cell) {
				hits[n]++
			}
		}
		if ats > 1 {
			crowded++
		}
		if ats > 0 {
			filled++
		}
	}
	column := -1
	for n, count := range hits {
		if column < 0 || count > hits[column] || count == hits[column] && n < column {
			column = n
		}
	}
	width := t.count()
	if column < 0 || width < 2 || 10*crowded > len(rows) || 2*hits[column] < filled || 5*t.steady < 4*len(rows) {
		return false
	}
	t.hits, t.address = hits[column], []int{column}
	t.names = guessed(rows, column, width)
	return true
}

// data are the rows below the headings that are not blank.
func (t *table) data() [][]string {
	var rows [][]string
	for _, row := range t.rows[t.headings+1:] {
		if !blank(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// count finds how many cells most rows have, and how many rows have so many.
func (t *table) count() (width int) {
	widths := map[int]int{}
	for _, row := range t.data() {
		widths[len(row)]++
		if widths[len(row)] > widths[width] || widths[len(row)] == widths[width] && len(row) > width {
			width = len(row)
		}
	}
	t.steady = widths[width]
	return width
}

// read makes entries of the rows.
func (t *table) read(row int) List {
	list := List{Table: true, Headings: t.headings >= 0 && !t.known}
	var heads []string
	if t.headings >= 0 {
		heads = t.rows[t.headings]
	}
	list.columns(t, heads)
	for n, cells := range t.rows {
		number := row + n
		if t.lines != nil {
			number = t.lines[n]
		}
		switch {
		case blank(cells) || n == t.headings:
		case n < t.headings:
			list.Above++
		case len(list.Entries) >= MaxEntries:
			list.add(Entry{})
		default:
			list.row(t, cells, len(heads), number)
		}
	}
	return list
}

// row makes the entries of a row: one, but where a row without a name has several addresses.
func (l *List) row(t *table, cells []string, heads, number int) {
	e := Entry{Row: number, Raw: joined(cells)}
	text, column := "", -1
	for _, n := range t.address {
		if cell := cellOf(cells, n); cell != "" {
			text, column = cell, n
			break
		}
	}
	name := t.names.of(cells)
	if heads > 0 && len(cells) > heads && !isAddress(text) {
		// A separator inside of a name shifted the row: the address is clear, what the other cells are is not.
		if n := onlyAddress(cells); n >= 0 {
			text, column, name = cells[n], n, ""
		}
	}
	if column < 0 {
		e.Fault, e.missing = noAddress, true
		l.add(e)
		return
	}
	read := List{}
	read.addressedCell(text, number)
	good := slices.DeleteFunc(slices.Clone(read.Entries), func(e Entry) bool { return e.Fault != nil })
	if len(good) == 0 {
		_, e.Fault = one(text)
		if e.Fault == nil {
			e.Fault = several
		}
		if e.Name, e.Raw = Name(name), flat(text); e.Name != "" {
			e.Raw = e.Name + " <" + e.Raw + ">"
		}
		l.add(e)
		return
	}
	clean := l.named(name)
	if clean == "" && len(t.names.columns()) == 0 && len(good) > 1 {
		for _, one := range good {
			one.Row = number
			l.add(one)
		}
		return
	}
	if clean == "" {
		clean = good[0].Name
	}
	l.Additional += len(good) - 1
	e.Name, e.Address = clean, good[0].Address
	l.add(e)
}

// addressedCell reads the addresses of a cell.
func (l *List) addressedCell(text string, row int) {
	if strings.Contains(text, "@") {
		l.line(strings.ReplaceAll(text, "\n", " "), row)
	}
}

// isAddress reports whether a cell has an address, alone or as "Name <address>".
func isAddress(cell string) bool {
	if !strings.Contains(cell, "@") {
		return false
	}
	if isBare(cell) {
		return true
	}
	list := List{}
	list.addressedCell(cell, 0)
	return slices.ContainsFunc(list.Entries, func(e Entry) bool { return e.Fault == nil })
}

// isBare reports whether a cell is an address and nothing else.
func isBare(cell string) bool {
	if !strings.Contains(cell, "@") || len(cell) > 400 {
		return false
	}
	_, err := one(cell)
	return err == nil
}

func onlyAddress(cells []string) int {
	only := -1
	for n, cell := range cells {
		if !strings.Contains(cell, "@") {
			continue
		}
		if only >= 0 || !isBare(cell) {
			return -1
		}
		only = n
	}
	return only
}

func cellOf(row []string, n int) string {
	if n < 0 || n >= len(row) {
		return ""
	}
	return strings.TrimSpace(invisible.Replace(row[n]))
}

func blank(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool {
		return strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	})
}

func joined(cells []string) string {
	var all []string
	for _, cell := range cells {
		if cell != "" {
			all = append(all, strings.ReplaceAll(cell, "\n", " "))
		}
	}
	return strings.Join(all, " ")
}

// columns notes what was read as what.
func (l *List) columns(t *table, heads []string) {
	title := func(n int) string {
		if t.known && cellOf(heads, n) != "" {
			return heads[n]
		}
		return fmt.Sprintf("%s%d", numberedColumn, n+1)
	}
	l.Address = title(t.address[0])
	used := map[int]bool{t.address[0]: true}
	for _, n := range t.names.columns() {
		l.Names = append(l.Names, title(n))
		used[n] = true
	}
	if !t.known {
		return
	}
	for n, head := range heads {
		if head != "" && !used[n] && !slices.Contains(t.address, n) && len(l.Unused) < maxUnread {
			l.Unused = append(l.Unused, head)
		}
	}
}

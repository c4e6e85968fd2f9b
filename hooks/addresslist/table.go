package addresslist

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	sampleRows       = 300 // rows used to choose separator and columns
	maxRowsAbove     = 20  // rows above the headings
	maxUnusedColumns = 20  // headings of unused columns
)

// table is a text split at one separator, with the meaning of its columns.
type table struct {
	rows           [][]string // including blank ones
	rowNumbers     []int      // where each row begins, for cards
	headings       int        // index of the heading row; -1: none
	knownHeadings  bool       // at least one heading is known
	addressColumns []int      // address columns, the best one first
	nameColumns    nameColumns
	extras         extraColumns // set when the rows are read
	hits           int          // sample rows with an address
	regularRows    int          // sample rows with the most common number of cells
}

// readTable reads a text by columns, if it has any, using the separator that finds an address in most rows. row is the
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
		t := &table{rows: parseRows(text, separator, sampleRows)}
		if t.analyze() && (best == nil || t.hits > best.hits || t.hits == best.hits && t.regularRows > best.regularRows) {
			best, at = t, separator
		}
	}
	if best == nil {
		return List{}, false
	}
	best.rows = parseRows(text, at, 2*MaxBytes)
	return best.read(row), true
}

// analyze finds the heading row and the columns. ok is false if the text isn't a table.
func (t *table) analyze() (ok bool) {
	var best *table
	for n, row := range t.rows[:min(len(t.rows), maxRowsAbove)] {
		if !isHeadingRow(row) {
			continue
		}
		// A report may have another table above the list.
		if at := (&table{rows: t.rows, headings: n, knownHeadings: true}); at.chooseByHeadings() && (best == nil || at.hits > best.hits) {
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
	return t.chooseByCells()
}

// isHeadingRow reports whether a row has no address, and a known heading among several cells.
func isHeadingRow(row []string) bool {
	cells, known := 0, false
	for _, cell := range row {
		if cell != "" {
			cells++
		}
		known = known || headingRank(cell) != 0 || nameHeadings[headingKey(cell)] != 0
	}
	return cells >= 2 && known && !slices.ContainsFunc(row, isBare)
}

// chooseByHeadings chooses the columns by known headings.
func (t *table) chooseByHeadings() bool {
	heads := t.rows[t.headings]
	hits, most := make([]int, len(heads)), 0
	for _, row := range t.rows[t.headings+1:] {
		for n := range heads {
			if isAddress(cellAt(row, n)) {
				hits[n]++
			}
		}
	}
	for n := range heads {
		if headingRank(heads[n]) >= 0 {
			most = max(most, hits[n])
		}
	}
	for n := range heads {
		if r := headingRank(heads[n]); r >= 0 && hits[n] > 0 || r == 3 {
			t.addressColumns = append(t.addressColumns, n)
		}
	}
	if len(t.addressColumns) == 0 {
		return false
	}
	weigh := func(n int) int {
		r := headingRank(heads[n])
		if 2*hits[n] < most {
			r -= 4 // named so, but its cells aren't addresses
		}
		return r
	}
	slices.SortStableFunc(t.addressColumns, func(a, b int) int {
		if weigh(a) != weigh(b) {
			return weigh(b) - weigh(a)
		}
		if headingRank(heads[a]) < 2 {
			return hits[b] - hits[a]
		}
		return 0
	})
	t.hits = hits[t.addressColumns[0]]
	// Only columns named for the person's address replace an empty first one.
	t.addressColumns = slices.DeleteFunc(t.addressColumns, func(n int) bool { return n != t.addressColumns[0] && headingRank(heads[n]) < 2 })
	t.nameColumns = findNameColumns(heads, t.addressColumns)
	t.countWidth()
	return t.hits > 0 || headingRank(heads[t.addressColumns[0]]) == 3 && len(heads) > 1
}

// chooseByCells chooses the columns by their cells: the address column is the one in which most rows have a bare
// address. Text with several addresses in a row isn't a table.
func (t *table) chooseByCells() bool {
	rows := t.dataRows()
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
	width := t.countWidth()
	if column < 0 || width < 2 || 10*crowded > len(rows) || 2*hits[column] < filled || 5*t.regularRows < 4*len(rows) {
		return false
	}
	t.hits, t.addressColumns = hits[column], []int{column}
	t.nameColumns = guessNameColumns(rows, column, width)
	return true
}

// dataRows returns the non-blank rows below the headings.
func (t *table) dataRows() [][]string {
	var rows [][]string
	for _, row := range t.rows[t.headings+1:] {
		if !isBlankRow(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// countWidth returns the most common number of cells, and counts the rows that have it.
func (t *table) countWidth() (width int) {
	widths := map[int]int{}
	for _, row := range t.dataRows() {
		widths[len(row)]++
		if widths[len(row)] > widths[width] || widths[len(row)] == widths[width] && len(row) > width {
			width = len(row)
		}
	}
	t.regularRows = widths[width]
	return width
}

// read converts the rows to entries.
func (t *table) read(row int) List {
	list := List{IsTable: true, GuessedHeadings: t.headings >= 0 && !t.knownHeadings}
	var heads []string
	if t.headings >= 0 {
		heads = t.rows[t.headings]
	}
	t.extras = t.findExtraColumns(heads)
	list.describeColumns(t, heads)
	for n, cells := range t.rows {
		number := row + n
		if t.rowNumbers != nil {
			number = t.rowNumbers[n]
		}
		switch {
		case isBlankRow(cells) || n == t.headings:
		case n < t.headings:
			list.RowsAbove++
		case len(list.Entries) >= MaxEntries:
			list.add(Entry{})
		default:
			list.readRow(t, cells, len(heads), number)
		}
	}
	return list
}

// readRow adds the entries of a row: one, except for a row with several addresses and no name.
func (l *List) readRow(t *table, cells []string, heads, number int) {
	e := Entry{Row: number, Raw: joinCells(cells), Roles: cellAt(cells, t.extras.roles), Tags: cellAt(cells, t.extras.tags)}
	text, column := "", -1
	for _, n := range t.addressColumns {
		if cell := cellAt(cells, n); cell != "" {
			text, column = cell, n
			break
		}
	}
	name := t.nameColumns.nameIn(cells)
	if heads > 0 && len(cells) > heads && !isAddress(text) {
		// A separator inside a name shifted the cells: the address is clear, the other cells aren't.
		if n := soleAddress(cells); n >= 0 {
			text, column, name = cells[n], n, ""
			e.Roles, e.Tags = "", ""
		}
	}
	if column < 0 {
		e.Err, e.missing = errNoAddress, true
		l.add(e)
		return
	}
	read := List{}
	read.readCell(text, number)
	good := slices.DeleteFunc(slices.Clone(read.Entries), func(e Entry) bool { return e.Err != nil })
	if len(good) == 0 {
		_, e.Err = parseAddress(text)
		if e.Err == nil {
			e.Err = errSeveralAddresses
		}
		if e.Name, e.Raw = CleanName(name), flatten(text); e.Name != "" {
			e.Raw = e.Name + " <" + e.Raw + ">"
		}
		l.add(e)
		return
	}
	clean := l.cleanName(name)
	if clean == "" && len(t.nameColumns.columns()) == 0 && len(good) > 1 {
		for _, one := range good {
			one.Row, one.Roles, one.Tags = number, e.Roles, e.Tags
			l.add(one)
		}
		return
	}
	if clean == "" {
		clean = good[0].Name
	}
	l.ExtraAddresses += len(good) - 1
	e.Name, e.Address = clean, good[0].Address
	l.add(e)
}

// readCell reads the addresses of a cell.
func (l *List) readCell(text string, row int) {
	if strings.Contains(text, "@") {
		l.readLine(strings.ReplaceAll(text, "\n", " "), row)
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
	list.readCell(cell, 0)
	return slices.ContainsFunc(list.Entries, func(e Entry) bool { return e.Err == nil })
}

// isBare reports whether a cell is an address and nothing else.
func isBare(cell string) bool {
	if !strings.Contains(cell, "@") || len(cell) > 400 {
		return false
	}
	_, err := parseAddress(cell)
	return err == nil
}

func soleAddress(cells []string) int {
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

func cellAt(row []string, n int) string {
	if n < 0 || n >= len(row) {
		return ""
	}
	return strings.TrimSpace(invisibleMarks.Replace(row[n]))
}

func isBlankRow(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool {
		return strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	})
}

func joinCells(cells []string) string {
	var all []string
	for _, cell := range cells {
		if cell != "" {
			all = append(all, strings.ReplaceAll(cell, "\n", " "))
		}
	}
	return strings.Join(all, " ")
}

// describeColumns records which columns were used for what.
func (l *List) describeColumns(t *table, heads []string) {
	title := func(n int) string {
		if t.knownHeadings && cellAt(heads, n) != "" {
			return heads[n]
		}
		return fmt.Sprintf("%s%d", numberedColumn, n+1)
	}
	l.AddressColumn = title(t.addressColumns[0])
	used := map[int]bool{t.addressColumns[0]: true}
	for _, n := range t.nameColumns.columns() {
		l.NameColumns = append(l.NameColumns, title(n))
		used[n] = true
	}
	if !t.knownHeadings {
		return
	}
	if n := t.extras.roles; n >= 0 {
		l.RolesColumn, used[n] = heads[n], true
	}
	if n := t.extras.tags; n >= 0 {
		l.TagsColumn, used[n] = heads[n], true
	}
	for n, head := range heads {
		if head != "" && !used[n] && !slices.Contains(t.addressColumns, n) && len(l.UnusedColumns) < maxUnusedColumns {
			l.UnusedColumns = append(l.UnusedColumns, head)
		}
	}
}

package addresslist

import (
	"slices"
	"strings"
)

// nameColumns are the columns that make up a name: one with the full name, or its parts.
type nameColumns struct {
	full  int // -1: none
	parts []int
	whole int // the part that may hold the full name; -1: none
}

func (n nameColumns) columns() []int {
	if n.full >= 0 {
		return []int{n.full}
	}
	return n.parts
}

// findNameColumns finds the columns of the name by their headings.
func findNameColumns(heads []string, not []int) nameColumns {
	at := map[int]int{} // first column of each meaning
	for n, head := range heads {
		meaning := nameHeadings[headingKey(head)]
		if _, there := at[meaning]; meaning != 0 && !there && !slices.Contains(not, n) {
			at[meaning] = n
		}
	}
	short, hasShort := at[shortHeading]
	_, first := at[firstHeading]
	_, last := at[lastHeading]
	all := nameColumns{full: -1, whole: -1}
	switch {
	case hasShort && first && !last: // "Nom" beside "Prénom"
		at[lastHeading], all.whole = short, short
	case hasShort && last && !first: // "Nome" beside "Cognome"
		at[firstHeading], all.whole = short, short
	case hasShort:
		if _, there := at[fullHeading]; !there {
			at[fullHeading] = short
		}
	}
	if n, there := at[fullHeading]; there {
		all.full = n
	}
	if _, there := at[firstHeading]; !there {
		return all // last names alone aren't enough
	}
	for _, meaning := range []int{firstHeading, middleHeading, lastHeading, lastMoreHeading} {
		if n, there := at[meaning]; there {
			all.parts = append(all.parts, n)
		}
	}
	return all
}

// nameIn returns the name of a row: the full one, unless the parts say more or say it more clearly.
func (n nameColumns) nameIn(row []string) string {
	full := ""
	if n.full >= 0 {
		full = cellAt(row, n.full)
	}
	whole := cellAt(row, n.whole)
	var parts []string
	for _, column := range n.parts {
		cell := cellAt(row, column)
		if column != n.whole && containsWord(whole, cell) {
			parts = []string{whole}
			break
		}
		if cell != "" {
			parts = append(parts, cell)
		}
	}
	joined := strings.Join(parts, " ")
	switch {
	case len(parts) == 0:
		return full
	case CleanName(full) == "", strings.Contains(full, ",") && len(parts) > 1, !strings.Contains(full, " ") && len(parts) > 1:
		return joined
	}
	return full
}

// containsWord reports whether part occurs in all as whole words.
func containsWord(all, part string) bool {
	if part == "" {
		return false
	}
	return strings.Contains(" "+fold(all)+" ", " "+fold(part)+" ")
}

// guessNameColumns finds the columns of the name where no heading says so. It takes only what can't be anything else:
// every cell must read like a name, no two rows have the same one, and the addresses must match. A single column beside
// the addresses may also hold full names that the addresses don't show.
func guessNameColumns(rows [][]string, address, width int) nameColumns {
	var vouchedFor, others []int
	for column := range width {
		if column == address {
			continue
		}
		filled, matched, full, distinct, ok := 0, 0, 0, map[string]bool{}, true
		for _, row := range rows {
			cell := cellAt(row, column)
			if cell == "" {
				continue
			}
			filled++
			name := CleanName(cell)
			if ok = ok && name != "" && isPersonName(name); !ok {
				break
			}
			distinct[fold(name)] = true
			if len(strings.Fields(name)) > 1 || !hasCase(name) {
				full++
			}
			if to, err := parseAddress(cellAt(row, address)); err == nil && matchesAddress(name, to) {
				matched++
			}
		}
		if filled == 0 {
			continue
		}
		switch {
		case ok && 10*matched >= 3*filled:
			vouchedFor = append(vouchedFor, column)
		case ok && full == filled && 10*len(distinct) >= 9*filled:
			others = append(others, column)
		default:
			others = append(others, -1)
		}
	}
	switch {
	case len(vouchedFor) == 1:
		return nameColumns{full: vouchedFor[0], whole: -1}
	case len(vouchedFor) > 1:
		return nameColumns{full: -1, whole: -1, parts: orderNameParts(rows, vouchedFor, address)}
	case len(others) == 1 && others[0] >= 0:
		return nameColumns{full: others[0], whole: -1}
	}
	return nameColumns{full: -1, whole: -1}
}

func hasCase(text string) bool { return strings.ToLower(text) != strings.ToUpper(text) }

// orderNameParts puts the parts of a name in the order in which the addresses have them. A column of full names is the
// name by itself.
func orderNameParts(rows [][]string, columns []int, address int) []int {
	for _, column := range columns {
		if !slices.ContainsFunc(rows, func(row []string) bool {
			cell := cellAt(row, column)
			return cell != "" && len(strings.Fields(cell)) < 2
		}) {
			return []int{column}
		}
	}
	turned, straight := 0, 0
	for _, row := range rows {
		local := fold(cellAt(row, address))
		a, b := strings.Index(local, fold(cellAt(row, columns[0]))), strings.Index(local, fold(cellAt(row, columns[1])))
		switch {
		case a < 0 || b < 0:
		case a > b:
			turned++
		default:
			straight++
		}
	}
	if len(columns) == 2 && turned > straight {
		return []int{columns[1], columns[0]}
	}
	return columns
}

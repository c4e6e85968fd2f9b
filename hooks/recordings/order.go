package recordings

import "slices"

// DefaultSort is the order of a list if a query names none: the newest first.
const DefaultSort = "-started"

// orders are the columns that a list can be sorted by, ascending or, with "-" in front, descending.
var orders = map[string]string{"title": "fold(recordings.title)", "started": "recordings.started", "length": "recordings.milliseconds", "size": "(recordings.bytes + recordings.mp4_bytes)"}

// IsSort reports whether a list can be sorted by it.
func IsSort(sort string) bool {
	column, _ := cutSort(sort)
	return orders[column] != ""
}

func cutSort(sort string) (column string, descending bool) {
	if sort != "" && sort[0] == '-' {
		return sort[1:], true
	}
	return sort, false
}

// orderBy returns the columns to sort by; unknown orders are DefaultSort. Rows that are equal are sorted by their start and id.
func orderBy(sort string) []string {
	if !IsSort(sort) {
		sort = DefaultSort
	}
	column, descending := cutSort(sort)
	direction := " ASC"
	if descending {
		direction = " DESC"
	}
	return slices.Compact([]string{orders[column] + direction, "recordings.started" + direction, "recordings.id" + direction})
}

package recordings

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"usher/hooks/recordings"
	"usher/hooks/tools/text"
)

const pageSize = 50

// What the list shows.
const (
	showAll    = ""
	showHosted = "hosted"
	showShared = "shared"
	showTrash  = "trash"
)

// listQuery is the search, filters and order of the list, as in its URL.
type listQuery struct {
	search, show, host, room string
	month                    string // "2026-11", or empty
	status, sort             string
	page                     int
}

func parseQuery(values url.Values, inPanel bool) listQuery {
	q := listQuery{search: text.CleanSearch(text.Truncate(strings.ToValidUTF8(values.Get("q"), ""), 100)), show: values.Get("show"),
		host: id(values.Get("host")), room: id(values.Get("room")), month: values.Get("month"), status: values.Get("status"), sort: values.Get("sort")}
	if q.show != showTrash && (inPanel || q.show != showHosted && q.show != showShared) {
		q.show = showAll
	}
	if _, err := time.Parse(monthLayout, q.month); err != nil {
		q.month = ""
	}
	if _, known := statusLabels[q.status]; !known || q.show == showTrash {
		q.status = ""
	}
	if !recordings.IsSort(q.sort) || q.sort == recordings.DefaultSort {
		q.sort = ""
	}
	q.page, _ = strconv.Atoi(values.Get("page"))
	q.page = min(max(q.page, 1), 1_000_000)
	return q
}

const monthLayout = "2006-01"

func id(value string) string {
	if text.LooksLikeID(value) {
		return value
	}
	return ""
}

// href returns the URL of the list, without default values.
func (q listQuery) href(path string) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.search, "show": q.show, "host": q.host, "room": q.room, "month": q.month, "status": q.status, "sort": q.sort} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.page > 1 {
		values.Set("page", strconv.Itoa(q.page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// filtered reports whether the query excludes recordings of what it shows.
func (q listQuery) filtered() bool {
	return q.search != "" || q.host != "" || q.room != "" || q.month != "" || q.status != ""
}

// clear returns the query without search and filters.
func (q listQuery) clear() listQuery { return listQuery{show: q.show, sort: q.sort} }

func (q listQuery) clearSearch() listQuery {
	q.search = ""
	return q
}

func (q listQuery) atPage(page int) listQuery {
	q.page = page
	return q
}

// sortedBy returns the query sorted by the column: the other way round if it's sorted by it already.
func (q listQuery) sortedBy(column string) listQuery {
	next, now := column, q.order()
	if column != "title" { // the latest, longest and largest first
		next = "-" + column
	}
	if now == next {
		next = strings.TrimPrefix("-"+next, "--")
	}
	if next == recordings.DefaultSort {
		next = ""
	}
	q.sort, q.page = next, 1
	return q
}

func (q listQuery) order() string {
	if q.sort == "" {
		return recordings.DefaultSort
	}
	return q.sort
}

// ariaSort returns the aria-sort value of a column.
func (q listQuery) ariaSort(column string) string {
	switch q.order() {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return ""
}

// query returns the query for hooks/recordings. A month is one of the reader's time zone.
func (q listQuery) query(all bool, zone *time.Location) recordings.Query {
	query := recordings.Query{Search: q.search, Room: q.room, Host: q.host, Status: q.status, Sort: q.order(), All: all, Trash: q.show == showTrash, Page: q.page, Size: pageSize}
	switch q.show {
	case showHosted:
		query.Only = recordings.OnlyHosted
	case showShared:
		query.Only = recordings.OnlyShared
	}
	if month, err := time.ParseInLocation(monthLayout, q.month, zone); err == nil {
		query.From, query.To = month, month.AddDate(0, 1, 0)
	}
	return query
}

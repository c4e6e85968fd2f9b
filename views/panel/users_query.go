package panel

import (
	"net/url"
	"strconv"
	"strings"

	"usher/hooks/people"
)

// pageSize is how many rows stand on a page of the list.
const pageSize = 50

// parseQuery reads the list's query from an address.
func parseQuery(values url.Values) people.Query {
	page, _ := strconv.Atoi(values.Get("page"))
	return people.Query{
		Search: clean(values.Get("q")), Role: values.Get("role"), Status: values.Get("status"), Kind: values.Get("kind"),
		Tag: clean(values.Get("tag")), Sort: values.Get("sort"), Page: page, Size: pageSize,
		After: values.Get("after"), Before: values.Get("before"),
	}
}

// queryHref writes the query behind a path, without what goes without saying.
func queryHref(path string, q people.Query) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.Search, "role": q.Role, "status": q.Status, "kind": q.Kind, "tag": q.Tag,
		"sort": q.Sort, "after": q.After, "before": q.Before} {
		if value != "" && (name != "sort" || value != "person") {
			values.Set(name, value)
		}
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// isFiltered reports whether the query leaves anybody out.
func isFiltered(q people.Query) bool {
	return q.Search != "" || q.Role != "" || q.Status != "" || q.Kind != "" || q.Tag != ""
}

// toggleSort is the query with a column's head pressed: sorted by it, or turned round if it is already.
func toggleSort(q people.Query, column string) people.Query {
	if q.Sort == column {
		column = "-" + column
	}
	q.Sort = column
	return atPage(q, 1, "", "")
}

// atPage is the query at another page: of the rows after one, or before one, or as many pages from the start.
func atPage(q people.Query, page int, after, before string) people.Query {
	q.Page, q.After, q.Before = page, after, before
	return q
}

// ariaSort is the column's order as readers of the screen are told it.
func ariaSort(q people.Query, column string) string {
	switch q.Sort {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return ""
}

// clean takes out what no field of a form can hold.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd")
}

package panel

import (
	"net/url"
	"strconv"
	"strings"

	"usher/hooks/people"
	"usher/hooks/tools/text"
)

// pageSize is the number of rows on a page of the list.
const pageSize = 50

// parseQuery reads the query of the list from URL or form values.
func parseQuery(values url.Values) people.Query {
	page, _ := strconv.Atoi(values.Get("page"))
	return people.Query{
		Search: text.CleanSearch(clean(values.Get("q"))), Role: values.Get("role"), Status: values.Get("status"), Kind: values.Get("kind"),
		Tag: clean(values.Get("tag")), Sort: values.Get("sort"), Page: page, Size: pageSize,
		Inactive: values.Get("inactive") == "true", After: values.Get("after"), Before: values.Get("before"),
	}
}

// queryHref appends the query to a path, without default values.
func queryHref(path string, q people.Query) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.Search, "role": q.Role, "status": q.Status, "kind": q.Kind, "tag": q.Tag,
		"sort": q.Sort, "after": q.After, "before": q.Before} {
		if value != "" && (name != "sort" || value != "person") {
			values.Set(name, value)
		}
	}
	if q.Inactive {
		values.Set("inactive", "true")
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// isFiltered reports whether the query excludes any users.
func isFiltered(q people.Query) bool {
	return q.Search != "" || q.Role != "" || q.Status != "" || q.Kind != "" || q.Tag != "" || q.Inactive
}

// toggleSort returns the query sorted by column, in descending order if it is already sorted by it.
func toggleSort(q people.Query, column string) people.Query {
	if q.Sort == column {
		column = "-" + column
	}
	q.Sort = column
	return atPage(q, 1, "", "")
}

// toggleInactive returns the query with the filter of inactive users turned on or off.
func toggleInactive(q people.Query) people.Query {
	q.Inactive = !q.Inactive
	return atPage(q, 1, "", "")
}

// atPage returns the query at another page, relative to the row after or before, or else counted from the start.
func atPage(q people.Query, page int, after, before string) people.Query {
	q.Page, q.After, q.Before = page, after, before
	return q
}

// ariaSort returns the aria-sort value of the column; empty if the list isn't sorted by it.
func ariaSort(q people.Query, column string) string {
	switch q.Sort {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return ""
}

// clean replaces invalid UTF-8 and null bytes.
func clean(value string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(value, "\ufffd"), "\x00", "\ufffd")
}

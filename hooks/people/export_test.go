package people

import "strings"

// PageSQL is the statement that finds the rows of the query's first page.
func PageSQL(q Query, team string) string {
	q = q.normalize()
	where, _ := q.where(team)
	return pageSQL(where, orderBy(q.sortKeys(), strings.HasPrefix(q.Sort, "-")))
}

// HistorySQL is the statement of FindHistory.
const HistorySQL = historySQL

package members

import "strings"

// Pick is the statement that finds the rows of the query's first page.
func Pick(q Query, team string) string {
	q = q.tidy()
	where, _ := q.where(team)
	return pick(where, orderBy(q.keys(), strings.HasPrefix(q.Sort, "-")))
}

package people

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// IDs lists the ids of the query's rows on all pages, in its order, at most limit.
func IDs(app core.App, team string, query Query, limit int) ([]string, error) {
	if err := Refresh(app, team); err != nil {
		return nil, err
	}
	query = query.normalize()
	where, params := query.where(team)
	params["take"], params["skip"] = limit, 0
	var ids []string
	err := app.DB().NewQuery("SELECT p.id FROM people p WHERE p.n IN (" + pageSQL(where, orderBy(query.sortKeys(), false)) + ") ORDER BY " +
		orderBy(query.sortKeys(), query.Sort[0] == '-')).Bind(dbx.Params(params)).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("list the ids of people: %w", err)
	}
	return ids, nil
}

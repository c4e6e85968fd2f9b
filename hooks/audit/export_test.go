package audit

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Reasons exposes reasonTexts.
var Reasons = reasonTexts

// Explain returns the query plan of SQLite for a query.
func Explain(app core.App, team string, query Query) ([]string, error) {
	s := &search{team: team, size: 51, params: dbx.Params{"team": team}}
	if err := s.filter(app, query); err != nil {
		return nil, err
	}
	var steps []struct {
		Detail string `db:"detail"`
	}
	err := app.DB().NewQuery("EXPLAIN QUERY PLAN " + s.sql()).Bind(s.params).All(&steps)
	var plan []string
	for _, step := range steps {
		plan = append(plan, step.Detail)
	}
	return plan, err
}

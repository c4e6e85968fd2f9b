package record

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"usher/hooks/tools/errs"
)

// One returns the first record of a query, or errs.ErrNotFound. T is core.Record or a type that proxies it. Any other error is
// wrapped with what failed, such as "find a room".
func One[T any](query *dbx.SelectQuery, what string) (*T, error) {
	found := new(T)
	err := query.Limit(1).One(found)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return found, nil
}

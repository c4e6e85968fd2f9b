package record

import (
	"context"

	"github.com/pocketbase/dbx"
)

type preparedKey struct{}

// Prepared is the context of frequent statements, which connections keep prepared.
var Prepared = context.WithValue(context.Background(), preparedKey{}, true)

// IsPrepared reports whether ctx marks a statement to keep prepared.
func IsPrepared(ctx context.Context) bool { return ctx.Value(preparedKey{}) != nil }

// WithPrepared makes FindRecordById and similar functions use a prepared statement.
func WithPrepared(query *dbx.SelectQuery) error {
	query.WithContext(Prepared)
	return nil
}

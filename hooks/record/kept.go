package record

import (
	"context"

	"github.com/pocketbase/dbx"
)

type preparedKey struct{}

// Prepared is the context of statements that run again and again with the same text: a connection keeps them prepared.
var Prepared = context.WithValue(context.Background(), preparedKey{}, true)

// IsPrepared reports whether a statement of that context is to be kept prepared.
func IsPrepared(ctx context.Context) bool { return ctx.Value(preparedKey{}) != nil }

// WithPrepared lets FindRecordById and its like run as a statement that is kept prepared.
func WithPrepared(query *dbx.SelectQuery) error {
	query.WithContext(Prepared)
	return nil
}

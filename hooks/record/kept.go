package record

import (
	"context"

	"github.com/pocketbase/dbx"
)

type keepKey struct{}

// Kept is the context of statements that run again and again with the same text: a connection keeps them prepared.
var Kept = context.WithValue(context.Background(), keepKey{}, true)

// IsKept reports whether a statement of that context is to be kept prepared.
func IsKept(ctx context.Context) bool { return ctx.Value(keepKey{}) != nil }

// Keep lets FindRecordById and its like run as a statement that is kept prepared.
func Keep(query *dbx.SelectQuery) error {
	query.WithContext(Kept)
	return nil
}

package database

import (
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"

	"usher/hooks/tools/text"
)

// registered is the driver that gives its connections the registered functions.
var registered = registerFunctions()

// registerFunctions adds the SQL functions fold(text), which is text.Fold, and contains_words(text, search), which is
// text.ContainsWords. Both are NULL for NULL. A search that matches parts of words can't use an index, with or without a stored
// column, so folding what the search reads is simpler than keeping folded copies.
func registerFunctions() driver.Driver {
	sqlite.MustRegisterDeterministicScalarFunction("fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if args[0] == nil {
			return nil, nil
		}
		return text.Fold(toText(args[0])), nil
	})
	sqlite.MustRegisterDeterministicScalarFunction("contains_words", 2, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if args[0] == nil || args[1] == nil {
			return nil, nil
		}
		return text.ContainsWords(toText(args[0]), toText(args[1])), nil
	})
	db, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	return db.Driver()
}

// toText returns a value other than NULL as text.
func toText(value driver.Value) string {
	if blob, ok := value.([]byte); ok {
		return string(blob)
	}
	return fmt.Sprint(value)
}

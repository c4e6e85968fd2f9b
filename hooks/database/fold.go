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

// registerFunctions adds the SQL function fold(text), which is text.Fold. A search that matches parts of words can't use an
// index, with or without a stored column, so folding what the search reads is simpler than keeping folded copies.
func registerFunctions() driver.Driver {
	sqlite.MustRegisterDeterministicScalarFunction("fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch value := args[0].(type) {
		case nil:
			return nil, nil
		case string:
			return text.Fold(value), nil
		default:
			return fmt.Sprint(value), nil
		}
	})
	db, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	return db.Driver()
}
